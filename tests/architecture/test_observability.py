"""Rules, dashboard, runbook and compose file agree with each other and with the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bugle import cli
from bugle.stack.home import ROOT
from bugle.stack.system import PROCESSES
from tests.support.observability import (
    CASES,
    FOLDER,
    MOVED_ELSEWHERE,
    RULES,
    RUNBOOK,
    alerts,
    declared,
    documented,
    expressions,
    metrics_of,
)

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="NOT RUN: no promtool here; install Debian's package prometheus"
)
ENTRIES = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
PARTS = ("Means", "Users notice", "Look", "Mend", "Over when")


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], text=True, capture_output=True, check=False)


def test_every_metric_is_documented() -> None:
    assert documented() == declared().keys()


def test_every_metric_is_tested() -> None:
    """Each metric that only a state of fault moves is moved by a test of its own."""
    assert declared().keys() >= MOVED_ELSEWHERE.keys()
    for name, file in MOVED_ELSEWHERE.items():
        assert re.search(rf'\b{name}(_total)?"', (ROOT / "tests" / file).read_text()), (name, file)


def test_expressions_read_known_metrics() -> None:
    read = {name for expression in expressions() for name in metrics_of(expression)}
    assert read - declared().keys() - {"bugle"} == set()
    assert metrics_of("bugle_no_such_thing_total > 0") == {"bugle_no_such_thing"}


def test_every_alert_has_an_entry() -> None:
    assert ENTRIES.keys() == alerts().keys()
    for name, entry in ENTRIES.items():
        assert [part for part in PARTS if f"- **{part}**: " not in entry] == [], name


def test_commands_of_runbook_exist() -> None:
    named = set(re.findall(r"`bugle ([a-z]+)", RUNBOOK))
    assert {"status", "logs", "redrive", "deliveries", "verify"} <= named <= cli.COMMANDS.keys()
    services = set(re.findall(r"--scale ([\w-]+)=", RUNBOOK))
    assert services and services <= set(PROCESSES)


def test_prometheus_finds_every_process() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert sorted(config["rule_files"]) == sorted(file.name for file in RULES)
    [job] = config["scrape_configs"]
    found = {name: entry["port"] for entry in job["dns_sd_configs"] for name in entry["names"]}
    assert found == {process: 8000 if process.endswith("-http") else 9000 for process in PROCESSES}


def test_every_process_is_missed_by_name() -> None:
    asked = re.findall(r'absent\(up{job="bugle",process="([\w-]+)"}\)', alerts()["ProcessMissing"])
    assert sorted(asked) == sorted(PROCESSES)


def test_every_source_is_missed_by_name() -> None:
    asked = re.findall(
        r'absent\(bugle_consumer_watermark_age_seconds{consumer="(\w+)",source="(\w+)"}\)', alerts()["SourceUnread"]
    )
    users = tomllib.loads((ROOT / "infra" / "acl.toml").read_text())["users"]
    consumers = {name: may["reads"] for name, may in users.items() if "groups" in may}
    read = [(name, topic.removesuffix(".events")) for name, topics in consumers.items() for topic in topics]
    assert sorted(asked) == sorted(read)


def compose() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return held["services"]


def test_watchers_start_when_asked_only() -> None:
    asked = {name for name, service in compose().items() if service.get("profiles") == ["observability"]}
    assert asked == {"prometheus", "grafana", "collector"}
    for name in asked:
        for volume in compose()[name]["volumes"]:
            source = volume.split(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists(), volume
        assert all(port.startswith("127.0.0.1:") for port in compose()[name].get("ports", []))


@pytest.mark.parametrize("name", [name for name, held in compose().items() if "profiles" not in held])
def test_memory_of_container_is_bounded(name: str) -> None:
    """One that grows is ended alone, and not whichever the kernel finds first. `.env` may set another limit."""
    limit = re.fullmatch(r"\$\{(BUGLE_\w+_MEMORY):-(\d+)m\}", compose()[name]["mem_limit"])
    assert limit
    setting, megabytes = limit.groups()
    assert f"| `{setting}` | {megabytes}m |" in (ROOT / "docs" / "deploying.md").read_text()


@pytest.mark.parametrize("process", PROCESSES)
def test_process_may_send_spans(process: str) -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in compose()[process]["environment"]


def test_images_log_as_json() -> None:
    files = [*ROOT.glob("services/*/Dockerfile"), *ROOT.glob("frontends/*/Dockerfile")]
    assert len(files) == 5 and all("BUGLE_LOG=json" in file.read_text() for file in files)


@needs_promtool
def test_each_alert_is_quiet_then_fires() -> None:
    told = "".join(cases.read_text() for cases in CASES)
    assert [name for name in alerts() if f'alertname="{name}"' not in told] == []
    done = promtool("test", "rules", *map(str, CASES))
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("alert", alerts())
def test_alert_that_cannot_fire_is_noticed(alert: str, tmp_path: Path) -> None:
    """The expression of one alert spoilt: its case must fail."""
    for file in RULES:
        spoilt = yaml.safe_load(file.read_text())
        for rule in spoilt["groups"][0]["rules"]:
            if rule.get("alert") == alert:
                rule["expr"] = "vector(0) > 1"
        (tmp_path / file.name).write_text(yaml.safe_dump(spoilt))
    done = promtool("test", "rules", *(shutil.copy(cases, tmp_path) for cases in CASES))
    assert done.returncode != 0 and alert in done.stdout + done.stderr


@needs_promtool
def test_prometheus_takes_its_configuration() -> None:
    assert promtool("check", "config", "--syntax-only", str(FOLDER / "prometheus.yml")).returncode == 0
