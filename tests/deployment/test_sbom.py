"""The bill of materials names every library of an image, by version and digest."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from bugle.stack.home import ROOT

IMAGES = sorted(
    lock.parent for folder in ("services", "frontends") for lock in ROOT.glob(f"{folder}/*/requirements.lock")
)
PINNED = re.compile(r"^([a-z0-9][\w.-]*)==([^ ;\\]+)", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    subprocess.run(["make", "sbom"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_every_library_is_named(image: Path) -> None:
    bill = json.loads((ROOT / "build" / "sbom" / f"{image.name}.cdx.json").read_text())
    locked = set(PINNED.findall((image / "requirements.lock").read_text()))
    assert bill["metadata"]["component"]["name"] == f"bugle-{image.name}"
    assert len(locked) > 20
    assert {(part["name"], part["version"]) for part in bill["components"]} == locked
    assert all(_digests(part) for part in bill["components"])


def _digests(part: dict[str, list[dict[str, list[object]]]]) -> list[object]:
    return [digest for link in part["externalReferences"] for digest in link.get("hashes", [])]
