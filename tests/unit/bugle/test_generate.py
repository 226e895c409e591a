"""Made-up ledgers: the same again, in order, with everything that happens to an issue, and refused by name."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.generating import ledgers
from bugle.generating.command import MOST
from bugle.generating.courses import Course, courses
from bugle.generating.world import World, world_of
from bugle.importing.folder import read_folder
from bugle.importing.run import read_job
from bugle.stack import StackError
from bugle.stack.home import ROOT

FOLDER = read_folder(ROOT / "programmes" / "jinxian")
COUNT = 4_000


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(FOLDER, COUNT, 365)


@pytest.fixture(scope="module")
def made(world: World) -> list[Course]:
    return list(courses(world, COUNT, seed=1))


def run(*arguments: object) -> str:
    return CliRunner().invoke(app, ["generate", *map(str, arguments)], catch_exceptions=False).stdout


def test_same_seed_writes_same_bytes() -> None:
    once = run("--issues", 200, "--seed", 5)
    assert once == run("--issues", 200, "--seed", 5)
    assert once != run("--issues", 200, "--seed", 6)
    assert len(once.splitlines()) == 201


def test_issues_come_one_by_one(world: World) -> None:
    assert len(list(islice(courses(world, MOST, seed=1), 3))) == 3


def test_courses_hold_what_happens(made: list[Course], world: World) -> None:
    rounds = [held for course in made for held in course.rounds]
    happened = {
        "returned": any(held.returned_at for held in rounds),
        "reopened": any(sum(held.returned_at is None for held in course.rounds) > 1 for course in made),
        "extended": any(course.extended for course in made),
        "late": any(course.late_evidence for course in made),
        "open": any("closed" not in held.facts for held in rounds),
        "merged": any(course.merged for course in made),
        "withdrawn": any(course.withdrawn for course in made),
    }
    assert all(happened.values()), happened
    assert {held.outcome for held in rounds} == {None, "solved", "explained", "long_term"}
    assert {held.satisfaction for held in rounds} == {None, "satisfied", "basically_satisfied", "unsatisfied"}


def test_facts_stand_in_their_order(made: list[Course], world: World) -> None:
    for course in made:
        moments = [course.reported_at, *(at for held in course.rounds for at in held.facts.values())]
        assert [course.number, *sorted(moments)] == [course.number, *moments]
        assert moments[-1] < world.end
    assert [course.reported_at for course in made] == sorted(course.reported_at for course in made)


def test_arrivals_follow_week_and_rank(made: list[Course]) -> None:
    weekdays = Counter(course.reported_at.weekday() for course in made)
    assert weekdays[0] > weekdays[4] > weekdays[5] > weekdays[6] > 0
    enterprises = Counter(course.enterprise for course in made)
    assert enterprises[1] > 3 * enterprises[10] > 0
    kinds = [count for _, count in Counter(course.kind for course in made).most_common()]
    assert kinds[0] > 3 * kinds[-1]


def test_contacts_come_late_sometimes(made: list[Course]) -> None:
    waited = [r.facts["contacted"] - r.facts["received"] for c in made for r in c.rounds if "contacted" in r.facts]
    assert 0.05 < sum(one > timedelta(days=6) for one in waited) / len(waited) < 0.3


def test_files_read_without_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "PER_FILE", 150)
    told = run("--issues", 400, "--seed", 2, "--out", tmp_path / "made").split()
    files = [Path(word) for word in told if word.endswith(".csv")]
    jobs = [read_job(file, "jinxian") for file in files]
    assert [len(job.ledgers[0].commands) for job in jobs] == [20, 150, 150, 100]
    assert [job.ledgers[0].faults for job in jobs] == [()] * 4
    assert (told[:2], told[-2:]) == (["bugle", "import"], ["--programme", "jinxian"])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--issues", 0, "--seed", 1), "--issues"),
        (("--issues", 5, "--seed", -1), "--seed"),
        (("--issues", 5, "--seed", 1, "--days", 0), "--days"),
    ],
)
def test_senseless_numbers_are_refused(arguments: tuple[object, ...], named: str) -> None:
    answer = CliRunner().invoke(app, ["generate", *map(str, arguments)])
    assert answer.exit_code == 2
    assert f"Invalid value for '{named}'" in answer.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--programme", "nowhere"), "There is no programme nowhere"),
        (("--days", 3_660), "leads beyond today"),
        (("--out", ROOT), "is there already"),
    ],
)
def test_what_cannot_be_is_refused(more: tuple[object, ...], said: str) -> None:
    answer = CliRunner().invoke(app, ["generate", "--issues", "5", "--seed", "1", *map(str, more)])
    assert isinstance(answer.exception, StackError)
    assert said in str(answer.exception)
