"""The figures that `bugle status --json` takes from /metrics."""

from __future__ import annotations

from bugle.stack.readings import SHOWN, readings
from eventkit import metrics
from eventkit.depths import pending
from tests.support.observability import declared


def test_figures_are_read_by_name_and_labels() -> None:
    pending.labels("reading").set(3)
    server = metrics.serve("127.0.0.1", 0, {})
    try:
        found = readings([f"http://127.0.0.1:{server.server_port}", "http://127.0.0.1:1"])
    finally:
        server.shutdown()
        server.server_close()
    assert found["bugle_pending_events"]["service=reading"] == 3
    assert not {name for name in found if not name.startswith("bugle_")}


def test_shown_names_exist() -> None:
    shown = {name for name in declared() if SHOWN.fullmatch(name)}
    assert {"bugle_sweep_late_seconds", "bugle_consumer_parked_keys", "bugle_deliveries"} <= shown
    assert "bugle_http_requests" not in shown
