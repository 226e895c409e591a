"""Figures counted once more from raw events: by `bugle.verify`'s fold and plain Python, without a line of reporting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bugle.verify.event import Event
from bugle.verify.projection import fold
from bugle.verify.tables import COLUMNS

Row = dict[str, Any]
Test = Callable[[Row], bool]
CONTACTS = ("visit", "call", "survey", "return_visit")
CLIMBS = ("case_escalated", "case_raised")
MONTHS = {"reported": "reported_at", "closed": "closed_at"}
COLUMN = {"department": "lead"}


@dataclass(frozen=True)
class Counted:
    """Rows of a figure. `value`: of a plain one; `numerator`, `denominator`, `excluded` by reason: of a ratio."""

    rows: list[Row]
    value: Callable[[list[Row]], int] = len
    numerator: Test | None = None
    denominator: Test = lambda row: True
    excluded: Mapping[str, Test] | None = None

    def part(self, name: str | None, reason: str | None = None) -> list[Row]:
        """The rows of one part of a ratio; of a plain figure all."""
        if self.numerator is None or name is None:
            return self.rows
        if name == "excluded":
            return [row for row in self.rows if (why := self._reason(row)) and reason in (None, why)]
        held = [row for row in self.rows if self.denominator(row)]
        return [row for row in held if name == "denominator" or self.numerator(row)]

    def _reason(self, row: Row) -> str | None:
        return next((name for name, test in (self.excluded or {}).items() if test(row)), None)


class Known:
    """What the events amount to that had been sequenced before an instant; None: all."""

    def __init__(self, events: Iterable[Event], before: datetime | None = None) -> None:
        self.events = {str(e.id): e for e in events if before is None or e.sequenced_at < before}
        self.tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        unfit: list[str] = []
        for table, row in fold(self.events.values(), unfit.append):
            self.tables[table].append(dict(zip(COLUMNS[table], row, strict=True)))
        assert unfit == []
        self.documents = {row["programme_id"]: row["document"] for row in self.tables["programmes"]}
        self.agencies = {row["programme_id"]: row["agency"] for row in self.tables["programmes"]}
        self.townships = {row["enterprise_id"]: row["township"] for row in self.tables["enterprises"]}

    @cached_property
    def cases(self) -> dict[str, Row]:
        outside = {e.key for e in self.events.values() if e.short_type == "case_passed_on"}
        told = {row["case_id"]: {**row, "id": row["case_id"]} for row in self.tables["ledger"]}
        for case, row in told.items():
            row["passed_on"] = row["jurisdiction"] == "passed_on" or case in outside
            row["zone"] = ZoneInfo(self.documents[row["programme"]]["zone"])
            row["township"] = self.townships.get(row["enterprise"])
        return told

    @cached_property
    def withdrawn(self) -> set[str]:
        told = [e.body for e in self.events.values() if e.short_type == "misses_rescinded"]
        return {entry["event"] for body in told for entry in body["withdrawn"]}

    @cached_property
    def clocks(self) -> list[Row]:
        found = []
        for row in self.tables["clocks"]:
            case = self.cases[row["case_id"]]
            rules = self.documents[case["programme"]].get("clocks", ())
            name = row["clock"].partition(":")[0]
            of_contact = any(rule["id"] == name and "contacted" in rule["stops"] for rule in rules)
            id = (row["case_id"], row["clock"], row["generation"])
            last = row["due_at"] - timedelta(microseconds=1)
            found.append({**case, **row, "id": id, "for_contact": of_contact, "last_at": last})
        return found

    def of_cases(self, names: Sequence[str], instant: str, test: Test = lambda body: True) -> list[Row]:
        """One row per event of these types that was not withdrawn, with its case's columns and its own data's."""
        told = [e for e in self.events.values() if e.short_type in names and str(e.id) not in self.withdrawn]
        return [
            {**self.cases[e.key], instant: e.occurred_at, "id": str(e.id), "unit": e.body.get("lead")}
            for e in told
            if test(e.body) and e.key in self.cases
        ]

    @cached_property
    def described(self) -> dict[str, list[Row]]:
        """Teams, pairs, visits, services and enterprises, each with its id."""
        keys = {"teams": "team_id", "visits": "visit_id", "services": "record_id", "enterprises": "enterprise_id"}
        found = {table: [{**row, "id": row[key]} for row in self.tables[table]] for table, key in keys.items()}
        teams = {row["id"]: row for row in found["teams"] if row["ended_at"] is None}
        found["pairs"] = [
            {**teams[row["team_id"]], "enterprise": row["enterprise_id"], "id": (row["team_id"], row["enterprise_id"])}
            for row in self.tables["team_enterprises"]
            if row["team_id"] in teams
        ]
        found["standing"] = list(teams.values())
        return found

    def figure(self, name: str, filters: Mapping[str, str]) -> Counted:
        """The figure of a programme; `filters` as the API takes them."""
        programme = filters["programme"]
        chosen = _FIGURES[name](self, self.documents[programme])
        kept = [row for row in chosen.rows if all(self._fits(name, row, k, v) for k, v in filters.items())]
        return Counted(kept, chosen.value, chosen.numerator, chosen.denominator, chosen.excluded)

    def _fits(self, figure: str, row: Row, name: str, value: str) -> bool:
        if name == "programme":
            held = row.get("programme") if "programme" in row else row["agency"]
            return bool(held == (value if "programme" in row else self.agencies[value]))
        if name in MONTHS or name == "month":
            at = row[MONTHS.get(name) or _DATED[figure]]
            return at is not None and f"{at.astimezone(row['zone']):%Y-%m}" == value
        if name == "due":
            return bool(row["last_at"].astimezone(row["zone"]).date() <= date.fromisoformat(value))
        if name == "without":
            return all(row[COLUMN.get(one, one)] is None for one in value.split(","))
        if name in ("open", "findings"):
            holds = is_open(row) if name == "open" else bool(row["findings"])
            return holds == (value == "true")
        return str(row[COLUMN.get(name, name)]) == value

    def score(self, programme: str, unit: str, month: str) -> int:
        """The points of a department, event by event."""
        document = self.documents[programme]
        formula, zone = document["appraisal"]["department"], ZoneInfo(document["zone"])
        total: int = formula["base"]
        standing = sorted(self._standing(programme), key=lambda one: (one[2], one[4]))
        for item in formula["items"]:
            of = [one for one in standing if one[:2] == (item["event"], unit) and self._says(one[4], item)]
            told = [(at, case) for _, _, at, case, _ in of]
            most = item.get("per_case", len(told))
            first = [at for place, (at, case) in enumerate(told) if [c for _, c in told[:place]].count(case) < most]
            points = item["points"] * sum(f"{at.astimezone(zone):%Y-%m}" == month for at in first)
            total += points if item.get("cap") is None else max(-item["cap"], min(item["cap"], points))
        return total

    def _says(self, id: str, item: Row) -> bool:
        said = self.events[id].body
        return all(
            said.get(name) in ([value] if isinstance(value, str) else value)
            for name, value in item.get("where", {}).items()
        )

    def _standing(self, programme: str) -> Iterator[tuple[str, str | None, datetime, str, str]]:
        """Name, unit, moment, case and id of each event that stands."""
        leads: dict[str, list[Row]] = {}
        for row in self.tables["traits"]:
            leads.setdefault(row["case_id"], []).append(row)
        for event in self.events.values():
            case = self.cases.get(event.key)
            if case is None or case["programme"] != programme or str(event.id) in self.withdrawn:
                continue
            then = [r["lead"] for r in leads[event.key] if r["from_at"] <= event.occurred_at]
            unit = event.body.get("unit") or (then[-1] if then else None)
            yield event.short_type, unit, event.occurred_at, event.key, str(event.id)

    def reproofs(self, programme: str, month: str) -> set[str]:
        """Ids of the cards and supervision letters that were issued in a month and not withdrawn."""
        zone = ZoneInfo(self.documents[programme]["zone"])
        duties = {e.stream: e.body for e in self.events.values() if e.short_type == "duty_opened"}
        told = [e.body["withdrawn"] for e in self.events.values() if e.short_type == "duty_rescinded"]
        gone = self.withdrawn.union(*told)
        of: Mapping[str, Callable[[Event], Row]] = {
            "card_issued": lambda event: self.cases.get(event.key, {}),
            "duty_card_issued": lambda event: duties[event.stream],
            "supervision_letter_issued": lambda event: {} if self._taken_back(event) else event.body,
        }
        return {
            id
            for id, event in self.events.items()
            if event.short_type in of
            and id not in gone
            and of[event.short_type](event).get("programme") == programme
            and f"{event.occurred_at.astimezone(zone):%Y-%m}" == month
        }

    def _taken_back(self, letter: Event) -> bool:
        """A letter may be issued again after it was withdrawn."""
        later = [e for e in self.events.values() if e.stream == letter.stream and e.version > letter.version]
        told = (e.short_type for e in sorted(later, key=lambda event: event.version))
        return next(told, None) == "supervision_letter_withdrawn"


def is_open(row: Row) -> bool:
    return not (row["closed_at"] or row["merged_into"] or row["withdrawn"])


def distinct(column: str) -> Callable[[list[Row]], int]:
    return lambda rows: len({row[column] for row in rows})


def summed(column: str) -> Callable[[list[Row]], int]:
    return lambda rows: sum(row[column] or 0 for row in rows)


def _is(column: str, *values: Any) -> Test:
    return lambda row: row[column] in values


_EXCLUDED: dict[str, Test] = {
    "merged": lambda row: row["merged_into"] is not None,
    "withdrawn": lambda row: row["withdrawn"],
    "long_term": _is("outcome", "long_term"),
    "explained": _is("outcome", "explained"),
    "passed_on": lambda row: row["passed_on"],
    "no_result": lambda row: row["closed_at"] is not None and row["outcome"] is None,
}


def _rate(name: str, document: Row, rows: list[Row], good: Test, left_out: dict[str, Test]) -> Counted:
    """A rate of cases, with what the programme leaves out of it first; an unsatisfied answer stays, whatever came."""
    weighed = {rate["id"]: rate for rate in document.get("appraisal", {}).get("rates", ())}

    def leaving(reason: str) -> Test:
        stays = _is("satisfaction", "unsatisfied") if name == "satisfaction" else lambda row: False
        return lambda row: _EXCLUDED[reason](row) and not stays(row)

    own = {reason: leaving(reason) for reason in weighed.get(name, {}).get("exclude", ())}
    excluded = {**own, **left_out}
    return Counted(rows, len, good, lambda row: not any(test(row) for test in excluded.values()), excluded)


def _ended(rows: list[Row], own: Mapping[str, Test] | None = None) -> Counted:
    excluded = {**(own or {}), **{status: _is("status", status) for status in ("running", "unobserved", "cancelled")}}
    return Counted(rows, len, _is("status", "met"), lambda row: not any(t(row) for t in excluded.values()), excluded)


def _contacts(known: Known, document: Row) -> Counted:
    return _ended([row for row in known.clocks if row["for_contact"]])


def _response(known: Known, document: Row) -> Counted:
    """As contacts, without the clocks of cases that the programme leaves out."""
    weighed = {rate["id"]: rate for rate in document.get("appraisal", {}).get("rates", ())}
    own = {reason: _EXCLUDED[reason] for reason in weighed.get("response", {}).get("exclude", ())}
    return _ended(_contacts(known, document).rows, own)


def _visited(*modes: str) -> Callable[[Known, Row], Counted]:
    return lambda known, document: Counted(
        [row for row in known.described["visits"] if row["mode"] in modes], distinct("enterprise")
    )


def _plain(
    table: str, value: Callable[[list[Row]], int] = len, test: Test = lambda row: True
) -> Callable[[Known, Row], Counted]:
    return lambda known, document: Counted([row for row in known.described[table] if test(row)], value)


def _issues(test: Test = lambda row: True, value: Callable[[list[Row]], int] = len) -> Callable[[Known, Row], Counted]:
    return lambda known, document: Counted([row for row in known.cases.values() if test(row)], value)


def _batches(known: Known, document: Row) -> Counted:
    of = known.described
    rows = [*known.cases.values(), *of["teams"], *of["visits"], *of["services"]]
    return Counted([row for row in rows if row["batch"] is not None], distinct("batch"))


_DATED = {"letters": "assigned_at", "on_time": "last_at", "climbed": "climbed_at"}
_FIGURES: dict[str, Callable[[Known, Row], Counted]] = {
    "issues": _issues(),
    "issues_closed": _issues(lambda row: row["closed_at"] is not None),
    "issues_open": _issues(is_open),
    "enterprises_with_issues": _issues(value=distinct("enterprise")),
    "closed_share": lambda known, document: Counted(
        list(known.cases.values()), len, lambda row: row["closed_at"] is not None
    ),
    "letters": lambda known, document: Counted(
        known.of_cases(["case_assigned"], "assigned_at", lambda body: body["letter"] is not None)
    ),
    "climbed": lambda known, document: Counted(known.of_cases(CLIMBS, "climbed_at"), distinct("case_id")),
    "deadlines": lambda known, document: Counted(known.clocks),
    "on_time": lambda known, document: _ended(known.clocks),
    "contact_in_time": _contacts,
    "response": _response,
    "resolution": lambda known, document: _rate(
        "resolution",
        document,
        list(known.cases.values()),
        _is("outcome", "solved", "explained"),
        {reason: _EXCLUDED[reason] for reason in ("merged", "withdrawn", "long_term", "no_result")},
    ),
    "satisfaction": lambda known, document: _rate(
        "satisfaction",
        document,
        list(known.cases.values()),
        _is("satisfaction", "satisfied", "basically_satisfied"),
        {"not_asked": _is("satisfaction", None)},
    ),
    "enterprises": _plain("enterprises"),
    "enterprises_contacted": _visited(*CONTACTS),
    "enterprises_visited": _visited("visit", "survey", "return_visit"),
    "teams": _plain("standing"),
    "team_enterprises": _plain("pairs", distinct("enterprise")),
    "service_count": _plain("services", summed("count")),
    "service_amount": _plain("services", summed("amount"), lambda row: row["amount"] is not None),
    "batches": _batches,
}
