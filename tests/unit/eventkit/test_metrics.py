"""The small server of processes that have no HTTP of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from eventkit import metrics, readiness


class Relay:
    """Something that may be ready."""

    error: Exception | None = None

    def check(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def address(relay: Relay) -> Iterator[str]:
    server = metrics.serve("127.0.0.1", 0, {"relay": relay.check})
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def read(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_ready_asks_the_check(address: str, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0)
    assert json.loads(read(f"{address}/ready")[1]) == {"ready": True, "checks": {"relay": "ready"}}
    relay.error = RuntimeError("secret")
    status, body = read(f"{address}/ready")
    assert (status, json.loads(body)) == (503, {"ready": False, "checks": {"relay": "away"}})
    assert read(f"{address}/live")[0] == 200


def test_metrics_are_exposed(address: str) -> None:
    metrics.commands.labels("ledgers", "bugle.ledgers.open.v1", "done").inc()
    assert 'bugle_commands_total{outcome="done"' in read(f"{address}/metrics")[1]


def test_other_paths_are_unknown(address: str) -> None:
    assert read(f"{address}/secret")[0] == 404
