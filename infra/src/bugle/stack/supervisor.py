"""The process manager, supervisord: it starts what it is told to, restarts what dies and keeps the logs short."""

from __future__ import annotations

import ctypes
import hashlib
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bugle.stack.errors import StackError
from bugle.stack.home import ROOT, Home
from bugle.stack.programs import Program, configuration, section

STOPPED = "STOPPED"
"""Supervisord's word for a process that was told to stop, or never to start."""

_ENDING, _ALREADY_STARTED, _NOT_RUNNING, _ALREADY_ADDED = 6, 60, 70, 90  # faults of supervisord's XML-RPC
_GONE = "Nothing runs here any more: the stack was stopped meanwhile. Start it with: bugle up"
_PR_SET_PDEATHSIG = 1
_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 104 or 108 bytes


class Gone(StackError):
    """The process manager does not answer: it does not run, or it was ending and has ended by now."""


@dataclass(frozen=True, slots=True)
class State:
    """What the manager knows of a process; `status` is supervisord's word (RUNNING, STOPPED, BACKOFF …)."""

    name: str
    status: str
    pid: int | None


class Supervisor:
    """The manager of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        socket_path = home.path / "supervisor.sock"
        if len(os.fsencode(socket_path)) > _LONGEST_SOCKET_PATH:
            digest = hashlib.sha256(os.fsencode(home.path)).hexdigest()[:16]
            socket_path = Path(tempfile.gettempdir()) / f"bugle-{os.geteuid()}-{digest}.sock"
        self._socket = str(socket_path)

    def running(self) -> bool:
        """Whether the manager answers; one that is just ending is waited for, and does not."""
        try:
            self._call("getState")
        except Gone:
            return False
        return True

    def launch(self, tied: bool = False) -> None:
        """Start the manager apart from this terminal, with no process yet; a tied one ends when this process does."""
        config = self._home.write("supervisord.conf", configuration(self._home, self._socket).encode())
        for old in self._home.folder("programs").glob("*.conf"):
            old.unlink()
        command = [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", str(config)]
        with (self._home.folder("logs") / "supervisord.out").open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=_end_with_parent if tied else None,
            )
        while not self.running():
            if process.poll() is not None:
                raise StackError(f"The process manager did not start:\n{self.tail('supervisord', '.out')}")
            time.sleep(0.05)
        process.returncode = 0  # it outlives this process by design

    def define(self, group: str, programs: Iterable[Program]) -> None:
        """Make the programs known under a common name; those whose definition changed are stopped."""
        text = "\n".join(section(self._home, program) for program in programs)
        self._home.write(f"programs/{group}.conf", text.encode())
        added, changed, removed = self._call("reloadConfig")[0]
        if changed or removed:
            self.stop([*changed, *removed])
        for name in [*changed, *removed]:
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._quietly(_ALREADY_ADDED, "addProcessGroup", name)

    def start(self, names: Iterable[str]) -> None:
        """Start the processes that do not run; does not wait for them."""
        for name in names:
            self._quietly(_ALREADY_STARTED, "startProcess", name, False)

    def stop(self, names: Collection[str]) -> None:
        """Stop the processes, all at a time, and wait until they have ended."""
        for name in names:
            self._quietly(_NOT_RUNNING, "stopProcess", name, False)
        while any(state.pid for state in self.states() if state.name in names):
            time.sleep(0.05)

    def signal(self, name: str, signal: str) -> None:
        """Send a process a signal by its name, such as KILL."""
        self._call("signalProcess", name, signal)

    def states(self) -> list[State]:
        """All processes; empty when the manager does not run, or has ended while it was asked."""
        with suppress(Gone):
            return [State(row["name"], row["statename"], row["pid"] or None) for row in self._call("getAllProcessInfo")]
        return []

    def shutdown(self) -> None:
        """End the manager and whatever it still runs; returns when it has put away its files and is gone."""
        with suppress(Gone, ProcessLookupError), _until_its_end(self._call("getPID")):
            self._call("shutdown")

    def tail(self, name: str, suffix: str = ".log", lines: int = 15) -> str:
        """The last lines of a process's log."""
        log = self._home.path / "logs" / f"{name}{suffix}"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def _call(self, method: str, *arguments: Any) -> Any:
        """What the manager answers. Gone when there is none, or it is ending: then it is waited for."""
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_UnixTransport(self._socket))
        try:
            with proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _ENDING:
                raise
            self._await_end()
        except OSError as error:
            raise Gone(f"{_GONE} ({error})") from error
        raise Gone(_GONE)

    def _await_end(self) -> None:
        """Return when the manager has put away its files: one started before would lose its own to it."""
        told = self._home.path / "supervisord.pid"
        with suppress(FileNotFoundError, ProcessLookupError), _until_its_end(int(told.read_text())):
            pass  # or it has come to its end meanwhile

    def _quietly(self, expected: int, method: str, *arguments: Any) -> None:
        try:
            self._call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != expected:
                raise StackError(f"The process manager refused {method} {arguments[0]}: {fault.faultString}") from None


class _UnixTransport(xmlrpc.client.Transport):
    """XML-RPC over the manager's socket."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.sock.connect(self._path)
        except OSError:
            connection.sock.close()
            raise
        self._connection = (host, connection)  # what close() closes
        return connection


@contextmanager
def _until_its_end(process: int) -> Iterator[None]:
    """After the block wait until the process is gone; ProcessLookupError when there is none of this id."""
    held = os.pidfd_open(process)
    try:
        yield
        select.select([held], [], [])
    finally:
        os.close(held)


def _end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent dies, however it dies; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
