"""Reporting's tables of very many issues: generated events through the product's own fold and COPY, as in a rebuild.

Goes on where it was broken off: what has been copied is told by a table of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from multiprocessing import get_context

import orjson
import psycopg
from sqlalchemy import Connection, make_url, text

from bench.query.histories import enterprise_id, history
from bugle.generating.courses import courses
from bugle.generating.ledgers import enterprises
from bugle.generating.world import World, world_of
from bugle.importing.folder import Folder, read_folder
from bugle.stack.databases import Database, plain
from bugle.stack.home import ROOT
from eventkit.envelope import Envelope
from eventkit.ids import uid
from eventkit.orphans import end_with_parent
from eventkit.postgres import make_engine
from eventkit.settings import DatabaseLimits
from reporting.read_model.tables import LIVE, SHADOW
from reporting.read_model.tallying import kept, tally_all
from reporting.read_model.writer import write_others
from reporting.rebuild import shadow
from reporting.rebuild.loading import copy_cases

PROGRAMME, DAYS, SEED = "chuanhui", 730, 1
"""Which programme's kinds and units, how long its issues come in, and by which seed."""
CHUNK = 1_000
"""Issues that are copied in one transaction."""
_PROCESSES = 2
_LONG = DatabaseLimits(statement_seconds=7_200, lock_seconds=300, idle_transaction_seconds=600)
_SCORED = ("deadline_missed", "card_issued", "result_reported")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What one process copies: of all chunks each that falls to it and is not there."""

    url: str
    issues: int
    share: int
    done: frozenset[int]


def world(issues: int) -> tuple[Folder, World]:
    """Where the issues come from."""
    folder = read_folder(ROOT / "programmes" / PROGRAMME)
    return folder, world_of(folder, issues, DAYS)


def fill(database: Database, issues: int, tell: Tell) -> None:
    """Bring the tables to so many issues; nothing to do where they are there."""
    engine = make_engine(database.owner_url, pool=2, limits=_LONG)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS filled (chunk integer PRIMARY KEY)"))
        done = frozenset(connection.scalars(text("SELECT chunk FROM filled")))
        if not done and not connection.scalar(text("SELECT count(*) FROM live.ledger")):
            _begin(connection, make_url(database.url).username or "", issues)
    if done or _empty(database):
        _copy(database, issues, done, tell)
        tell("indexes and tallies")
        with engine.begin() as connection:
            shadow.index(connection)
            shadow.swap(connection)
            shadow.clear(connection)
            connection.execute(text("DELETE FROM filled"))
    with engine.begin() as connection:  # filled before there were tallies
        if not kept(connection).stood:
            tally_all(connection)
    engine.dispose()


def _empty(database: Database) -> bool:
    with psycopg.connect(plain(database.owner_url)) as connection:
        return connection.execute("SELECT FROM live.ledger LIMIT 1").fetchone() is None


def _begin(connection: Connection, role: str, issues: int) -> None:
    shadow.clear(connection)
    shadow.make(connection, role)
    write_others(connection.execution_options(schema_translate_map={LIVE: SHADOW}), list(_reference(issues)))


def _copy(database: Database, issues: int, done: frozenset[int], tell: Tell) -> None:
    copied = len(done)
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn"), end_with_parent) as pool:
        parts = [Part(plain(database.owner_url), issues, share, done) for share in range(_PROCESSES)]
        for future in as_completed([pool.submit(copy_part, part) for part in parts]):
            copied += future.result()
            tell(f"{min(issues, copied * CHUNK):,} of {issues:,} issues")


def copy_part(part: Part) -> int:
    """Copy the part's chunks, each in a transaction that notes it; how many. Runs in a process of its own."""
    folder, held = world(part.issues)
    copied, drawn = 0, courses(held, part.issues, SEED)
    for chunk in range(-(-part.issues // CHUNK)):
        block = list(islice(drawn, CHUNK))
        if chunk % _PROCESSES != part.share or chunk in part.done:
            continue
        cases = [list(history(course, folder, held, SEED)) for course in block]
        with psycopg.connect(part.url, options="-c timezone=UTC -c synchronous_commit=off") as connection:
            copy_cases(connection, {events[0].key: events for events in cases})
            connection.execute("INSERT INTO filled VALUES (%s)", (chunk,))
        copied += 1
        print(f"  {chunk * CHUNK + len(block):,} of {part.issues:,} issues", flush=True)
    return copied


def _reference(issues: int) -> Iterator[Envelope]:
    """The programme, which weighs rates and scores departments, its directory and the enterprises."""
    folder, held = world(issues)
    at = datetime.combine(held.first, time(), held.zone)
    items = [{"id": name, "event": name, "points": -1, "zh": name, "en": name} for name in _SCORED]
    appraisal = {**folder.programme["appraisal"], "department": {"base": 100, "items": items}}
    document = {**folder.programme, "appraisal": appraisal}
    said = {"programme": folder.id, "version": 1, "agency": folder.agency, "document": document}
    yield _event("programme_published", f"programme-{folder.id}", at, said)
    yield _event("directory_published", f"directory-{folder.agency}", at, _directory(folder))
    for number, row in enumerate(enterprises(held, SEED), start=1):
        _, name, tier, industry, township, *_ = row
        about = {"name": name, "tier": tier, "industry": industry, "township": township, "synthetic": True}
        id = enterprise_id(number)
        yield _event(
            "enterprise_registered", f"enterprise-{id}", at, {"enterprise": id, "agency": folder.agency} | about
        )


def _directory(folder: Folder) -> dict[str, object]:
    people = [
        {"title": None, "unit": None, "role": None, "synthetic": False} | one for one in folder.directory["people"]
    ]
    units = [{"synthetic": False} | one for one in folder.directory["units"]]
    return {"agency": folder.agency, "version": 1, "units": units, "people": people}


def _event(name: str, stream: str, at: datetime, said: dict[str, object]) -> Envelope:
    return Envelope(
        id=uid("bench", stream),
        type=f"bugle.intake.{name}.v1",
        source="/bugle/intake",
        stream=stream,
        version=1,
        key=stream.partition("-")[2],
        occurred_at=at,
        recorded_at=at,
        data=orjson.dumps(said),
        sequenced_at=at,
        log_seq=1,
    )
