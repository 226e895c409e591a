"""What the operator of a consumer sees of parked events."""

from __future__ import annotations

import orjson
import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy.exc import OperationalError

from eventkit import redriving
from eventkit.envelope import Envelope
from eventkit.errors import VersionConflict
from eventkit.memory import MemoryStore
from eventkit.processing import CONFLICTS, Processor
from eventkit.reactions import BatchReaction, Reactions
from eventkit.session import Session
from tests.support.ledgers import arrival

broken: set[str] = set()


conflicts: dict[str, int] = {}
"""How often another writer is still first, by key."""


def handle(session: Session, event: Envelope) -> None:
    if event.key in broken:
        raise ValueError("mend me")
    if conflicts.get(event.key):
        conflicts[event.key] -= 1
        raise VersionConflict("another writer was first")


@pytest.fixture
def processor() -> Processor:
    """A consumer in which two keys are parked."""
    reactions = Reactions("tests", ["source.events"])
    reactions.on("bugle.source.happened.v1")(handle)
    processor = Processor(MemoryStore("tests"), reactions)
    broken.update(("k1", "k2"))
    processor.process([arrival("a", "k1"), arrival("b", "k1", offset=1), arrival("c", "k2")])
    broken.clear()
    conflicts.clear()
    return processor


def run(processor: Processor, monkeypatch: pytest.MonkeyPatch, *keys: str) -> int | str | None:
    monkeypatch.setattr("sys.argv", ["redrive", *keys])
    with pytest.raises(SystemExit) as end:
        redriving.run(processor)
    return end.value.code


def test_keys_are_listed(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(processor, monkeypatch) == 0
    assert capsys.readouterr().out == "k1  2 parked\nk2  1 parked\n"


def test_machine_is_told_what_came_of_it(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken.add("k2")
    try:
        assert run(processor, monkeypatch, "all", "--json") == 1
    finally:
        broken.clear()
    told = orjson.loads(capsys.readouterr().out)
    assert (told["parked"], told["applied"], told["discarded"]) == ({"k2": 1}, {"k1": 2}, [])
    assert "mend me" in told["failing"]["k2"]


def test_discarded_record_is_told(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = processor.first_parked("k2")
    decided = ["--discard", place, "--reason", "a test", "--by", "office", "--json"]
    assert run(processor, monkeypatch, "k2", *decided) == 0
    assert orjson.loads(capsys.readouterr().out) == {
        "parked": {"k1": 2}, "applied": {}, "discarded": [place], "failing": {},
    }  # fmt: skip


def test_named_key_is_redriven(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(processor, monkeypatch, "k1") == 0
    assert processor.parked() == {"k2": 1}


def test_all_keys_are_redriven(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(processor, monkeypatch, "all") == 0
    assert processor.parked() == {}


def test_failing_key_stays_and_tells_why(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken.add("k2")
    assert run(processor, monkeypatch, "all") == 1
    assert processor.parked() == {"k2": 1}
    assert f"{arrival('c', 'k2').place}: ValueError: mend me" in capsys.readouterr().err


def test_record_is_discarded_and_the_rest_applied(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = arrival("a", "k1").place
    assert run(processor, monkeypatch, "k1", "--discard", place, "--reason", "told twice", "--by", "li") == 0
    assert capsys.readouterr().out == f"k1  {place} discarded\nk1  1 applied\n"
    last = arrival("c", "k2").place
    assert run(processor, monkeypatch, "k2", "--discard", last, "--reason", "told twice", "--by", "li") == 0
    assert processor.parked() == {}


@pytest.mark.parametrize("lacking", ["--reason", "--by", "k1"])
def test_discard_demands_reason_and_name(processor: Processor, monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    words = {"k1": [], "--discard": [arrival("a", "k1").place], "--reason": ["told twice"], "--by": ["li"]}
    del words[lacking]
    assert run(processor, monkeypatch, *(word for name, more in words.items() for word in (name, *more))) == 2
    assert processor.parked() == {"k1": 2, "k2": 1}


def test_unknown_record_is_not_discarded(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("k1", "--discard", arrival("c", "k2", offset=9).place, "--reason", "told twice", "--by", "li")
    assert run(processor, monkeypatch, *asked) == 1
    assert f"there are: {arrival('a', 'k1').place}, " in capsys.readouterr().err
    assert processor.parked() == {"k1": 2, "k2": 1}


def test_key_that_is_not_parked_is_named(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(processor, monkeypatch, "k9", "k1") == 1
    assert capsys.readouterr().err == "k9  is not parked\n"
    assert processor.parked() == {"k2": 1}


def test_failing_batch_does_not_stop_the_other_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def project(_: Session, events: list[Envelope]) -> None:
        if any(event.key in broken for event in events):
            raise ValueError("no row can hold it")

    processor = Processor(MemoryStore("tests"), BatchReaction("tests", ["source.events"], project))
    broken.update(("k1", "k2"))
    processor.process([arrival("a", "k1"), arrival("b", "k2", offset=1)])
    broken.discard("k2")
    assert run(processor, monkeypatch, "all") == 1
    assert processor.parked() == {"k1": 1}
    broken.clear()
    assert f"no row can hold it (the first is {arrival('a', 'k1').place})" in capsys.readouterr().err


def test_passing_conflict_is_tried_again(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventkit.processing.RETRY_SECONDS", (0.0, 0.0))
    conflicts["k1"] = CONFLICTS - 1
    assert run(processor, monkeypatch, "all") == 0
    assert processor.parked() == {}


def test_lasting_conflict_is_its_key_s_fault(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eventkit.processing.RETRY_SECONDS", (0.0, 0.0))
    conflicts["k1"] = CONFLICTS
    assert run(processor, monkeypatch, "all", "--json") == 1
    said = capsys.readouterr()
    told = orjson.loads(said.out)
    assert (told["parked"], told["applied"]) == ({"k1": 2}, {"k2": 1})
    assert "another writer was first" in told["failing"]["k1"]
    assert "server" not in said.err


def test_nothing_parked_is_said(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(processor, monkeypatch, "all")
    capsys.readouterr()
    assert run(processor, monkeypatch, "all") == 0
    assert capsys.readouterr().out == "Nothing is parked.\n"


def test_server_away_is_said(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, int]:
        raise OperationalError("SELECT", {}, AdminShutdown("terminating connection due to administrator command"))

    monkeypatch.setattr(processor, "parked", away)
    assert "a server is away" in str(run(processor, monkeypatch))
