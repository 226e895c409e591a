"""What a restatement says of figures: which, from what, to what; and when two documents tell the same."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reporting.bulletins.cells import Cells
from reporting.bulletins.labels import FORMS
from reporting.issuing.changes import changes
from reporting.issuing.freezing import canonical, digest, formulas, other_rules, same

SHANGHAI = ZoneInfo("Asia/Shanghai")


def rate(numerator: int | None, denominator: int | None, value: float = 0.5) -> dict[str, Any]:
    return {"value": value, "numerator": numerator, "denominator": denominator, "exclusions": {}}


def listed(case: str, *events: dict[str, Any]) -> dict[str, Any]:
    return {"case_id": case, "title": "厂房", "enterprise_name": "甲公司", "lead": "bank", "events": list(events)}


PRINTED_DAY = {"type": "deadline_missed", "at": "2021-10-08T16:00:00Z"}
MISSED_DAY = {**PRINTED_DAY, "event_id": "not printed"}
TOLD: dict[str, Any] = {
    "programme": {"id": "jinxian", "zh": "四进四问", "en": "Four entries"},
    "report": {"id": "quarterly", "zh": "季点评", "en": "Quarterly review", "every": "quarter"},
    "known_until": "2021-11-03T01:00:00Z",
    "period": {"name": "2021-Q4", "begin": "2021-09-30T16:00:00Z", "end": "2021-12-31T16:00:00Z"},
    "over": True, "complete": True, "observed_until": None,
    "units": {"bank": "银行"},
    "kinds": {"finance": {"zh": "融资", "en": "Finance"}},
    "tallies": [{"measure": "issues", "period": 2, "cumulative": 5, "synthetic": 0}],
    "rates": [
        {"rate": "resolution", "weight": 40, "period": rate(1, 2), "previous": rate(0, 2), "cumulative": rate(2, 5)},
        {"rate": "composite", "weight": None, "period": rate(None, None, 0.5), "previous": rate(None, None, 0.3),
         "cumulative": rate(None, None, 0.4)},
    ],
    "league": [
        {"unit": "bank", "name": "银行", "assigned": 1, "closed": 0, "kept": 1, "due": 2, "score": 98.5, "rank": 1,
         "points": [{"id": "miss", "zh": "超期", "en": "Missed", "count": 1, "points": -2, "events": ["not printed"]}]}
    ],
    "services": [
        {"service": "recovery", "zh": "追回款项", "en": "Money recovered", "count": {"period": 1, "cumulative": 2},
         "amount": {"period": 1, "cumulative": 9}}
    ],
    "supervised": {"total": 2, "items": [listed("one", MISSED_DAY), listed("two", MISSED_DAY, MISSED_DAY)]},
    "long_term": {"total": 1, "items": [{**listed("three"), "reported_at": "2021-09-30T16:00:00Z"}]},
    "gathering": [{"kind": "finance", "department": "bank", "issues": 1, "open": 1, "unsatisfied": 0}],
    "owed": [
        {"rule": "visits", "title": "走访", "fulfilled": 1, "late": 0, "missed": 1, "broken": 0, "open": 0,
         "missed_by": [["甲", 1]]}
    ],
}  # fmt: skip
LETTER: dict[str, Any] = {
    "report": {"id": "letter", "zh": "交办函", "en": "Assignment letter", "every": "letter"},
    "programme": TOLD["programme"],
    "units": {"bank": "银行", "tax": "税务局"},
    "kinds": TOLD["kinds"],
    "number": "1号", "title": "贷款", "kind": "finance", "lead": "bank", "supporting": ["tax"], "meeting": None,
    "enterprise_name": "甲公司", "reported_at": "2021-10-01T01:00:00Z", "assigned_at": "2021-10-01T02:00:00Z",
    "deadlines": [
        {"clock": "contact", "zh": "联系企业", "en": "Contact", "due_at": "2021-10-08T16:00:00Z", "provisional": True}
    ],
}  # fmt: skip
MINUTES: dict[str, Any] = {
    "report": {"id": "minutes", "zh": "会议纪要", "en": "Meeting minutes", "every": "minutes"},
    "programme": TOLD["programme"],
    "units": LETTER["units"],
    "held_at": "2021-10-08T01:00:00Z", "title": "三月调度会", "place": None, "present": ["bank"], "absent": ["tax"],
    "minutes": "逐项研究",
    "cases": [{"case": "one", "title": "贷款", "lead": "bank"}],
    "items": [{"item": 1, "task": "增容", "unit": "bank", "due_on": "2021-10-20"}],
}  # fmt: skip


def changed(told: dict[str, Any], *path: Any, to: Any) -> list[tuple[Any, ...]]:
    """What a restatement tells of a document in which one value is another."""
    after: Any = deepcopy(told)
    held = after
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = to
    return [tuple(one[name] for name in ("section", "item", "column", "from", "to")) for one in changes(told, after)]


@pytest.mark.parametrize(
    ("told", "path", "to", "section", "item", "column", "values"),
    [
        (TOLD, ("tallies", 0, "period"), 3, "Overview", "Issues reported", "This period", (2, 3)),
        (TOLD, ("tallies", 0, "synthetic"), 1, "Overview", "Issues reported", "Of these generated", (0, 1)),
        (TOLD, ("rates", 0, "period", "numerator"), 2, "Rates", "Resolution rate", "This period", ("1 / 2", "2 / 2")),
        (TOLD, ("rates", 0, "previous", "numerator"), 1, "Rates", "Resolution rate", "The period before",
         ("0 / 2", "1 / 2")),
        (TOLD, ("rates", 0, "cumulative", "exclusions"), {"merged": 1}, "Rates", "Resolution rate", "Excluded",
         (None, {"merged": 1})),
        (TOLD, ("rates", 1, "cumulative", "value"), 0.3, "Rates", "Weighed together", "Up to its end", (0.4, 0.3)),
        (TOLD, ("league", 0, "kept"), 2, "Departments", "银行", "Deadlines kept / due", ("1 / 2", "2 / 2")),
        (TOLD, ("league", 0, "name"), "农商行", "Departments", "农商行", "Department", ("银行", "农商行")),
        (TOLD, ("league", 0, "points", 0, "count"), 2, "Departments", "银行", "Points of the appraisal",
         tuple([{"zh": "超期", "en": "Missed", "count": count, "points": -2}] for count in (1, 2))),
        (TOLD, ("services", 0, "amount", "period"), 2, "Services", {"zh": "追回款项", "en": "Money recovered"},
         "Amount this period (CNY)", (1, 2)),
        (TOLD, ("supervised", "total"), 3, "Supervision list", None, "In all", (2, 3)),
        (TOLD, ("long_term", "items", 0, "title"), "用地", "Long-term list", "甲公司 用地", "Issue", ("厂房", "用地")),
        (TOLD, ("gathering", 0, "open"), 0, "Where issues gather", {"zh": "融资 银行", "en": "Finance 银行"}, "Open",
         (1, 0)),
        (TOLD, ("owed", 0, "missed_by"), [["乙", 1]], "What officials owe", "走访", "Missed by",
         ([["甲", 1]], [["乙", 1]])),
        (LETTER, ("title",), "用地", "Assignment letter", None, "Issue", ("贷款", "用地")),
        (LETTER, ("supporting",), ["tax", "bank"], "Assignment letter", None, "Supporting departments",
         (["税务局"], ["税务局", "银行"])),
        (LETTER, ("deadlines", 0, "provisional"), False, "Deadlines", {"zh": "联系企业", "en": "Contact"},
         "Provisional", ("*", None)),
        (MINUTES, ("minutes",), "另议", "Minutes", None, "Minutes", ("逐项研究", "另议")),
        (MINUTES, ("absent",), [], "Minutes", None, "Did not report in", (["税务局"], None)),
        (MINUTES, ("cases", 0, "lead"), "tax", "Issues discussed", "贷款", "Lead department", ("银行", "税务局")),
        (MINUTES, ("items", 0, "due_on"), "2021-10-21", "Tasks", "增容", "Due on", ("2021-10-20", "2021-10-21")),
        (MINUTES, ("report", "zh"), "纪要", "Text", None, "Document",
         tuple({"zh": zh, "en": "Meeting minutes"} for zh in ("会议纪要", "纪要"))),
    ],
)  # fmt: skip
def test_what_is_printed_is_told(
    told: dict[str, Any], path: tuple[Any, ...], to: Any, section: str, item: Any, column: str, values: tuple[Any, ...]
) -> None:
    assert changed(told, *path, to=to) == [(section, item, column, *values)]


def test_missed_and_broken_are_one() -> None:
    """Both are printed as missed: a duty that goes from one to the other changes no figure."""
    after = deepcopy(TOLD)
    after["owed"][0] |= {"missed": 0, "broken": 1}
    assert [(one["section"], one["from"], one["to"]) for one in changes(TOLD, after)] == [("Text", None, None)]


def test_equal_titles_hide_nothing() -> None:
    assert changed(TOLD, "supervised", "items", 0, "events", to=[]) == [
        ("Supervision list", "甲公司 厂房", "What happened", [PRINTED_DAY], None)
    ]


def test_line_that_goes_or_comes() -> None:
    found = changed(TOLD, "supervised", to={"total": 1, "items": TOLD["supervised"]["items"][1:]})
    assert found == [
        ("Supervision list", None, "In all", 2, 1),
        ("Supervision list", "甲公司 厂房", "Lead department", "银行", None),
        ("Supervision list", "甲公司 厂房", "What happened", [PRINTED_DAY], None),
    ]


def test_renamed_unit_is_told_where_it_stands() -> None:
    found = changed(TOLD, "units", "bank", to="农商行")
    assert {(section, column, was, now) for section, _, column, was, now in found} == {
        ("Supervision list", "Lead department", "银行", "农商行"),
        ("Long-term list", "Lead department", "银行", "农商行"),
    }


def test_every_form_is_written() -> None:
    """Whatever changes can be printed, in both languages; a score with decimals is no share."""
    cells = {language: Cells(language, SHANGHAI, NullTranslations(), NullTranslations()) for language in ("zh", "en")}
    came = [one for told in (TOLD, LETTER, MINUTES) for one in changes({}, told)]
    assert {one["form"] for one in came} == {*FORMS.values(), "amount"} - {"excluded"}
    printed = {
        (language, one["section"], one["column"]): held.written(one["to"], one["form"])
        for language, held in cells.items()
        for one in came
    }
    assert printed["en", "Departments", "Score"] == "98.5"
    assert printed["zh", "Departments", "Points of the appraisal"] == "超期 ×1 (-2)"
    assert (
        printed["zh", "Supervision list", "What happened"] == "2021-10-09 deadline_missed；2021-10-09 deadline_missed"
    )
    assert printed["zh", "Long-term list", "Reported on"] == "2021-10-01"
    assert cells["en"].written({"merged": 2}, "excluded") == "merged 2"


def test_same_whenever_drawn_up() -> None:
    assert same(TOLD, {**TOLD, "known_until": "2021-12-01T00:00:00Z"}, SHANGHAI)
    assert not same(TOLD, {**TOLD, "units": {}}, SHANGHAI)


@pytest.mark.parametrize("told", [TOLD, LETTER, MINUTES])
def test_same_in_both_languages_as_printed(told: dict[str, Any]) -> None:
    def with_kinds(**kinds: dict[str, str]) -> dict[str, Any]:
        return {**told, "kinds": {**told.get("kinds", {}), **kinds}}

    assert same(told, with_kinds(land={"zh": "用地", "en": "Land"}), SHANGHAI)
    for language in ("zh", "en"):
        renamed = {"zh": "融资", "en": "Finance"} | {language: "another"}
        assert same(told, with_kinds(finance=renamed), SHANGHAI) is (told is MINUTES)


def test_hour_that_is_not_printed_changes_nothing() -> None:
    assert same(LETTER, {**LETTER, "assigned_at": "2021-10-01T03:00:00Z"}, SHANGHAI)
    assert not same(LETTER, {**LETTER, "assigned_at": "2021-10-02T01:00:00Z"}, SHANGHAI)


def test_older_document_left_no_deadline_undecided() -> None:
    """Those that were issued before documents said so tell the same as one that leaves none."""
    assert same(TOLD, {**TOLD, "undecided": 0}, SHANGHAI)
    assert not same(TOLD, {**TOLD, "undecided": 1}, SHANGHAI)
    assert changed({**TOLD, "undecided": 2}, "undecided", to=0) == [("Text", None, "Not judged yet", 2, None)]


def test_canonical_text_is_one() -> None:
    at = datetime(2021, 11, 3, 1, tzinfo=UTC)
    here = at.astimezone(timezone(timedelta(hours=8)))
    assert canonical({"b": here, "a": [1, None, "中"]}) == '{"a":[1,null,"中"],"b":"2021-11-03T09:00:00+08:00"}'
    assert canonical({"b": 1, "a": at}) == canonical({"a": at, "b": 1}) == '{"a":"2021-11-03T01:00:00Z","b":1}'
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


PINS: dict[str, Any] = {
    "known_before": "2021-11-03T01:00:00Z",
    "programme": {"id": "jinxian", "version": 1},
    "calendar": {"id": "cn", "version": None},
    "formulas": "abc",
    "directory": None,
}


def test_rules_that_differ_are_told() -> None:
    assert other_rules(PINS, {**PINS, "known_before": "2021-12-01T00:00:00Z"}) == []
    after = {
        "programme": {"id": "jinxian", "version": 2},
        "calendar": {"id": "cn", "version": 1},
        "formulas": "abd",
        "directory": "2021-12-01T00:00:00+00:00",
    }
    assert other_rules(PINS, after) == [
        {"rule": "programme", "from": "jinxian 1", "to": "jinxian 2"},
        {"rule": "calendar", "from": "cn", "to": "cn 1"},
        {"rule": "formulas", "from": "abc", "to": "abd"},
        {"rule": "directory", "from": None, "to": "2021-12-01T00:00:00+00:00"},
    ]


def test_formulas_have_a_version() -> None:
    assert len(formulas()) == 16
