"""A network with nothing in it but names: run in a network and a mount namespace of its own, as root of them.

Every process of the system is a name that leads to one small server of metrics; Prometheus finds them as it is shipped
to. Then one name is gone, as that of a container that was stopped. Prints which processes are told missing.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

from bugle.stack.system import HTTP, PROCESSES
from eventkit.metrics import serve
from tests.support.observability import alerts
from tests.support.office import until
from tests.support.prometheus import Watcher, running, shipped

GONE = "supervision-notifier"
WAIT = 150
"""Seconds, for a machine that does much else."""
HERE = socket.inet_aton("127.0.0.1")
FOUND, UNKNOWN = b"\x81\x80", b"\x81\x83"


def answer(asked: bytes, known: set[str]) -> bytes:
    """What a name server says to one question: the address, or that there is no such name (RFC 1035)."""
    labels, at = [], 12
    while length := asked[at]:
        labels.append(asked[at + 1 : at + 1 + length].decode())
        at += length + 1
    question = asked[12 : at + 5]
    if ".".join(labels) not in known:
        return asked[:2] + UNKNOWN + b"\0\1\0\0\0\0\0\0" + question
    return asked[:2] + FOUND + b"\0\1\0\1\0\0\0\0" + question + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + HERE


def tell_names(known: set[str]) -> None:
    """Answer for the rest of the run."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        while True:
            asked, whom = server.recvfrom(600)
            server.sendto(answer(asked, known), whom)


def enter(folder: Path) -> None:
    """Have the namespaces' own loopback and name server."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", str(folder / "resolv.conf"), "/etc/resolv.conf"], check=True)


def told(watcher: Watcher, alert: str) -> list[str]:
    """The processes for which an alert's expression holds."""
    return sorted(row["metric"]["process"] for row in watcher.ask(alerts()[alert]))


def main(folder: Path) -> None:
    enter(folder)
    known = set(PROCESSES)
    threading.Thread(target=tell_names, args=[known], daemon=True).start()
    for port in (8000, 9000):
        serve("127.0.0.1", port, {})
    config = shipped()
    for named in config["scrape_configs"][0]["dns_sd_configs"]:
        named["refresh_interval"] = "1s"
    with running(config, folder) as watcher:
        until(lambda: len(watcher.ask("up == 1")) == len(PROCESSES), WAIT, f"every name, {len(HTTP)} of them HTTP")
        assert told(watcher, "ProcessMissing") == [], "a system that is well"
        known.discard(GONE)
        print(*until(lambda: told(watcher, "ProcessMissing"), WAIT, "the alert"))
        assert GONE not in told(watcher, "ProcessDown"), "what has no target cannot be down"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
