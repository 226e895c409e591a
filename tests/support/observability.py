"""What is published for whoever watches a system: alert rules, dashboard, runbook, and the metrics behind them."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from bugle.stack.home import ROOT

FOLDER = ROOT / "infra" / "observability"
CASES = sorted(FOLDER.glob("*.test.yml"))
RULES = [FOLDER / cases.name.replace(".test", "") for cases in CASES]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
_METRIC = re.compile(r"\b(bugle_[a-z_]+)")
_DECLARED = re.compile(r'(Counter|Gauge|Histogram)\(\s*"(bugle_\w+)"|^NAME = "(bugle_\w+)"', re.MULTILINE)
_SUFFIX = re.compile(r"_(total|bucket|count|sum|created)$")

MOVED_ELSEWHERE = {
    "bugle_unpublished_events": "integration/eventkit/test_depths.py",
    "bugle_consumer_redelivered": "integration/eventkit/test_depths.py",
    "bugle_consumer_waiting_events": "integration/eventkit/test_depths.py",
    "bugle_sweep_failures": "integration/supervision/test_sweeping.py",
    "bugle_sweep_conflicts": "integration/supervision/test_sweeping.py",
    "bugle_notifier_raised": "integration/supervision/test_postroom.py",
    "bugle_notifier_outcomes": "integration/supervision/test_postroom.py",
    "bugle_notifier_failures": "integration/supervision/test_postroom.py",
    "bugle_documents_issued": "integration/reporting/test_scheduling.py",
    "bugle_documents_failing": "integration/reporting/test_scheduling.py",
}
"""Metrics that only a state of fault moves, and the tests that bring it."""


def declared() -> dict[str, str]:
    """Every metric of the program and its kind."""
    sources = [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    found = [match for file in sources for match in _DECLARED.findall(file.read_text())]
    return {name or other: kind or "Gauge" for kind, name, other in found}


def documented() -> set[str]:
    """The metrics of the runbook's table."""
    return set(re.findall(r"^\| `(bugle_\w+)` \|", RUNBOOK, re.MULTILINE))


def alerts() -> dict[str, str]:
    """Alert → expression."""
    return {rule["alert"]: rule["expr"] for rule in rules() if "alert" in rule}


def rules() -> list[dict[str, Any]]:
    """Every rule of every file."""
    groups = [group for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    """Every expression of rules and dashboard."""
    dashboard: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboards" / "bugle.json").read_text())
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + shown


def metrics_of(expression: str) -> set[str]:
    """The metrics it reads, under the names that the program declares."""
    known = declared()
    return {name if name in known else _SUFFIX.sub("", name) for name in _METRIC.findall(expression)}
