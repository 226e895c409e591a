"""Whoever asks, and whatever for: the process keeps no more series of it than it has routes."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import REGISTRY

from eventkit.memory import MemoryStore
from tests.support.ledger_service import running_bank
from tests.support.metering import value


def series() -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """All that Prometheus would keep of this process."""
    return {
        (sample.name, frozenset(sample.labels.items())) for family in REGISTRY.collect() for sample in family.samples
    }


def test_invented_methods_add_no_series(tmp_path: Path) -> None:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        bank.http.request("INVENTED", "/live")
        bank.http.request("INVENTED", "/invented")
        before = series()
        for number in range(1_000):
            bank.http.request(f"M{number}", "/live" if number % 2 else f"/invented/{number}")
        assert series() == before
    assert value("bugle_http_requests_total", method="other", route="/live", status="405") >= 501


def test_known_methods_keep_their_names(tmp_path: Path) -> None:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        for method in ("GET", "DELETE"):
            before = value("bugle_http_requests_total", method=method, route="/live")
            bank.http.request(method, "/live")
            assert value("bugle_http_requests_total", method=method, route="/live") == before + 1
