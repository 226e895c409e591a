"""The glossary points at code that is there."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from contracts import EVENTS

ROOT = Path(__file__).parents[2]
ROWS = [
    row.strip("| ").split(" | ")
    for row in (ROOT / "docs" / "glossary.md").read_text().splitlines()
    if row.startswith("| ") and not row.startswith("| term")
]
PLACES = sorted({place for row in ROWS for place in re.findall(r"`([^` ]+)`", row[-1])})
EVENT_NAMES = {type.split(".")[2] for type in EVENTS}
FIELDS = {field for contract in EVENTS.values() for field in contract.schema["properties"]}
PROGRAMME = json.loads((ROOT / "contracts/src/contracts/documents/programme/v3.json").read_text())["properties"]
PACKAGES = ("intake", "routing", "supervision", "reporting", "console", "pagekit", "eventkit", "bugle", "contracts")


def found(place: str) -> bool:
    """Whether a place of the last column is a file, a module or a name in one, an event, or a field."""
    if "<" in place:
        return any(ROOT.glob(re.sub(r"<[^>]+>", "*", place)))
    if (ROOT / place).exists() or place in EVENT_NAMES | FIELDS | PROGRAMME.keys():
        return True
    parts = place.split(".")
    if parts[0] in PACKAGES and len(parts) > 1:
        return _imports(place) or hasattr(importlib.import_module(".".join(parts[:-1])), parts[-1])
    return parts[0] in EVENT_NAMES and parts[-1] in FIELDS


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def test_glossary_has_four_columns() -> None:
    assert len(ROWS) > 50
    assert {len(row) for row in ROWS} == {4}


@pytest.mark.parametrize("place", PLACES)
def test_place_is_there(place: str) -> None:
    assert found(place)


@pytest.mark.parametrize(
    "place", ["intake.domain.nothing", "docs/nothing.md", "nothing_happened", "programmes/<id>/no"]
)
def test_missing_place_is_noticed(place: str) -> None:
    assert not found(place)
