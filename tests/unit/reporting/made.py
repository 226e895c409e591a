"""Made events for the tests of reporting: single ones, and whole courses of cases drawn at random but well formed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from eventkit.envelope import Envelope
from eventkit.ids import uid

START = datetime(2021, 3, 1, 1, tzinfo=UTC)
PREFIX = {"intake": "issue", "routing": "case", "supervision": "watch"}
KINDS = ("power", "finance", None)
LEADS = ("power-supply", "bank")


def day(number: float) -> datetime:
    """An instant so many days after the first of all."""
    return START + timedelta(days=number)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class Log:
    """Events of all services in the order in which they are made; versions and ids follow from that."""

    def __init__(self) -> None:
        self.events: list[Envelope] = []
        self._versions: Counter[str] = Counter()

    def add(self, service: str, name: str, stream: str, key: str, at: datetime, /, **data: Any) -> Envelope:
        self._versions[stream] += 1
        version = self._versions[stream]
        event = Envelope(
            id=uid("made", stream, version),
            type=f"bugle.{service}.{name}.v1",
            source=f"/bugle/{service}",
            stream=stream,
            version=version,
            key=key,
            occurred_at=at,
            recorded_at=at,
            data=orjson.dumps(data),
            sequenced_at=at + timedelta(seconds=1),
            log_seq=len(self.events) + 1,
        )
        self.events.append(event)
        return event

    def case(self, service: str, name: str, case: str, at: datetime, /, **data: Any) -> Envelope:
        """An event of a case."""
        about = {"issue" if service == "intake" else "case": case}
        return self.add(service, name, f"{PREFIX[service]}-{case}", case, at, **about, **data)

    def reported(self, case: str, at: datetime, **data: Any) -> Envelope:
        """An issue_reported, complete; `data` replaces what it says."""
        said: dict[str, Any] = {
            "programme": "jinxian",
            "programme_version": 1,
            "agency": "jinxian",
            "enterprise": str(uid("enterprise", case)),
            "title": "变压器容量不足",
            "text": None,
            "kind": None,
            "visit": None,
            "jurisdiction": "own",
            "batch": "1",
            "channel": "ledger",
            "due_at": None,
            "ledger": {"name": "issues", "row": "12"},
            "reported_by": "ledger",
            "backdating_reason": None,
            "synthetic": False,
        }
        return self.case("intake", "issue_reported", case, at, **said | data)

    def reference(self) -> None:
        """A programme, a directory, an enterprise, a team, a visit and a service of the agency jinxian."""
        enterprise, team = str(uid("enterprise")), str(uid("team"))
        self.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
        unit = {"id": "bank", "name": "银行", "kind": "bank", "synthetic": True}
        person = {"id": "p1", "name": "县领导01", "title": None, "unit": "bank", "role": "leader", "synthetic": True}
        for version, people in ((1, []), (2, [person])):
            said: dict[str, Any] = {"agency": "jinxian", "version": version, "units": [unit], "people": people}
            self.add("intake", "directory_published", "directory-jinxian", "jinxian", START, **said)
        self.add(
            "intake",
            "enterprise_registered",
            f"enterprise-{enterprise}",
            enterprise,
            START,
            **enterprise_of(enterprise),
        )
        self.team(team, START, [enterprise])
        for n, mode in enumerate(("visit", "call")):
            self.visit(str(uid("visit", n)), enterprise, mode, day(n))
        self.service(str(uid("service")), "policy", 3, 640_000, day(1))
        self.session(enterprise)

    def team(
        self, team: str, at: datetime, enterprises: list[str], ended_at: datetime | None = None, **data: Any
    ) -> None:
        """A team that is formed and, when `ended_at` is given, disbanded."""
        about, stream = {"team": team, "programme": "jinxian", "agency": "jinxian"}, f"team-{team}"
        said = {"programme_version": 1, "name": "专班01", "tier": "key", "batch": "1", "enterprises": enterprises}
        more: dict[str, Any] = {"members": [], "findings": [], "synthetic": True}
        self.add("intake", "team_formed", stream, team, at, **about, **said, **more | data)
        if ended_at is not None:
            self.add("intake", "team_disbanded", stream, team, ended_at, **about, reason="调整", by="office")

    def session(self, enterprise: str) -> None:
        """A joint session of two departments, of which one reports in."""
        session = str(uid("session"))
        stream = f"session-{session}"
        said = {"programme": "jinxian", "programme_version": 1, "agency": "jinxian", "enterprise": enterprise}
        more = {"cases": [], "units": ["bank", "power-supply"], "starts_at": iso(day(3)), "place": None, "by": "office"}
        self.add("routing", "session_called", stream, session, day(2), session=session, **said, **more)
        self.add("routing", "unit_reported_in", stream, session, day(3), session=session, unit="bank", by="bank")
        held = {"minutes": "逐项研究", "present": ["bank"], "absent": ["power-supply"], "by": "office"}
        self.add("routing", "session_held", stream, session, day(3.2), session=session, **held)

    def visit(self, visit: str, enterprise: str, mode: str, at: datetime) -> None:
        said = {
            "programme": "jinxian",
            "agency": "jinxian",
            "enterprise": enterprise,
            "mode": mode,
            "purposes": ["走访问实情"],
        }
        more = {"team": None, "batch": None, "note": None, "synthetic": False}
        self.add("intake", "visit_recorded", f"visit-{visit}", visit, at, visit=visit, **said, **more)

    def service(self, record: str, kind: str, count: int, amount: int | None, at: datetime) -> None:
        said = {"programme": "jinxian", "agency": "jinxian", "enterprise": None, "unit": "bank", "kind": kind}
        more: dict[str, Any] = {"count": count, "amount": amount, "batch": None, "note": None, "synthetic": True}
        self.add("intake", "service_recorded", f"service-{record}", record, at, record=record, **said, **more)


def programme(id: str = "jinxian", zone: str = "Asia/Shanghai") -> dict[str, Any]:
    """What programme_published says."""
    contact = {"id": "contact", "starts": "received", "stops": ["contacted"], "limit": "3wd"}
    document = {"id": id, "zone": zone, "title": {"zh": "四进四问", "en": "Four entries"}, "clocks": [contact]}
    return {"programme": id, "version": 1, "agency": id, "document": document}


def enterprise_of(enterprise: str, agency: str = "jinxian") -> dict[str, Any]:
    """What enterprise_registered says."""
    said = {"enterprise": enterprise, "agency": agency, "name": "荣鑫实业", "tier": "key", "industry": "制造业"}
    return {**said, "township": None, "synthetic": False}


def course(log: Log, case: str, random: Random) -> None:
    """A whole course of one case: reported, handled up to some step, perhaps overdue, reopened, amended or closed."""
    at = START + timedelta(days=random.randrange(20), hours=random.randrange(5))
    kind = random.choice(KINDS)
    log.reported(case, at, kind=kind, synthetic=random.random() < 0.5, batch=random.choice(("1", "2", None)))
    log.case("routing", "case_opened", case, at, programme="jinxian", kind=kind)
    log.case("supervision", "watch_opened", case, at, programme="jinxian", due_at=None)
    if random.random() < 0.1:  # a ledger that dates a fact before the report
        log.case("routing", "case_accepted", case, at - timedelta(hours=3), unit="bank", by="ledger")
    if kind:
        log.case("routing", "case_classified", case, at, kind=kind, rule=None, rules_version=1, by="rule")
    _remarks(log, case, at, random)
    for round_ in (1, 2):
        at, reopened = _round(log, case, at, round_, random)
        if random.random() < 0.2:
            amended = {"kind": "law", "batch": "9", "jurisdiction": "passed_on"}
            log.case("intake", "issue_amended", case, at, changes=amended, by="office", ledger=None)
        if not reopened:
            return


def _round(log: Log, case: str, at: datetime, round_: int, random: Random) -> tuple[datetime, bool]:
    """One round; where time stands after it, and whether a further one follows."""
    lead = random.choice(LEADS)
    if round_ > 1:
        log.case("routing", "case_reopened", case, at, round=round_, reason=None)
    said: dict[str, Any] = {
        "lead": lead,
        "supporting": ["park"],
        "letter": f"〔2021〕{random.randrange(99)}号",
        "meeting": None,
    }
    outcome = random.choice(("solved", "explained", "long_term"))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("case_assigned", {**said, "rule": None, "round": round_}),
        ("letter_received", {"unit": lead}),
        ("case_accepted", {"unit": lead}),
        ("enterprise_contacted", {"unit": lead, "note": None}),
        ("case_planned", {"unit": lead, "milestones": []}),
        ("progress_reported", {"unit": lead, "note": None, "milestone": None}),
        ("result_reported", {"unit": lead, "outcome": outcome}),
        ("result_fed_back", {"unit": lead, "copied_to_office": True}),
    ]
    received, running = at, False
    for name, data in steps[: random.randrange(len(steps) + 1)]:
        at += timedelta(hours=random.choice((0, 5, 30, 100)))
        log.case("routing", name, case, at, **data, by="ledger")
        if name == "letter_received":
            received, running = at, True
            _clock_started(log, case, round_, at, lead)
        if name == "enterprise_contacted":
            running = False
            _clock_stopped(log, case, round_, received, at, random)
        if name == "result_fed_back" and outcome == "long_term":
            at = _answered_again(log, case, at, round_, random)
        if name == "result_fed_back":
            return _verified(log, case, at + timedelta(hours=8), round_, random)
    if running:
        _clock_ended(log, case, round_, received)
    return at, False


def _answered_again(log: Log, case: str, at: datetime, round_: int, random: Random) -> datetime:
    """What was put off for long is verified or not, and perhaps has another result, and is fed back or not."""
    if random.random() < 0.4:
        _verified(log, case, at, round_, random)
    for name, data in (("result_reported", {"outcome": "solved"}), ("result_fed_back", {"copied_to_office": True})):
        if random.random() < 0.6:
            at += timedelta(hours=random.choice((0, 5, 30)))
            log.case("routing", name, case, at, unit="bank", by="officer", **data)
    return at


def _remarks(log: Log, case: str, at: datetime, random: Random) -> None:
    """Some of what may be said of a case beside its course, at times that may lie before or after each other."""
    other, another = str(uid("case", "other")), str(uid("case", "another"))
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("routing", "case_graded", {"grade": "complex", "rule": None, "by": "office"}),
        ("routing", "case_graded", {"grade": "ordinary", "rule": None, "by": "office"}),
        ("routing", "owner_named", {"unit": "bank", "by": "rule"}),
        ("routing", "case_passed_on", {"body": "city", "note": None, "by": "office"}),
        ("routing", "cause_named", {"cause": "process", "note": None, "by": "office"}),
        ("intake", "issue_linked", {"relation": "recurrence", "to": other, "by": "office"}),
        ("intake", "issue_linked", {"relation": "recurrence", "to": another, "by": "office"}),
        ("intake", "issue_unlinked", {"relation": "recurrence", "to": other, "reason": "no", "by": "office"}),
        ("intake", "issue_linked", {"relation": "part_of", "to": other, "by": "office"}),
        ("routing", "case_merged", {"into": other}),
        ("routing", "case_unmerged", {"into": other}),
        ("routing", "case_withdrawn", {"reason": "done"}),
        ("supervision", "case_raised", {"level": random.randrange(1, 4), "role": "leader", "ground": "request"}),
        ("routing", "case_returned", {"unit": "bank", "reason": "no", "round": 2, "transfers": 1, "by": "bank"}),
        ("routing", "case_transferred", {"unit": "bank", "to": "park", "round": 2, "transfers": 2, "by": "office"}),
        ("routing", "case_arbitrated", {"lead": "park", "round": 2, "by": "office"}),
    ]
    for service, name, data in random.sample(said, random.randrange(5)):
        log.case(service, name, case, at + timedelta(hours=random.choice((0, 5, 10, 50))), **data)


def _due(received: datetime) -> datetime:
    """After two days, or with the end of the second."""
    due = received + timedelta(days=2)
    ends = due.replace(hour=16, minute=0)  # in Shanghai the day is over
    return due if received.hour % 2 else ends if due <= ends else ends + timedelta(days=1)


def _clock_started(log: Log, case: str, round_: int, at: datetime, lead: str) -> None:
    about = {"clock": "contact", "generation": round_, "fact": "received", "started_at": iso(at), "unit": lead}
    more = {"due_at": iso(_due(at)), "stages": [], "provisional": False, "limit": "2d", "calendar": None}
    log.case("supervision", "clock_started", case, at, **about, **more)


def _clock_stopped(log: Log, case: str, round_: int, received: datetime, at: datetime, random: Random) -> None:
    """Contact was made: in time or, after a miss with card and escalation, late; some misses are rescinded."""
    due = _due(received)
    about = {"clock": "contact", "generation": round_}
    fired = []
    if at > due or random.random() < 0.3:
        fired = [
            log.case("supervision", "deadline_missed", case, due, **about, stage=1, unit=None, due_at=iso(due)),
            log.case(
                "supervision",
                "card_issued",
                case,
                due,
                **about,
                card=str(uid(case, round_)),
                unit=None,
                colour="yellow",
            ),
            log.case("supervision", "case_escalated", case, due, **about, stage=2, level=round_, role="leader"),
        ]
    log.case("supervision", "clock_stopped", case, at, **about, fact="contacted", stopped_at=iso(at), in_time=at <= due)
    if fired and at <= due:
        withdrawn = [{"event": str(event.id), "kind": "miss", "stage": 1} for event in fired]
        log.case(
            "supervision",
            "misses_rescinded",
            case,
            at,
            **about,
            fact="contacted",
            evidence_at=iso(at),
            withdrawn=withdrawn,
        )


def _clock_ended(log: Log, case: str, round_: int, received: datetime) -> None:
    """Nobody made contact: some of these clocks run on, some missed, and some of those ended with the case."""
    random = Random(f"{case} {round_}")  # draws of its own, so that the courses stay what they were
    due, about = _due(received), {"clock": "contact", "generation": round_}
    if random.random() < 0.6:
        log.case("supervision", "deadline_missed", case, due, **about, stage=1, unit=None, due_at=iso(due))
        if random.random() < 0.7:
            ended = due + timedelta(hours=random.choice((1, 30, 100)))
            log.case("supervision", "clock_cancelled", case, ended, **about, reason="merged")


def _verified(log: Log, case: str, at: datetime, round_: int, random: Random) -> tuple[datetime, bool]:
    answer = random.choice(("satisfied", "basically_satisfied", "unsatisfied"))
    log.case("supervision", "enterprise_verified", case, at, satisfaction=answer, note=None, round=round_, by="office")
    if answer == "unsatisfied":
        log.case("supervision", "reopening_ordered", case, at, round=round_ + 1, reason=None, by="office")
        return at, True
    if random.random() < 0.8:
        log.case("supervision", "case_closed_out", case, at + timedelta(hours=1), round=round_, by="office")
    return at, False


def courses(count: int, seed: int = 1) -> Log:
    """Reference data and so many random courses; the same seed makes the same events."""
    log, random = Log(), Random(seed)
    log.reference()
    for n in range(count):
        course(log, str(uid("case", n)), random)
    return log
