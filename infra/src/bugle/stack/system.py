"""One Bugle system: four services' databases, topics and processes, and a frontend, on the servers of a home.

A home has one system without a name, which is the operator's; tests put further, named ones beside it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bugle.stack import databases
from bugle.stack.errors import StackError
from bugle.stack.guard import OPERATOR, RESTORER
from bugle.stack.home import ROOT, Home
from bugle.stack.kafka import Kafka
from bugle.stack.keys import AUDIENCE, ISSUER, Keys
from bugle.stack.ports import HOST, Ports
from bugle.stack.postgres import Postgres
from bugle.stack.programs import Program
from bugle.stack.supervisor import STOPPED, Supervisor
from eventkit.settings import KafkaSettings, as_environment

SERVICES = {
    "intake": ("http", "relay", "worker"),
    "routing": ("http", "relay", "worker"),
    "supervision": ("http", "relay", "worker", "sweeper", "notifier"),
    "reporting": ("http", "worker", "scheduler"),
}
FRONTENDS = {"console": ("http",)}
"""What only asks the services over HTTP: without database, topics or Kafka."""
PROCESSES = tuple(f"{name}-{kind}" for name, kinds in {**SERVICES, **FRONTENDS}.items() for kind in kinds)
HTTP = tuple(process for process in PROCESSES if process.endswith("-http"))
PAGES = ("reporting-http", "console-http")
"""What people look at in a browser: the embedded issuer's key lies beside these."""

PATIENCE = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class System:
    """Processes are named `<service>-<kind>`, for instance `routing-worker`."""

    name: str
    home: Home
    postgres: Postgres
    kafka: Kafka
    supervisor: Supervisor
    further: Mapping[str, str] = field(default_factory=dict)
    """Settings that each process gets beside those made here."""
    processes: Collection[str] = PROCESSES
    """Those it has; a system may do without pages, say."""

    @property
    def topic_prefix(self) -> str:
        """What precedes the declared names of topics."""
        return f"{self.name}." if self.name else ""

    @property
    def kafka_access(self) -> KafkaSettings:
        """Where Kafka is, for whoever reads all topics."""
        return self.kafka.access(OPERATOR)

    @property
    def kafka_restoring(self) -> KafkaSettings:
        """Where Kafka is, for whoever makes all topics anew."""
        return self.kafka.access(RESTORER)

    def database(self, service: str) -> databases.Database:
        """The addresses of a service's database."""
        return databases.database(self.postgres, "_".join(filter(None, ["bugle", self.name, service])))

    def port(self, process: str) -> int:
        """Where the process answers /live, /ready and /metrics, and an HTTP process everything."""
        return Ports(self.home).of(self._managed(process))

    def url(self, service: str) -> str:
        """The base address of a service's HTTP process."""
        return f"http://{HOST}:{self.port(f'{service}-http')}"

    def create_databases(self) -> None:
        """Make databases and roles and bring them to the newest migration."""
        databases.create(self.postgres, [self.database(service).name for service in SERVICES])
        for service in SERVICES:
            databases.migrate(ROOT / "services" / service / "migrations", self.database(service).owner_url)

    def create_topics(self) -> None:
        """Make the topics that are missing, and where Kafka is guarded its users and what they may do."""
        self.kafka.create_topics(self.topic_prefix)

    def environment(self, process: str) -> dict[str, str]:
        """The settings of a process."""
        service, kind = process.split("-")
        keys = Keys(self.home)
        settings = {
            "BUGLE_JWKS_FILE": str(keys.jwks_file),
            "BUGLE_ISSUER": ISSUER,
            "BUGLE_AUDIENCE": AUDIENCE,
            "BUGLE_DATA_DIR": str(self.home.folder("work", self._managed(process))),
            "BUGLE_LOG": os.environ.get("BUGLE_LOG", "text"),
            "BUGLE_LOG_LEVEL": os.environ.get("BUGLE_LOG_LEVEL", "INFO"),
            "BUGLE_HTTP_HOST": HOST,
            "BUGLE_HTTP_PORT" if kind == "http" else "BUGLE_METRICS_PORT": str(self.port(process)),
        }
        settings |= self._frontends() if service in FRONTENDS else self._services(service)
        if service == "intake":
            settings["BUGLE_CONTACT_KEY_FILE"] = str(keys.contact_key_file)
        if process in PAGES:
            settings["BUGLE_ISSUER_KEY_FILE"] = str(keys.issuer_key_file)
        if service == "supervision":
            settings["BUGLE_ADDRESS_KEY_FILE"] = str(keys.address_key_file)
        return {**settings, **self.further}

    def _services(self, service: str) -> dict[str, str]:
        """Where a service keeps and tells what it knows."""
        own = {"BUGLE_DATABASE_URL": self.database(service).url, "BUGLE_TOPIC_PREFIX": self.topic_prefix}
        return own | as_environment(self.kafka.access(service))

    def _frontends(self) -> dict[str, str]:
        """Where a frontend finds the services, and a browser reporting's pages."""
        urls = {f"BUGLE_{service.upper()}_URL": self.url(service) for service in SERVICES}
        return urls | {"BUGLE_PAGES_URL": self.url("reporting")}

    def define(self) -> None:
        """Tell the process manager of the system's processes."""
        programs = []
        for process in self.processes:
            command = (sys.executable, "-m", f"{process.replace('-', '.entrypoints.')}")
            programs.append(Program(self._managed(process), command, self.environment(process)))
        self.supervisor.define(self.name or "bugle", programs)

    def start(self, processes: Collection[str] | None = None) -> None:
        """Start the processes, by default all, and wait until each is ready; StackError names those that are not."""
        chosen = self._chosen(processes)
        self.launch(chosen)
        self.wait(chosen)

    def wanted(self) -> list[str]:
        """The processes that nobody has stopped: they run, or the process manager is about to start them again."""
        stopped = {state.name for state in self.supervisor.states() if state.status == STOPPED}
        return [process for process in self.processes if self._managed(process) not in stopped]

    def launch(self, processes: Iterable[str]) -> None:
        """Start the processes that do not run, without waiting for them. StackError when a port is another's."""
        running = {state.name for state in self.supervisor.states() if state.pid}
        managed = [self._managed(process) for process in processes]
        Ports(self.home).demand(name for name in managed if name not in running)
        self.supervisor.start(managed)

    def wait(self, processes: Collection[str] | None = None, seconds: float = PATIENCE) -> None:
        """Return when each process has been ready; StackError with the end of the log of one that is not in time.

        All of them start at once: half a minute on two idle cores is five where others are at work too.
        """
        until, missing = time.monotonic() + seconds, self._chosen(processes)
        while missing := [process for process, ready in self.ready(missing).items() if not ready]:
            if time.monotonic() > until:
                tail = self.supervisor.tail(self._managed(missing[0]))
                raise StackError(
                    f"Not ready after {seconds:.0f} s: {', '.join(missing)}. Run it again when the machine has less to"
                    f" do, or read what {missing[0]} says:\n{tail}"
                )
            time.sleep(0.1)

    def ready(self, processes: Collection[str] | None = None) -> dict[str, bool]:
        """Which processes say that they are ready."""
        chosen = self._chosen(processes)
        with ThreadPoolExecutor(4) as pool:
            return dict(zip(chosen, pool.map(self._is_ready, chosen), strict=True))

    def stop(self, processes: Collection[str] | None = None) -> None:
        """Stop the processes in good order and wait for their end."""
        self.supervisor.stop([self._managed(process) for process in self._chosen(processes)])

    def restart(self, process: str) -> None:
        """Stop a process, start it and wait until it is ready."""
        self.stop([process])
        self.start([process])

    def pid(self, process: str) -> int | None:
        """The process id, None when it does not run."""
        name = self._managed(process)
        return next((state.pid for state in self.supervisor.states() if state.name == name), None)

    def kill(self, process: str, number: int = signal.SIGKILL) -> int:
        """Send a process a signal, by default the one it cannot catch; its id."""
        pid = self.pid(process)
        if pid is None:
            raise StackError(f"{process} does not run.")
        os.kill(pid, number)
        return pid

    def wait_for_restart(self, process: str, before: int, seconds: float = 90) -> None:
        """Return when a process other than `before` is ready in its place; StackError when none is in time."""
        until = time.monotonic() + seconds
        while self.pid(process) in (None, before):
            if time.monotonic() > until:
                raise StackError(f"{process} has not been restarted within {seconds:.0f} s.")
            time.sleep(0.05)
        self.wait([process], seconds)

    def _chosen(self, processes: Collection[str] | None) -> list[str]:
        return list(self.processes if processes is None else processes)

    def _managed(self, process: str) -> str:
        if process not in PROCESSES:
            raise StackError(f"{process!r} is no process. Choose from: {', '.join(PROCESSES)}.")
        return f"{self.name}.{process}" if self.name else process

    def _is_ready(self, process: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port(process)}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False
