"""The figures of /metrics that say how far a system is behind, as `bugle status --json` shows them."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterable

SHOWN = re.compile(
    r"bugle_(database_up|pending_\w+|unpublished_events|relay_leader|deliveries"
    r"|consumer_(watermark_age_seconds|log_seq|parked_keys|parked_events|waiting_events|lag_records)|sweep_\w+_(keys|seconds))"
)
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def readings(addresses: Iterable[str]) -> dict[str, dict[str, float]]:
    """Name → labels as text → value, of all processes that answer."""
    found: dict[str, dict[str, float]] = {}
    for address in addresses:
        for name, labels, value in _SAMPLE.findall(_fetch(f"{address}/metrics")):
            if SHOWN.fullmatch(name):
                found.setdefault(name, {})[labels.replace('"', "")] = float(value)
    return found


def _fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError):
        return ""  # the table says already that it is not ready
