"""What the matrix asks about: an agency with one thing of every kind, beside another agency with the same units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bugle.stack import Stack, System
from contracts import DOCUMENTS
from eventkit.paging import cursor
from tests.support.office import Json, Office, new_agency, until

CASES = 45
"""One for each operation on a case, so that none finds the case as another has left it."""
MARK = "matrix"
"""Stands in every text of the agency that a stranger must not read."""

DIRECTORY_PEOPLE = [{"id": "wang", "name": "王强", "title": "科长", "unit": "power", "synthetic": True}]
_KEYS = (
    "suggestions", "policies", "joint_sessions", "dispatch", "pause", "long_term", "pledges", "lists",
    "accountability", "reports", "appraisal", "causes", "passing_on", "bundle", "split", "purposes", "completeness",
)  # fmt: skip


def further() -> Json:
    """What a programme may have besides: everything that operations speak of, as the contract's example has it."""
    example = DOCUMENTS["bugle.documents.programme.v3"].example
    cards = {"yellow_to_letter": 2, "per": "year", "reply_within": "3d"}
    named = {
        "grades": [{"id": "hard", "zh": "难", "en": "Hard"}],
        "cards": cards,
        "extension": {"ask_before": "1h", "max": "10wd", "times": 1, "decides": "office"},
        "service_card": {"roles": ["leader"]},
        "notify": [{"on": "case_assigned", "to": ["unit"], "channels": ["inbox", "email"]}],
    }
    return {key: example[key] for key in _KEYS} | named


@dataclass
class World:
    """`office`: of the agency itself; `ids`: of one thing of each kind, by the name it has in paths."""

    office: Office
    other: Office
    ids: dict[str, str] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)

    def fresh(self) -> dict[str, str]:
        """The ids with those of a case that nobody has been asked about."""
        case = self.cases.pop()
        return self.ids | {"case": case, "issue": case}


@contextmanager
def made_world(stack: Stack, system: System) -> Iterator[World]:
    """A world of the test's own on a running system."""
    with Office(stack, system, new_agency("own")) as own, Office(stack, system, new_agency("other")) as other:
        world = World(own, other)
        own.open(**further())
        other.open(**further())
        _publish_people(own)
        _fill_intake(world)
        _open_cases(world)
        _fill_routing(world)
        _let_a_policy_come(world)
        _fill_supervision(world)
        _hold_accountable(world)
        _issue_a_document(world)
        yield world


def _publish_people(office: Office) -> None:
    held = office.call("intake", "GET", f"/directories/{office.agency}")
    body = {"version": 2, "units": held["units"], "people": DIRECTORY_PEOPLE}
    office.call("intake", "PUT", f"/directories/{office.agency}", body)


def _fill_intake(world: World) -> None:
    office, programme = world.office, world.office.programme
    about = {"programme": programme, "enterprise": "企业001"}

    def made(path: str, body: Json) -> str:
        return str(office.call("intake", "POST", path, body)["id"])

    listed = office.call("intake", "GET", "/enterprises")["items"]
    enterprise = next(one["enterprise"] for one in listed if one["agency"] == office.agency)
    team = {"programme": programme, "name": MARK, "tier": "key", "enterprises": ["企业001"], "ref": "t1"}
    world.ids |= {
        "agency": office.agency,
        "agency_begins": cursor([office.agency, ""]),  # an operator's list has more agencies than a page has rows
        "programme": programme,
        "enterprise": enterprise,
        "stranger": world.other.call("intake", "GET", "/enterprises")["items"][0]["enterprise"],
        "team": made("/teams", {**team, "members": [{"role": "leader", "person": "wang"}]}),
        "visit": made("/visits", {**about, "mode": "visit", "purposes": ["走访问实情"], "ref": "v1"}),
        "suggestion": made("/suggestions", {**about, "title": MARK}),
        "related": office.report("相关"),
    }
    made("/teams", {**team, "ref": "t2"})
    contact = {"name": MARK, "phone": "000", "role": "x"}
    for name in ("contact_ref", "forgotten"):
        world.ids[name] = office.call("intake", "POST", f"/enterprises/{enterprise}/contacts", contact)["contact_ref"]


def _open_cases(world: World) -> None:
    """Cases of which power leads and industry supports, accepted; and one that nobody has yet."""
    office = world.office
    world.ids["unassigned"] = world.ids["related"]
    world.cases = [office.report(f"{MARK} {n}", kind="power") for n in range(CASES)]

    def known(service: str, path: str) -> Any:
        return until(lambda: len(_listed(office, service, path)) > CASES, what=f"{service}'s cases")

    known("routing", "/cases")
    items = [{"case": case, "lead": "power", "supporting": ["industry"]} for case in world.cases]
    meeting = {"programme": office.programme, "meeting": "first", "items": items}
    office.call("routing", "POST", "/assignment-meetings", meeting)
    for case in world.cases:
        for step in ("receipt", "acceptance"):
            office.move(case, step, role="department", department="power")
    known("supervision", "/watches")
    until(lambda: office.call("supervision", "GET", f"/cases/{world.cases[-1]}/clocks")["items"], what="its clock")
    world.ids["case"] = world.ids["issue"] = world.cases.pop()


def _fill_routing(world: World) -> None:
    ids, office = world.ids, world.office
    body = {
        "programme": office.programme,
        "enterprise": ids["enterprise"],
        "cases": [ids["case"]],
        "units": ["power", "industry"],
        "starts_at": "2030-01-01T09:00:00+08:00",
    }
    ids["session"] = office.call("routing", "POST", "/sessions", body)["id"]


def _let_a_policy_come(world: World) -> None:
    """For a case that was explained, so that its enterprise may be helped to apply."""
    office, case = world.office, world.cases.pop()
    explained = {"outcome": "explained", "policy": MARK, "note": MARK}
    for step, body in (("contact", {}), ("result", explained)):
        office.move(case, step, body, role="department", department="power")
    policy = {"title": MARK, "kinds": ["power"], "valid_from": "2021-01-01", "ref": "p1"}
    world.ids |= {"explained": case, "policy": office.call("intake", "POST", "/policies", policy)["id"]}


def _fill_supervision(world: World) -> None:
    ids, office = world.ids, world.office

    def made(path: str, body: Json) -> str:
        return str(office.call("supervision", "POST", path, {"programme": office.programme, **body})["id"])

    task = {"case": ids["case"], "unit": "power", "task": MARK, "due_on": "2030-01-01"}
    ids |= {
        "letter": made("/letters", {"unit": "power", "case": ids["case"], "text": MARK}),
        "dispatch": made("/dispatches", {"scheduled": True, "title": MARK, "minutes": MARK, "items": [task]}),
        "pledge": made("/pledges", {"person": "wang", "text": MARK, "due_on": "2030-01-01"}),
    }
    office.call("supervision", "PUT", "/addresses/unit/industry/email", {"address": "duty@industry.example"})
    asked = {"clock": "contact", "limit": "1wd", "reason": MARK}
    office.call("supervision", "POST", f"/cases/{ids['case']}/extensions", asked)
    ids["calendar"] = office.agency
    calendar = {"version": 1, "source": MARK, "years": {"2030": {"off": [], "work": [], "notice": None}}}
    office.call("supervision", "PUT", f"/calendars/{office.agency}", calendar, role="operator")
    made("/reports", {"report": "monthly", "period": "2021-11"})
    owed = f"/duties?programme={office.programme}&rule=help"
    until(lambda: office.call("supervision", "GET", owed)["items"], what="the duty to help")
    told = until(lambda: _inbox(office), what="a notification to the unit")
    ids["notification"] = told[0]["notification"]
    duties = until(lambda: office.call("supervision", "GET", f"/duties?programme={office.programme}")["items"])
    ids["duty"] = next(duty["duty"] for duty in duties if duty["unit"] == "power")


def _inbox(office: Office) -> list[Json]:
    held = office.call("supervision", "GET", "/inbox", role="department", department="power")
    return list(held["items"])


def _listed_letter(office: Office) -> list[Json]:
    return list(office.call("reporting", "GET", f"/cards-and-letters?programme={office.programme}")["items"])


def _hold_accountable(world: World) -> None:
    """By an event of the case, which reporting tells; so both services know of the case by then."""
    office, case = world.office, world.ids["case"]
    until(lambda: {"case_accepted", "clock_started"} <= set(office.happened(case)), what="the case in reporting")
    until(lambda: _listed_letter(office), what="the letter in reporting")
    of_unit = (event for event in office.timeline(case) if ".clock_started." in event["type"])
    world.ids["evidence"] = next(of_unit)["event_id"]
    body = {
        "programme": office.programme,
        "ground": "obstruction",
        "measure": "circular",
        "unit": "power",
        "case": case,
        "evidence": [world.ids["evidence"]],
    }
    office.call("supervision", "POST", "/accountability", body)


def _issue_a_document(world: World) -> None:
    """Reporting has everything of the case by now."""
    path = f"/documents/monthly?programme={world.office.programme}&period=2021-11"
    world.ids["document"] = world.office.call("reporting", "POST", path)["document"]


def _listed(office: Office, service: str, path: str) -> list[Any]:
    found = office.call(service, "GET", f"{path}?programme={office.programme}&limit=200")
    return list(found["items"])
