"""Rows of what is no case: one per id, from the last event that describes it."""

from __future__ import annotations

from eventkit.ids import uid
from reporting.projections.reference import describe
from tests.unit.reporting.made import Log, day, enterprise_of

ENTERPRISE, TEAM = str(uid("enterprise")), str(uid("team"))


def test_later_version_describes_the_enterprise() -> None:
    log = Log()
    for number, tier in enumerate(("ordinary", "key")):
        said = enterprise_of(ENTERPRISE) | {"tier": tier}
        log.add("intake", "enterprise_registered", f"enterprise-{ENTERPRISE}", ENTERPRISE, day(number), **said)

    first, last = describe(reversed(log.events))

    assert last.said.owner == first.said.owner == {"enterprises": {"enterprise_id": ENTERPRISE}}
    (row,) = last.said.rows["enterprises"]
    assert (row["tier"], row["registered_at"]) == ("key", day(1))
    known = [event.sequenced_at for event in log.events]
    assert [(one.known_from, one.known_to) for one in (first, last)] == [(known[0], known[1]), (known[1], None)]


def test_word_known_for_no_time_is_left_out() -> None:
    log = Log()
    for tier in ("ordinary", "key"):
        said = enterprise_of(ENTERPRISE) | {"tier": tier}
        log.add("intake", "enterprise_registered", f"enterprise-{ENTERPRISE}", ENTERPRISE, day(0), **said)

    (described,) = describe(log.events)

    assert described.said.rows["enterprises"][0]["tier"] == "key"


def test_directory_owns_its_agency() -> None:
    log = Log()
    log.reference()

    described = next(one.said for one in describe(log.events) if "units" in one.said.owner)

    assert described.owner == {"units": {"agency": "jinxian"}, "people": {"agency": "jinxian"}}
    assert [row["person_id"] for row in described.rows["people"]] == ["p1"]


def test_end_of_a_team_adds_to_how_it_was_formed() -> None:
    log = Log()
    log.team(TEAM, day(0), [ENTERPRISE], ended_at=day(2))

    first, last = describe(reversed(log.events))

    ends = [one.said.rows["teams"][0]["ended_at"] for one in (first, last)]
    assert ends == [None, day(2)]
    assert last.said == first.said._replace(rows=first.said.rows | {"teams": last.said.rows["teams"]})
    assert first.known_to == last.known_from


def test_end_alone_describes_no_team() -> None:
    log = Log()
    log.team(TEAM, day(0), [ENTERPRISE], ended_at=day(2))

    assert describe(log.events[1:]) == []


def test_contact_is_described_nowhere() -> None:
    log = Log()
    log.add("intake", "contact_recorded", f"enterprise-{ENTERPRISE}", ENTERPRISE, day(0), enterprise=ENTERPRISE)

    assert describe(log.events) == []
