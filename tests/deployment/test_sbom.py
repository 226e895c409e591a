"""The bill of materials names every library of a service's image, by version and digest."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from bugle.stack.home import ROOT

SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "requirements.lock").exists())
PINNED = re.compile(r"^([a-z0-9][\w.-]*)==([^ ;\\]+)", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    subprocess.run(["make", "sbom"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("service", SERVICES)
def test_every_library_is_named(service: str) -> None:
    bill = json.loads((ROOT / "build" / "sbom" / f"{service}.cdx.json").read_text())
    locked = set(PINNED.findall((ROOT / "services" / service / "requirements.lock").read_text()))
    assert bill["metadata"]["component"]["name"] == f"bugle-{service}"
    assert len(locked) > 20
    assert {(part["name"], part["version"]) for part in bill["components"]} == locked
    assert all(_digests(part) for part in bill["components"])


def _digests(part: dict[str, list[dict[str, list[object]]]]) -> list[object]:
    return [digest for link in part["externalReferences"] for digest in link.get("hashes", [])]
