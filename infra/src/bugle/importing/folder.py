"""A programme folder: its programme and directory as the documents that are published, and names looked up in them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bugle.importing.faults import BadValue, Unreadable
from eventkit.text import Text

_NO_UNIT = Text("there is no unit {text}")
_NO_PERSON = Text("there is no person {text}")
_NO_KIND = Text("there is no kind {text}")
_NO_REASON = Text("there is no reason {text} to return an issue")
_NO_ROLE = Text("there is no role {text}")
_DIRECTORY = Text("use one of {known}, or add it to the directory")
_REASON = Text("correct it, or use a reason of the programme's [returns]")
_KIND = Text("use one of {known}, or map the ledger's word to one under [values.kind]")
_ROLE = Text("use one of {known}")
_NAMED = 30
"""Of a long directory the rest stands in its file."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`programme` and `directory` are JSON values: the TOML files with dates as ISO 8601 texts."""

    path: Path
    programme: Mapping[str, Any]
    directory: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The programme's id."""
        return str(self.programme["id"])

    @property
    def agency(self) -> str:
        """The agency that runs it."""
        return str(self.programme["agency"])

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its days."""
        return ZoneInfo(self.programme["zone"])

    @property
    def calendar_file(self) -> Path | None:
        """The working-day calendar it names, beside the programmes; None when every day counts."""
        name = self.programme["calendar"]
        return None if name == "none" else self.path.parent / "calendars" / f"{name}.toml"

    def unit(self, text: str) -> str:
        """The id of a unit, given by id or name."""
        return _find(text, self.directory["units"], ("id", "name"), _NO_UNIT, _DIRECTORY)

    def person(self, text: str) -> str:
        """The id of a person, given by id or name."""
        return _find(text, self.directory.get("people", ()), ("id", "name"), _NO_PERSON, _DIRECTORY)

    def kind(self, text: str) -> str:
        """The id of a kind of issue, given by id or title."""
        return _find(text, self.programme["kinds"], ("id", "zh", "en"), _NO_KIND, _KIND)

    def return_reason(self, text: str) -> str | None:
        """The id of a reason to return an issue, given by id or title; None where the programme names no reasons."""
        reasons = self.programme.get("returns", {}).get("reasons")
        if reasons is None:
            return None
        return _find(text, reasons, ("id", "zh", "en"), _NO_REASON, _REASON)

    def role(self, text: str) -> str:
        """The id of a role, given by id or title."""
        return _find(text, self.programme["roles"], ("id", "zh", "en"), _NO_ROLE, _ROLE)


def read_folder(path: Path) -> Folder:
    """Raises Unreadable when programme.toml or directory.toml is missing or broken."""
    programme, directory = read_document(path / "programme.toml"), read_document(path / "directory.toml")
    missing = [name for name in ("id", "version", "agency", "zone", "calendar") if name not in programme]
    if missing:
        raise Unreadable(f"{path / 'programme.toml'} lacks {missing[0]}.")
    if directory.get("agency") != programme["agency"]:
        raise Unreadable(f"{path}: programme.toml and directory.toml name different agencies.")
    return Folder(path, programme, directory)


def read_document(path: Path) -> dict[str, Any]:
    """A TOML file as a JSON object; Unreadable says what is wrong."""
    try:
        document: dict[str, Any] = _plain(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise Unreadable(f"There is no {path.name} in {path.parent}: name a folder that holds one.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error
    return document


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case datetime() | date():
            return value.isoformat()
    return value


def _find(text: str, entries: Sequence[Mapping[str, Any]], names: tuple[str, ...], absent: Text, mend: Text) -> str:
    for entry in entries:
        if text in (entry.get(name) for name in names):
            return str(entry["id"])
    known = [str(entry[names[1]]) for entry in entries[:_NAMED]] + ["…"] * (len(entries) > _NAMED)
    raise BadValue(absent.filled(text=text), mend.filled(known=known))
