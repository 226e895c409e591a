"""The servers of an arena: PostgreSQL on a small disk, and proxies on the way to both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bugle.chaos.disk import Disk, small_disk
from bugle.chaos.proxy import Proxy
from bugle.stack import Home, Stack, System


@dataclass(frozen=True, slots=True)
class Grounds:
    """`disk` is None where no disk could be mounted."""

    stack: Stack
    postgres: Proxy
    kafka: Proxy
    disk: Disk | None

    def behind(self, system: System) -> System:
        """The system as its processes are to see it: both servers at the addresses of the proxies."""
        postgres = replace(system.postgres, port=self.postgres.port)
        return replace(system, postgres=postgres, kafka=replace(system.kafka, port=self.kafka.port))

    def heal(self) -> None:
        """Have the connections whole again."""
        self.postgres.heal()
        self.kafka.heal()


@contextmanager
def grounds(folder: Path) -> Iterator[Grounds]:
    """Servers of their own in the folder, running; they end with this process."""
    folder.chmod(0o711)  # PostgreSQL's own account must pass through to the disk
    home = Home(folder / "home")
    home.prepare()
    ports = Stack(home).ports
    with (
        small_disk(home.path / "postgres") as disk,
        closing(Proxy(ports.of("postgres"))) as postgres,
        closing(Proxy(ports.of("kafka"))) as kafka,
    ):
        stack = Stack(home, tied=True, kafka_told=kafka.port)
        try:
            stack.start(services=False)
            yield Grounds(stack, postgres, kafka, disk)
        finally:
            stack.stop()
