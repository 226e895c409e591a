"""A real Prometheus with the rules as they are shipped, and what it says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bugle.stack.ports import HOST, free_port
from tests.support.observability import FOLDER, RULES
from tests.support.office import until

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="NOT RUN: no prometheus here; install Debian's package prometheus"
)


@dataclass
class Watcher:
    """A running Prometheus."""

    url: str

    def ask(self, expression: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found


def shipped() -> dict[str, Any]:
    """The configuration as it is shipped, but for how often it looks."""
    config: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    return config


@contextmanager
def running(config: dict[str, Any], folder: Path) -> Iterator[Watcher]:
    """Prometheus with this configuration and the shipped rules; its files are in the folder."""
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    for rules in RULES:
        shutil.copy(rules, folder)
    address = f"{HOST}:{free_port()}"
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", *options, f"--web.listen-address={address}"], stdout=log, stderr=log, cwd=folder
        )
    try:
        watcher = Watcher(f"http://{address}")
        until(lambda: _answers(watcher), 30, "Prometheus")
        yield watcher
    finally:
        process.terminate()
        process.wait(20)


def _answers(watcher: Watcher) -> bool:
    try:
        return httpx.get(f"{watcher.url}/-/ready").status_code == 200
    except httpx.TransportError:
        return False
