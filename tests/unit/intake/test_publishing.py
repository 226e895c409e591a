"""Publishing programmes and directories."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.domain import directory, programme
from intake.domain.directory import Directory
from intake.domain.events import DirectoryPublished, Person, ProgrammePublished
from intake.domain.programme import Programme
from intake.domain.timing import Timing
from tests.unit.intake.made import (
    DIRECTORY,
    DOCUMENT,
    NOW,
    PEOPLE,
    PUBLISH_DIRECTORY,
    PUBLISH_PROGRAMME,
    UNITS,
    given,
    refused,
)

PUBLISHED = ProgrammePublished("jinxian", 1, "jinxian", DOCUMENT, NOW)
LISTED = DirectoryPublished("jinxian", 1, UNITS, PEOPLE, NOW)


def test_publishes_a_new_programme() -> None:
    assert programme.publish(Programme(), PUBLISH_PROGRAMME, DIRECTORY, ()) == [PUBLISHED]


def test_same_programme_again_changes_nothing() -> None:
    state = given(Programme(), programme.apply, [PUBLISHED])
    assert programme.publish(state, PUBLISH_PROGRAMME, DIRECTORY, ()) == []


def test_published_version_never_changes() -> None:
    state = given(Programme(), programme.apply, [PUBLISHED])
    other = replace(PUBLISH_PROGRAMME, document={**DOCUMENT, "backdating_days": 8})
    refused(lambda: programme.publish(state, other, DIRECTORY, ()), "version-taken", "version")


def test_higher_version_replaces_programme() -> None:
    state = given(Programme(), programme.apply, [PUBLISHED])
    document = {**DOCUMENT, "version": 2}
    decided = programme.publish(state, replace(PUBLISH_PROGRAMME, version=2, document=document), DIRECTORY, ())
    assert given(state, programme.apply, decided).version == 2


def test_programme_stays_with_its_agency() -> None:
    state = given(Programme(), programme.apply, [PUBLISHED])
    moved = replace(PUBLISH_PROGRAMME, version=2, document={**DOCUMENT, "version": 2, "agency": "elsewhere"})
    refused(lambda: programme.publish(state, moved, DIRECTORY, ()), "version-taken", "document/agency")


def test_programme_is_not_published_ahead() -> None:
    ahead = replace(PUBLISH_PROGRAMME, timing=Timing(NOW + timedelta(hours=1), NOW))
    refused(lambda: programme.publish(Programme(), ahead, DIRECTORY, ()), "future-date", "occurred_at")


def _spoil(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(dict(DOCUMENT))
    change(document)
    return document


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.update(id="other"), "id"),
        (lambda d: d.update(version=2), "version"),
        (lambda d: d["roles"].append({"id": "county_leader"}), "roles/2/id"),
        (lambda d: d["kinds"].append({"id": "power"}), "kinds/2/id"),
        (lambda d: d["ladder"][0].update(role="nobody"), "ladder/0/role"),
        (lambda d: d["ladder"][0].update(level=2), "ladder/0/level"),
        (lambda d: d["rules"][0].update(kind="water"), "rules/0/kind"),
        (lambda d: d["rules"][0].update(lead="dept-99"), "rules/0/lead"),
        (lambda d: d["rules"][0].update(supporting=["dept-99"]), "rules/0/supporting/0"),
        (lambda d: d["clocks"][0].update(stops=["contacted", "verified"]), "clocks/0/stops"),
        (lambda d: d["clocks"][0].update({"from": "1989-12-31"}), "clocks/0/from"),
        (lambda d: d["clocks"][0]["escalate"].append({"level": 2, "after": "2wd"}), "clocks/0/escalate/1/level"),
    ],
)
def test_document_must_hold_together(change: Callable[[dict[str, Any]], object], field: str) -> None:
    command = replace(PUBLISH_PROGRAMME, document=_spoil(change))
    refused(lambda: programme.publish(Programme(), command, DIRECTORY, ()), "bad-document", f"document/{field}")


LADDER = [{"level": level, "role": "county_leader"} for level in (1, 2, 3)]


@pytest.mark.parametrize(
    ("climbs", "field"),
    [
        ([(2, "1wd")], "0/level"),
        ([(1, "1wd"), (3, "2wd")], "1/level"),
        ([(1, "1wd"), (1, "2wd")], "1/level"),
        ([(2, "2wd"), (1, "1wd")], "0/level"),
        ([(1, "3wd"), (2, "1wd")], "1/after"),
        ([(1, "1wd"), (2, "9h"), (3, "8h")], "2/after"),
        ([(1, "1wd"), (2, "1d"), (3, "1d")], None),
    ],
)
def test_cases_climb_level_by_level(climbs: list[tuple[int, str]], field: str | None) -> None:
    steps = [{"level": level, "after": after} for level, after in climbs]
    document = _spoil(lambda d: (d.update(ladder=LADDER), d["clocks"][0].update(escalate=steps)))
    command = replace(PUBLISH_PROGRAMME, document=document)
    publish = lambda: programme.publish(Programme(), command, DIRECTORY, ())  # noqa: E731
    if field is None:
        assert publish()
    else:
        refused(publish, "bad-document", f"document/clocks/0/escalate/{field}")


def test_programme_needs_a_directory() -> None:
    refused(
        lambda: programme.publish(Programme(), PUBLISH_PROGRAMME, Directory(), ()), "bad-document", "document/agency"
    )


def test_further_faults_are_counted() -> None:
    document = _spoil(lambda d: (d.update(id="other"), d["rules"][0].update(lead="dept-99")))
    command = replace(PUBLISH_PROGRAMME, document=document)
    error = refused(lambda: programme.publish(Programme(), command, DIRECTORY, ()), "bad-document", "document/id")
    assert "(1 more)" in str(error)


def test_publishes_a_new_directory() -> None:
    assert directory.publish(Directory(), PUBLISH_DIRECTORY) == [LISTED]


def test_same_directory_again_changes_nothing() -> None:
    state = given(Directory(), directory.apply, [LISTED])
    assert directory.publish(state, PUBLISH_DIRECTORY) == []


def test_changed_directory_is_next_version() -> None:
    state = given(Directory(), directory.apply, [LISTED])
    [decided] = directory.publish(state, replace(PUBLISH_DIRECTORY, people=()))
    assert decided.version == 2


def test_directory_version_must_be_higher() -> None:
    state = given(Directory(), directory.apply, [LISTED])
    again = replace(PUBLISH_DIRECTORY, version=1, people=())
    refused(lambda: directory.publish(state, again), "version-taken", "version")


def test_directory_repeats_no_unit() -> None:
    command = replace(PUBLISH_DIRECTORY, units=(*UNITS, UNITS[0]))
    refused(lambda: directory.publish(Directory(), command), "bad-document", "units/2/id")


def test_person_belongs_to_a_unit() -> None:
    command = replace(PUBLISH_DIRECTORY, people=(Person("p1", "某", unit="dept-99"),))
    refused(lambda: directory.publish(Directory(), command), "bad-document", "people/0/unit")
