"""TCP ports: found once, remembered, and checked before use."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bugle.stack.errors import StackError
from bugle.stack.home import Home

HOST = "127.0.0.1"
_FILE = "ports.json"
_RANGE = range(20000, 32000)  # below the ports that systems hand out to outgoing connections


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one home, by the name of the process that listens there."""

    home: Home

    def of(self, name: str) -> int:
        """The remembered port of a process, or a free one that is remembered from now on."""
        held = self.home.read(_FILE)
        if name not in held:
            held[name] = free_port(held.values())
            self.home.write(_FILE, json.dumps(held, indent=1).encode())
        return int(held[name])

    def demand(self, names: Iterable[str]) -> None:
        """StackError when a port that one of the processes is about to use belongs to another program."""
        for name in names:
            if not is_free(self.of(name)):
                raise StackError(
                    f"Port {self.of(name)}, which {name} uses, is taken by another program. Stop that program, or "
                    f"delete {self.home.path / _FILE}, then every process gets a new port at the next start."
                )


def free_port(taken: Collection[int] = ()) -> int:
    """A port nobody listens on, none of those given."""
    return next(port for port in random.sample(_RANGE, len(_RANGE)) if port not in taken and is_free(port))


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
