"""Everything that can be counted, by name."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, func, not_, or_, select

from reporting.queries.cases import cases, is_open
from reporting.queries.clocks import clocks_at
from reporting.queries.filters import OF_CASES, Condition, enterprise, equals, truth
from reporting.queries.measure import Measure, Test, apart, distinct, of_agency, of_cases, total
from reporting.queries.relations import batches, dated, formed, letters, paired
from reporting.queries.scope import Scope
from reporting.queries.tallied import CLOCKS, CLOSINGS, ISSUES, LETTERS, Tally
from reporting.read_model.tables import enterprises, programmes, services, visits


def _of_programme_agency(rows: FromClause, value: str) -> ColumnElement[bool]:
    """A library belongs to the agency; the programme names it."""
    return rows.c.agency.in_(select(programmes.c.agency).where(programmes.c.programme_id == value))


def _of_sources(scope: Scope, rows: FromClause) -> ColumnElement[bool]:
    """Visible to the whole agency, but issues as cases are."""
    return and_(of_agency(scope, rows), or_(rows.c.source != "issue", of_cases(scope, rows)))


_CASE_GROUPS = {"department": "lead", "kind": "kind", "programme": "programme"}
_OWN_GROUPS = {**_CASE_GROUPS, "unit": "unit"}
"""`department` is the lead of the case by now; `unit` whom the clock or the letter was for."""


def _issues(
    formula: str,
    where: Test | None = None,
    month: str = "reported_at",
    grounds: tuple[str, ...] = (),
    tallies: tuple[Tally, ...] = (ISSUES,),
) -> Measure:
    about = (cases, OF_CASES, of_cases, formula, where)
    return Measure(*about, groups=_CASE_GROUPS, month=month, grounds=grounds, tallies=tallies)


def _visited(formula: str, modes: tuple[str, ...]) -> Measure:
    return Measure(
        dated(visits, "visited_at"),
        {
            "programme": equals("programme"),
            "batch": equals("batch"),
            "enterprise": enterprise("enterprise"),
            "mode": equals("mode"),
            "synthetic": truth("synthetic"),
        },
        of_agency,
        formula,
        lambda rows: rows.c.mode.in_(modes),
        distinct("enterprise"),
        groups={"programme": "programme"},
        month="visited_at",
    )


_TEAMS: dict[str, Condition] = {
    "programme": equals("programme"),
    "batch": equals("batch"),
    "tier": equals("tier"),
    "findings": lambda rows, value: (func.jsonb_array_length(rows.c.findings) > 0).is_(value == "true"),
    "synthetic": truth("synthetic"),
}
_SERVICES: dict[str, Condition] = {
    "programme": equals("programme"),
    "service": equals("kind"),
    "department": equals("unit"),
    "batch": equals("batch"),
    "enterprise": enterprise("enterprise"),
    "synthetic": truth("synthetic"),
}
_SERVICE_GROUPS = {"department": "unit", "kind": "kind", "programme": "programme"}


def _has_status(status: str) -> Test:
    return lambda rows: rows.c.status == status


def _clock_ratio(formula: str, which: Test | None = None) -> Measure:
    return Measure(
        clocks_at,
        OF_CASES,
        of_cases,
        formula,
        which,
        numerator=lambda rows: rows.c.status == "met",
        denominator=lambda rows: rows.c.status.in_(("met", "late", "missed")),
        excluded={status: _has_status(status) for status in ("running", "unobserved", "cancelled")},
        groups=_OWN_GROUPS,
        month="last_at",
        by_clock=True,
        tallies=(CLOCKS,),
    )


MEASURES: dict[str, Measure] = {
    "issues": _issues("issues reported"),
    "issues_closed": _issues(
        "issues closed out", lambda rows: rows.c.closed, "closed_at", ("closed_at",), (CLOSINGS, ISSUES)
    ),
    "issues_open": _issues("issues reported and not closed out, merged or withdrawn", is_open, grounds=("state",)),
    "enterprises_with_issues": Measure(
        cases,
        OF_CASES,
        of_cases,
        "distinct enterprises with an issue",
        None,
        distinct("enterprise"),
        groups=_CASE_GROUPS,
        month="reported_at",
    ),
    "letters": Measure(
        letters,
        OF_CASES,
        of_cases,
        "assignments with a letter",
        groups=_OWN_GROUPS,
        month="assigned_at",
        tallies=(LETTERS,),
    ),
    "enterprises": Measure(
        dated(enterprises, "registered_at"),
        {"programme": _of_programme_agency, "tier": equals("tier"), "synthetic": truth("synthetic")},
        of_agency,
        "enterprises registered in the agency's library",
    ),
    "enterprises_contacted": _visited(
        "distinct enterprises with a visit, call or survey", ("visit", "call", "survey", "return_visit")
    ),
    "enterprises_visited": _visited(
        "distinct enterprises with a visit, survey or return visit", ("visit", "survey", "return_visit")
    ),
    "teams": Measure(
        formed,
        _TEAMS,
        of_agency,
        "teams formed and not disbanded",
        groups={"programme": "programme"},
        month="formed_at",
    ),
    "team_enterprises": Measure(
        paired,
        _TEAMS,
        of_agency,
        "distinct enterprises paired with a team",
        None,
        distinct("enterprise"),
        groups={"programme": "programme"},
    ),
    "batches": Measure(
        batches,
        {"programme": equals("programme"), "synthetic": truth("synthetic")},
        _of_sources,
        "distinct batches named by issues, teams, visits or services",
        None,
        distinct("batch"),
        groups={"programme": "programme"},
    ),
    "service_count": Measure(
        dated(services, "served_at"),
        _SERVICES,
        of_agency,
        "sum of the services' counts",
        None,
        total("count"),
        groups=_SERVICE_GROUPS,
        month="served_at",
    ),
    "service_amount": Measure(
        dated(services, "served_at"),
        _SERVICES,
        of_agency,
        "sum of the services' amounts in CNY",
        lambda rows: rows.c.amount.is_not(None),
        total("amount"),
        groups=_SERVICE_GROUPS,
        month="served_at",
    ),
}

_UNRESOLVABLE: dict[str, Test] = {
    "merged": lambda rows: rows.c.merged,
    "withdrawn": lambda rows: rows.c.withdrawn,
    "long_term": lambda rows: rows.c.outcome.is_not_distinct_from("long_term"),
    "no_result": lambda rows: and_(rows.c.closed, rows.c.outcome.is_(None)),
}
"""Issues that the rate of resolution does not ask about. Those without a result are wholes that were closed with their
parts, which count themselves, and rows of a ledger that tells no results."""

RATES: dict[str, Measure] = {
    "contact_in_time": _clock_ratio(
        "clocks stopped by a contact, on the day they are due: met ÷ (met + late + missed)",
        lambda rows: rows.c.for_contact,
    ),
    "resolution": Measure(
        cases,
        OF_CASES,
        of_cases,
        "issues whose result is solved or explained ÷ all issues but those merged, withdrawn, tracked long term or"
        " closed without a result of their own",
        numerator=lambda rows: rows.c.outcome.in_(("solved", "explained")),
        denominator=lambda rows: not_(or_(*(test(rows) for test in _UNRESOLVABLE.values()))),
        excluded=apart(_UNRESOLVABLE),
        groups=_CASE_GROUPS,
        month="reported_at",
        grounds=("outcome", "merged_into", "withdrawn", "closed_at"),
        tallies=(ISSUES,),
    ),
    "satisfaction": Measure(
        cases,
        OF_CASES,
        of_cases,
        "issues whose last answer is satisfied or basically satisfied ÷ issues with an answer, of any round",
        numerator=lambda rows: rows.c.satisfaction.in_(("satisfied", "basically_satisfied")),
        denominator=lambda rows: rows.c.satisfaction.is_not(None),
        excluded={"not_asked": lambda rows: rows.c.satisfaction.is_(None)},
        groups=_CASE_GROUPS,
        month="reported_at",
        grounds=("satisfaction",),
        tallies=(ISSUES,),
    ),
    "on_time": _clock_ratio("all clocks, on the day they are due: met ÷ (met + late + missed)"),
}
