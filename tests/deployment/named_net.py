"""A network with nothing in it but names: run in a network and a mount namespace of its own, as root of them.

Every process of the system is a name that leads to one small server of metrics; Prometheus finds them as it is shipped
to; one name leads to two. Then one name is gone, as that of a container that was stopped, and one of the two. Prints
which process is told missing, and of which a replica.
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

GONE, TWICE = "supervision-notifier", "routing-worker"
WAIT = 150
"""Seconds, for a machine that does much else."""
HERE, THERE = "127.0.0.1", "127.0.0.2"
FOUND, UNKNOWN = b"\x81\x80", b"\x81\x83"


def answer(asked: bytes, known: dict[str, list[str]]) -> bytes:
    """What a name server says to one question: the addresses, or that there is no such name (RFC 1035)."""
    labels, at = [], 12
    while length := asked[at]:
        labels.append(asked[at + 1 : at + 1 + length].decode())
        at += length + 1
    question = asked[12 : at + 5]
    addresses = known.get(".".join(labels), [])
    head = asked[:2] + (FOUND if addresses else UNKNOWN) + b"\0\1" + len(addresses).to_bytes(2) + b"\0\0\0\0"
    records = (b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(address) for address in addresses)
    return head + question + b"".join(records)


def tell_names(known: dict[str, list[str]]) -> None:
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
    known = {process: [HERE] for process in PROCESSES}
    known[TWICE].append(THERE)
    threading.Thread(target=tell_names, args=[known], daemon=True).start()
    for port in (8000, 9000):
        for address in (HERE, THERE):
            serve(address, port, {})
    config = shipped()
    for named in config["scrape_configs"][0]["dns_sd_configs"]:
        named["refresh_interval"] = "1s"
    with running(config, folder) as watcher:
        until(lambda: len(watcher.ask("up == 1")) == len(PROCESSES) + 1, WAIT, f"every name, {len(HTTP)} HTTP")
        until(lambda: watcher.ask(f'bugle:process_replicas{{process="{TWICE}"}} == 2'), WAIT, "two of a kind")
        assert [told(watcher, alert) for alert in ("ProcessMissing", "ReplicaMissing")] == [[], []], "all is well"
        known.pop(GONE)
        known[TWICE].remove(THERE)
        for alert in ("ProcessMissing", "ReplicaMissing"):
            print(*until(lambda alert=alert: told(watcher, alert), WAIT, alert))
        assert told(watcher, "ProcessDown") == [], "what has no target cannot be down"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
