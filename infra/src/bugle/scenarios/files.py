"""Scenario files: what is done, what must be seen, and which key of the programme makes it so.

`programmes/<id>/scenarios/<row>.toml` holds

| key | meaning |
|---|---|
| `row`, `title.zh`, `title.en` | which mechanism it plays |
| `drives` | the place in programme.toml without which it must fail, such as `clocks[id=contact]` or `letter` |
| `programme` | top-level keys of the document that this play changes (dates that the play needs) |
| `units`, `people`, `enterprises` | what is in the directory and the library besides the programme's own |
| `steps` | in order: `do` a command, `read` an answer until it has what is expected, or `see` events of a case |

A step `do` or `read` may expect a refusal: `refused` is the slug of the problem. At least one step of a file must.
Events are told as a short type or as {type, data?, at?, count?}.
What a step says must not be there (`never` of `see`, `lacks` of `read`) is looked for when everything that was recorded
before it, and what follows from it, has been applied; events that late evidence withdrew do not stand against it.
One step has `driven`: the one that comes out as expected because of the key in `drives`, and at which the play fails
without it. It is true, or of `see` the short type of the event that then does not come.
`save` gives names to parts of the answer (name = path), of `see` to ids of events (name = short type; the one
that `see` describes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bugle.importing.faults import Unreadable
from bugle.importing.folder import Folder, read_document, read_folder

Step = Mapping[str, Any]

_KNOWN = {"row", "title", "drives", "programme", "units", "people", "enterprises", "steps"}
_STEPS = {
    "do": {"do", "as", "at", "data", "save", "refused", "note", "driven"},
    "read": {"read", "as", "has", "lacks", "save", "text", "refused", "note", "driven"},
    "see": {"see", "of", "never", "save", "note", "driven"},
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One play. `folder` is its programme; `driven`: the number of the step that its key drives, and of a step `see`
    the event that does not come without it."""

    row: str
    title: Mapping[str, str]
    drives: str
    changes: Mapping[str, Any]
    units: Sequence[Mapping[str, Any]]
    people: Sequence[Mapping[str, Any]]
    enterprises: Sequence[Mapping[str, Any]]
    steps: Sequence[Step]
    folder: Folder
    driven: tuple[int, str | None]


def read_scenarios(folders: Path) -> list[Scenario]:
    """Every scenario of every programme folder, by row. Raises Unreadable naming file and key."""
    found = [scenario for path in sorted(folders.glob("*/scenarios")) for scenario in _of_folder(path.parent)]
    return sorted(found, key=lambda one: (one.row[:1], int(one.row[1:])))


def _of_folder(path: Path) -> Iterator[Scenario]:
    folder = read_folder(path)
    for file in sorted((path / "scenarios").glob("*.toml")):
        yield _read(file, folder)


def _read(file: Path, folder: Folder) -> Scenario:
    told = read_document(file)
    missing = sorted({"row", "title", "drives", "steps"} - told.keys())
    unknown = sorted(told.keys() - _KNOWN)
    if missing or unknown:
        raise Unreadable(f"{file}: " + (f"lacks {missing[0]}." if missing else f"has an unknown key {unknown[0]}."))
    if told["row"] != file.stem or not told["row"][1:].isdigit():
        raise Unreadable(f"{file}: row must be the file's name, a letter and a number.")
    for number, step in enumerate(told["steps"], start=1):
        _check(file, number, step)
    if not any("refused" in step for step in told["steps"]):
        raise Unreadable(f"{file}: no step is refused; play at least one illegal variant.")
    driven = [(n, step["driven"]) for n, step in enumerate(told["steps"], start=1) if "driven" in step]
    if len(driven) != 1:
        raise Unreadable(f"{file}: {len(driven)} steps are driven; name the one that fails without {told['drives']}.")
    [(number, event)] = driven
    return Scenario(
        row=told["row"],
        title=told["title"],
        drives=told["drives"],
        changes=told.get("programme", {}),
        units=told.get("units", []),
        people=told.get("people", []),
        enterprises=told.get("enterprises", [{"name": "企业001", "tier": "key"}]),
        steps=told["steps"],
        folder=folder,
        driven=(number, event if isinstance(event, str) else None),
    )


def _check(file: Path, number: int, step: Step) -> None:
    kinds = [kind for kind in _STEPS if kind in step]
    if len(kinds) != 1:
        raise Unreadable(f"{file}: step {number} must have one of do, read, see.")
    unknown = sorted(step.keys() - _STEPS[kinds[0]])
    if unknown:
        raise Unreadable(f"{file}: step {number} has an unknown key {unknown[0]}.")
