"""Rows of what is no case: one per id, from the last event that describes it."""

from __future__ import annotations

from eventkit.ids import uid
from reporting.projections.reference import describe
from tests.unit.reporting.made import Log, day, enterprise_of

ENTERPRISE = str(uid("enterprise"))


def test_later_version_describes_the_enterprise() -> None:
    log = Log()
    for number, tier in enumerate(("ordinary", "key")):
        said = enterprise_of(ENTERPRISE) | {"tier": tier}
        log.add("intake", "enterprise_registered", f"enterprise-{ENTERPRISE}", ENTERPRISE, day(number), **said)

    (described,) = describe(reversed(log.events))

    assert described.owner == {"enterprises": {"enterprise_id": ENTERPRISE}}
    (row,) = described.rows["enterprises"]
    assert (row["tier"], row["registered_at"]) == ("key", day(1))


def test_directory_owns_its_agency() -> None:
    log = Log()
    log.reference()

    described = next(one for one in describe(log.events) if "units" in one.owner)

    assert described.owner == {"units": {"agency": "jinxian"}, "people": {"agency": "jinxian"}}
    assert [row["person_id"] for row in described.rows["people"]] == ["p1"]


def test_contact_is_described_nowhere() -> None:
    log = Log()
    log.add("intake", "contact_recorded", f"enterprise-{ENTERPRISE}", ENTERPRISE, day(0), enterprise=ENTERPRISE)

    assert describe(log.events) == []
