"""Every document that intake takes is read by all its consumers: one that is not stops its programme and its agency."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import COMMANDS
from eventkit.clocks import Ripe
from eventkit.codec import message
from eventkit.ids import uid
from eventkit.session import Session
from intake.application.publishing import TOLD
from intake.domain import directory
from intake.domain.commands import PublishDirectory
from intake.domain.directory import Directory
from intake.domain.errors import BadDocument
from intake.domain.events import Person, Unit
from intake.domain.publication import check_document
from intake.domain.timing import Timing
from intake.domain.values import RESERVED
from reporting.projections.reference import describe
from reporting.queries.periods import period
from reporting.queries.weighing import weighed
from reporting.queries.zones import zone_of
from routing.adapters.messages import INCOMING
from routing.application.incoming import DirectoryPublished
from routing.domain.programme import Programme
from routing.domain.rules import Subject
from supervision.application import duties
from supervision.application.sweeping import SweepingDuties
from supervision.domain import obligations
from supervision.domain.calendar import Calendar
from supervision.domain.events import PublishedYear
from supervision.domain.limits import Counting, parse_limit
from supervision.domain.publication import PublishCalendar, apply, publish
from tests.contract.mutating import CONTRACT, DAYS, SPANS, Path, documents, made, places, put
from tests.unit.supervision.made import ENTERPRISE, LEARNT, Service, china, issue_reported, step, told

EXAMPLE: dict[str, Any] = CONTRACT.example
DIRECTORY = Directory(1, {id: Unit(id, id) for id in ("dept-01", "dept-02", "dept-03", "bank-01")})
NOW = china("2021-06-10T09:00")
UTC = zone_of("UTC")


def faults(document: Mapping[str, Any]) -> str | None:
    """The place of the first fault that intake finds."""
    try:
        check_document(EXAMPLE["id"], EXAMPLE["version"], document, DIRECTORY, TOLD)
    except BadDocument as refusal:
        return refusal.field
    return None


def routed(document: Mapping[str, Any]) -> None:
    """Routing reads it, numbers a letter by it, and looks for a rule."""
    programme = Programme.of("example", 1, document)
    programme.numbered(programme.year(NOW), 1)
    for subject in (Subject(None, "用电"), Subject("power", "变压器容量不足", None, "民和镇")):
        programme.rules.kind(subject)
        programme.rules.lead(subject)


def reported(document: Mapping[str, Any]) -> None:
    """Reporting finds its periods and its rates."""
    for name in ("2021", "2021-Q2", "2021-05"):
        period(name, zone_of(document["zone"]))
    weighed(document)


def supervised(document: Mapping[str, Any], upto: datetime = NOW) -> Service:
    """Supervision opens what is owed, watches a case through its course, and sweeps; nothing may be parked."""
    service, agency, programme = Service(), document["agency"], document["id"]
    service.register.known_programmes = [programme]
    service.hear(_published(document), *_reference(agency, programme, document))
    service.hear(*_course(programme))
    assert service.store.transaction is not None
    unparked(service)
    service.sweep(upto)
    _sweep_duties(service, upto)
    return service


def unparked(service: Service) -> None:
    """Nothing failed."""
    with service.store.transaction() as tx:
        assert tx.parked_keys("supervision") == {}


def _published(document: Mapping[str, Any]) -> Any:
    data = {"programme": document["id"], "version": 1, "agency": document["agency"], "document": document}
    at = LEARNT - timedelta(days=100)
    return told("intake.programme_published", at, at, data, key=document["id"])


def _reference(agency: str, programme: str, document: Mapping[str, Any]) -> list[Any]:
    at, team = LEARNT - timedelta(days=99), str(uid("team"))
    roles = [role["id"] for role in document["roles"]]
    people = [{"id": f"p{n}", "name": role, "role": role, "unit": "dept-01"} for n, role in enumerate(roles)]
    listed = {
        "agency": agency,
        "version": 1,
        "units": [{"id": id, "name": id} for id in DIRECTORY.units],
        "people": people,
    }
    members = [{"role": role, "person": f"p{n}"} for n, role in enumerate(roles)]
    formed = {"team": team, "programme": programme, "agency": agency, "tier": "key", "members": members}
    return [
        told("intake.directory_published", at, at, listed, key=agency),
        told("intake.team_formed", at, at, {**formed, "enterprises": [ENTERPRISE]}, key=team),
    ]


def _course(programme: str) -> list[Any]:
    def day(n: int) -> datetime:
        return china(f"2021-05-{n:02}T10:00")

    suggestion, session = str(uid("suggestion")), str(uid("session"))
    lines = {"milestones": [{"name": "到货", "due_on": "2021-05-20"}]}
    suggested = {"suggestion": suggestion, "programme": programme, "agency": "x", "enterprise": None, "person": None}
    called = {"session": session, "programme": programme, "programme_version": 1, "enterprise": ENTERPRISE}
    steps = [("received", {}), ("accepted", {}), ("contacted", {}), ("planned", lines), ("progress", {})]
    return [
        issue_reported(day(2), at=day(2), programme=programme),
        step("assigned", day(3), day(3), supporting=["dept-02"]),
        *(step(name, day(4 + n), day(4 + n), **data) for n, (name, data) in enumerate(steps)),
        step("result", day(12), day(12), outcome="long_term"),
        told("intake.suggestion_recorded", day(5), day(5), {**suggested, "title": "公交"}, key=suggestion),
        told(
            "routing.session_called",
            day(6),
            day(6),
            {**called, "units": ["dept-01"], "starts_at": day(7), "place": None},
            key=session,
        ),
    ]


def _sweep_duties(service: Service, upto: datetime) -> None:
    ripe = [Ripe(str(id), upto) for id, row in service.register.rows.items() if row.ripe_at and row.ripe_at < upto]
    with service.store.transaction() as tx:
        session, sweeping = Session(tx), SweepingDuties(service.context)
        sweeping.prepare(session, ripe)
        for one in ripe:
            sweeping.decide(session, one)
        sweeping.finish(session, ripe)
        session.flush()


SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOW
@given(documents())
def test_every_document_of_the_schema_is_read(document: dict[str, Any]) -> None:
    """Also those that intake refuses today: they may have been published before it did."""
    assert CONTRACT.validate(document) == []
    routed(document)
    reported(document)
    supervised(document)


def test_example_is_taken_and_something_comes_of_it() -> None:
    assert faults(EXAMPLE) is None
    kinds = {kind for kind, _, _ in supervised(EXAMPLE).recorded().values()}
    assert {"watch_opened", "clock_started", "duty_opened", "duty_missed"} <= kinds


DUTY = EXAMPLE["duties"][0]
SLIPS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"zone": "Asia/Nowhere"}, "zone"),
    ({"zone": "localtime"}, "zone"),
    ({"duties": [{**DUTY, "every": "once"}]}, "duties/0/every"),
    ({"duties": [{**DUTY, "from": "2021-05-01", "until": "2021-04-30"}]}, "duties/0/until"),
    ({"ends_on": "2020-12-31"}, "ends_on"),
    ({"joint_sessions": {"report_in": "external"}}, "joint_sessions/report_in"),
    ({"completeness": [{"id": "x", "zh": "x", "en": "x", "events": ["case_asigned"]}]}, "completeness/0/events/0"),
    (
        {"appraisal": {"department": {"base": 1, "items": [{"id": "x", "event": "deadline_mist", "points": -1}]}}},
        "appraisal/department/items/0/event",
    ),
    *(({"duties": [{**DUTY, "id": name}]}, "duties/0/id") for name in sorted(RESERVED)),
)


@pytest.mark.parametrize(("change", "where"), SLIPS, ids=[where for _, where in SLIPS])
def test_slip_is_refused_by_its_place(change: dict[str, Any], where: str) -> None:
    assert faults({**EXAMPLE, **change}) == f"document/{where}"


def dated() -> Iterator[Path]:
    """Where the schema has a day or an instant; in lists, in the first entry."""
    filled = {**deepcopy(EXAMPLE), "duties": [{**DUTY, "from": DAYS[4], "until": DAYS[5]}]}
    filled["reports"] = [{**EXAMPLE["reports"][0], "from": DAYS[4]}]
    for path, schema in places(filled, CONTRACT.schema):
        if schema.get("format") in ("date", "date-time"):
            yield path


@pytest.mark.parametrize("year", ["0001", "1989", "2101", "9999"])
@pytest.mark.parametrize("path", sorted(dated(), key=str), ids=lambda path: "/".join(map(str, path)))
def test_no_day_lies_out_of_all_reason(path: Path, year: str) -> None:
    document = {**deepcopy(EXAMPLE), "duties": [dict(DUTY)], "reports": [dict(EXAMPLE["reports"][0])]}
    day = f"{year}-06-01" + ("T00:00:00Z" if path == ("observed_until",) else "")
    put(document, path, day)
    assert faults(document) == "document/" + "/".join(map(str, path))


def test_names_of_duties_that_supervision_has_itself_are_reserved() -> None:
    named = {duties.SESSION, duties.SUGGESTION, duties.PLEDGE, duties.DISPATCH_ITEM, duties.LETTER_REPLY, duties.HELP}
    assert {*named, obligations.LONG_TERM} == RESERVED


DIRECTORIES = made(COMMANDS["bugle.intake.publish_directory.v2"].schema)


@SLOW
@given(DIRECTORIES)
def test_every_directory_is_read(given: dict[str, Any]) -> None:
    asked = PublishDirectory(
        given["agency"],
        given.get("version"),
        tuple(Unit(**unit) for unit in given["units"]),
        tuple(Person(**person) for person in given.get("people", ())),
        Timing(LEARNT, LEARNT),
    )
    try:
        [published] = directory.publish(Directory(), asked)
    except BadDocument:
        return
    event = told("intake.directory_published", LEARNT, LEARNT, dataclasses.asdict(published), key=given["agency"])
    listed = message(INCOMING[event.type], event)
    assert isinstance(listed, DirectoryPublished)
    assert len(describe([event])[0].said.rows["people"]) == len(published.people)
    service = Service()
    service.hear(_published(EXAMPLE), event)
    unparked(service)


@st.composite
def years(draw: st.DrawFn) -> dict[str, PublishedYear]:
    """Years with days off and make-up days of their own; a whole year may be off."""
    published: dict[str, PublishedYear] = {}
    for number in draw(st.sets(st.one_of(st.integers(2020, 2023), st.integers(1, 9999)), min_size=1, max_size=5)):
        days = [date(number, 1, 1) + timedelta(days=n) for n in range(365)]
        off = days if draw(st.booleans()) else draw(st.lists(st.sampled_from(days), unique=True, max_size=30))
        work = draw(st.lists(st.sampled_from(days), unique=True, max_size=5))
        published[f"{number:04}"] = PublishedYear(tuple(off), tuple(day for day in work if day not in off), None)
    return published


@SLOW
@given(years(), st.sampled_from(SPANS))
def test_by_every_calendar_a_deadline_is_counted(given: dict[str, PublishedYear], span: str) -> None:
    counting = Counting(reduce(apply, publish(Calendar(), PublishCalendar("cn", 1, "x", given, NOW)), Calendar()), UTC)
    if span != "external":
        assert counting.due(NOW, parse_limit(span)).at > NOW
    if span.endswith(("wd", "d", "h")):
        assert counting.earlier(NOW, parse_limit(span)).at < NOW
