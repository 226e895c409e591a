"""The embedded stack, docker compose and Kubernetes run the same processes with the same commands and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bugle.stack import Stack
from bugle.stack.home import ROOT, Home
from bugle.stack.system import HTTP, PROCESSES, SERVICES
from tests.deployment.kubernetes import config_names, pods, written

JOBS = ("topics", *(f"{service}-migrate" for service in SERVICES))
OF_THE_OPERATOR = ("BUGLE_SMTP_", "BUGLE_OIDC_", "OTEL_", "FORWARDED_ALLOW_IPS", "BUGLE_DATABASE_POOL", "TMPDIR")
"""What the embedded stack's processes find in the environment of `bugle up`."""

Composed = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def composed() -> Composed:
    """The compose file's services that run one of our images."""
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return {name: of for name, of in told["services"].items() if of.get("image", "").startswith("bugle/")}


def names_of(pod: dict[str, Any]) -> set[str]:
    [container] = pod["containers"]
    configs = config_names()
    given = [configs[source["configMapRef"]["name"]] for source in container.get("envFrom", [])]
    return set().union(*given) | {variable["name"] for variable in container["env"]}


def test_sets_of_processes_are_equal(composed: Composed) -> None:
    assert set(composed) == {*PROCESSES, *JOBS} == set(pods(written()))


@pytest.mark.parametrize("name", [*PROCESSES, *JOBS])
def test_commands_and_settings_are_equal(composed: Composed, name: str) -> None:
    pod = pods(written())[name]
    [container] = pod["containers"]
    assert container["args"] == composed[name]["command"]
    assert container["image"] == composed[name]["image"].partition(":")[0]
    assert names_of(pod) == set(composed[name]["environment"])


@pytest.mark.parametrize("process", PROCESSES)
def test_embedded_process_has_no_less(composed: Composed, tmp_path: Path, process: str) -> None:
    """It has more: the prefix of its topics, and what an image sets for all of its containers."""
    names = {name for name in composed[process]["environment"] if not name.startswith(OF_THE_OPERATOR)}
    assert names <= set(Stack(Home(tmp_path)).system.environment(process))
    assert composed[process]["command"] == [process.replace("-", ".entrypoints.")]


@pytest.mark.parametrize("process", HTTP)
def test_proxy_may_be_trusted(composed: Composed, process: str) -> None:
    """Else everybody behind it has its address, and with it one allowance."""
    assert "FORWARDED_ALLOW_IPS" in composed[process]["environment"]


def test_files_of_keys_are_mounted(composed: Composed) -> None:
    """A process sees the keys it needs and no other, at the paths that its settings name."""
    for name, pod in pods(written()).items():
        keys = [volume["secret"] for volume in pod.get("volumes", []) if "secret" in volume]
        mounted = {item["path"] for of in keys for item in of["items"]}
        assert mounted == set(composed[name].get("secrets", [])), name
