"""An import from beginning to end: publish what the programme needs, send the rows, gather the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bugle.importing import sender
from bugle.importing.faults import RowFault, Unreadable
from bugle.importing.folder import Folder, read_document, read_folder
from bugle.importing.ledgers import FIELDS, ORDER, Ledger, read_ledger
from bugle.importing.mapping import Mapping as ColumnMapping
from bugle.importing.mapping import read_mapping
from bugle.importing.oracle import Comparison
from bugle.importing.rows import Command
from bugle.importing.target import Target
from bugle.stack.home import ROOT
from eventkit.text import Text
from eventkit.voice import ENGLISH, Voice

Progress = Callable[[str, int, int], None]
"""Told file, rows answered, rows in all."""


@dataclass(slots=True)
class Result:
    """What became of one file. Amended rows were known and have changed; unchanged ones added nothing."""

    file: str
    records: str
    rows: int
    new: int = 0
    amended: int = 0
    unchanged: int = 0
    seconds: float = 0.0
    faults: list[RowFault] = field(default_factory=list)

    def json(self, voice: Voice = ENGLISH) -> dict[str, Any]:
        """The result as a JSON object, faults in the voice's language."""
        named = {name: getattr(self, name) for name in ("file", "records", "rows", "new", "amended", "unchanged")}
        return {**named, "seconds": round(self.seconds, 3), "faults": [fault.json(voice) for fault in self.faults]}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of all files. `events`: how many all services recorded meanwhile."""

    results: Sequence[Result]
    comparisons: Sequence[Comparison]
    events: int
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether every row went in and, with an oracle, every row agrees."""
        refused = any(result.faults for result in self.results)
        return not refused and not any(one.disagreements for one in self.comparisons)

    @property
    def news(self) -> bool:
        """Whether any row was new or amended."""
        return any(result.new or result.amended for result in self.results)

    def json(self, voice: Voice = ENGLISH) -> dict[str, Any]:
        """All of it as a JSON object, faults in the voice's language."""
        return {
            "ok": self.sound,
            "files": [result.json(voice) for result in self.results],
            "comparisons": [comparison.json() for comparison in self.comparisons],
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events / self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Job:
    """One path of the command line: a programme's folder, and the ledgers that come with or without it."""

    folder: Folder
    ledgers: tuple[Ledger, ...]
    mapping: ColumnMapping | None = None


def read_job(path: Path, programme: str | None = None, mapping_file: Path | None = None) -> Job:
    """Read everything before anything is sent. Raises Unreadable."""
    if not path.exists():
        raise Unreadable(Text("There is no file {path}.", path=path))
    if path.is_dir():
        if programme or mapping_file:
            raise Unreadable(f"{path} is a programme's folder; --programme and --mapping are for single files.")
        folder = read_folder(path)
        files = [path / f"{records}.csv" for records in ORDER]
        return Job(folder, tuple(read_ledger(file, folder) for file in files if file.exists()))
    mapping = read_mapping(mapping_file, FIELDS) if mapping_file else None
    named = programme or (mapping.programme if mapping else None)
    folder = read_folder(find_folder(path, named, mapping_file))
    return Job(folder, (read_ledger(path, folder, mapping),), mapping)


def find_folder(path: Path, programme: str | None, mapping_file: Path | None) -> Path:
    """The programme's folder: the one named, beside the mapping, beside the file, or under programmes/."""
    given = Path(programme) if programme else None
    if given and (given / "programme.toml").exists():
        return given
    beside = [file.resolve().parent for file in (mapping_file, path) if file is not None]
    if programme:
        beside.append(ROOT / "programmes" / programme)
    for folder in beside:
        if (folder / "programme.toml").exists() and programme in (
            None,
            read_document(folder / "programme.toml").get("id"),
        ):
            return folder
    if programme is None:
        raise Unreadable(f"{path}: say whose ledger it is with --programme, or with `programme` in the mapping.")
    raise Unreadable(
        f"There is no programme {programme}: neither {ROOT / 'programmes' / programme} nor a folder of this name."
    )


def publish(target: Target, folder: Folder, grace: int | None = None) -> None:
    """Publish calendar, directory and programme; what is published already with the same content stays as it is.

    `grace` takes the place of the programme's grace_seconds in a version that is published for the first time.
    """
    with target.client(target.supervision, folder.agency) as client:
        if folder.calendar_file is not None:
            sender.put(client, f"/v1/calendars/{folder.programme['calendar']}", calendar_of(folder.calendar_file))
    with target.client(target.intake, folder.agency) as client:
        directory = {name: folder.directory.get(name, []) for name in ("units", "people")}
        sender.put(client, f"/v1/directories/{folder.agency}", directory)
        document = _graced(client, folder, grace)
        sender.put(client, f"/v1/programmes/{folder.id}", {"version": document["version"], "document": document})


def calendar_of(file: Path) -> dict[str, Any]:
    """A calendar file as it is published."""
    calendar = read_document(file)
    years = {number: {"notice": None, **year} for number, year in calendar["years"].items()}
    return {"version": calendar["version"], "source": calendar["source"], "years": years}


def _graced(client: httpx.Client, folder: Folder, grace: int | None) -> dict[str, Any]:
    """The document with the grace of its publication: a version that is out keeps the one it was published with."""
    document = dict(folder.programme)
    held = sender.find(client, f"/v1/programmes/{folder.id}")
    if held is not None and held["version"] == document["version"]:
        document["grace_seconds"] = held["document"]["grace_seconds"]
    elif grace is not None:
        document["grace_seconds"] = grace
    return document


def bring_in(target: Target, job: Job, progress: Progress, settle: Callable[[], None]) -> Iterator[Result]:
    """Send the ledgers one after the other, so that a row finds what it refers to.

    `settle` waits until the rows without what was shown late have had their effects; the whole rows are sent after it.
    """
    with target.client(target.intake, job.folder.agency) as client:
        for ledger in job.ledgers:
            yield _bring_in(client, ledger, progress, settle)


def _bring_in(client: httpx.Client, ledger: Ledger, progress: Progress, settle: Callable[[], None]) -> Result:
    result = Result(ledger.file, ledger.records, ledger.rows, faults=list(ledger.faults))
    began = time.monotonic()
    refused = _register(client, ledger)
    begun = _early(client, ledger, settle)
    total = len(ledger.commands)
    answers = _events(client, ledger.source, ledger.commands, lambda done: progress(ledger.file, done, total))
    for command, answer in zip(ledger.commands, answers, strict=True):
        if "problem" in answer:
            result.faults += refusals(ledger.file, command, answer["problem"])
        elif command.key in begun:
            result.new += 1
        elif answer.get("replayed") or answer["body"]["outcome"] == "unchanged":
            result.unchanged += 1
        elif answer["body"]["outcome"] == "amended":
            result.amended += 1
        else:
            result.new += 1
    result.faults = sorted(refused + result.faults, key=lambda fault: fault.row)
    result.seconds = time.monotonic() - began
    return result


def _register(client: httpx.Client, ledger: Ledger) -> list[RowFault]:
    """Send what must be there before the rows; the faults of what was refused."""
    answers = _events(client, ledger.source, ledger.first, lambda _: None)
    pairs = zip(ledger.first, answers, strict=True)
    return [fault for c, a in pairs if "problem" in a for fault in refusals(ledger.file, c, a["problem"])]


def _early(client: httpx.Client, ledger: Ledger, settle: Callable[[], None]) -> set[str]:
    """Send the rows without what was shown late, and let the deadlines of that pass; the keys of those that are new.

    A refusal is left to the whole row, which tells all of this again: where that is known already, this part alone is
    refused, since it no longer tells what is known.
    """
    first = [early for command in ledger.commands if (early := command.first) is not None]
    answers = _events(client, ledger.source, first, lambda _: None)
    if first:
        settle()
    new = (one for one in zip(first, answers, strict=True) if "problem" not in one[1] and not one[1].get("replayed"))
    return {command.key for command, answer in new if answer["body"]["outcome"] not in ("unchanged", "amended")}


def _events(
    client: httpx.Client, source: str, commands: Sequence[Command], done: Callable[[int], None]
) -> list[sender.Answer]:
    return sender.send(client, [command.event(source) for command in commands], done)


def refusals(file: str, command: Command, problem: Mapping[str, Any]) -> list[RowFault]:
    """A refusal of intake as faults of the row, each at the column its field came from."""
    entries = problem.get("errors") or [{"problem": problem.get("detail") or problem.get("title")}]
    return [
        RowFault(
            file,
            command.row,
            command.key,
            command.column(str(entry.get("field") or "").removeprefix("/data")),
            str(entry.get("problem")),
            entry.get("mend") or Text("correct the row"),
        )
        for entry in entries
    ]
