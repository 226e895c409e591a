"""A dry run: which rule decides, why, and why not each of the others; and what is wrong with candidates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as rules_of
from hypothesis import strategies as st

from routing.domain import candidates
from routing.domain.limits import Limits
from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule, Rules, Subject
from routing.domain.trial import Found, try_rules
from tests.unit.routing.made import DIRECTORY, DOCUMENT, LEAD, OTHER, PROGRAMME, SUPPORT

PLACED = Rules(
    1,
    (
        Rule("east", OTHER, "land", ("用地",), place=frozenset({"东镇"})),
        Rule("power", LEAD, "power", ("用电",)),
        Rule("land", LEAD, "land", ("用地", "厂房"), grade="complex"),
        Rule("rest", SUPPORT, "land", ("土地",), fallback=True),
        Rule("all", SUPPORT),
    ),
)


def over(rules: Rules, subject: Subject) -> dict[str, tuple[str, ...]]:
    return {rule.id: why for rule, why in try_rules(rules, subject).passed_over}


def test_trial_says_what_matched() -> None:
    tried = try_rules(PLACED, Subject("land", "项目用地", "在东镇的厂房", "西镇"))
    decision = tried.decision
    assert decision is not None and tried.classified is None
    assert (decision.rule.id, decision.kind, decision.place, decision.fallback) == ("land", "land", None, False)
    assert decision.found == (Found("用地", "title"), Found("厂房", "text"))


def test_trial_says_why_not_the_others() -> None:
    assert over(PLACED, Subject("land", "项目用地", None, "西镇")) == {
        "east": ("other_place",),
        "power": ("other_kind", "no_keyword"),
        "rest": ("no_keyword",),
        "all": ("later",),
    }


def test_place_is_told_where_it_decided() -> None:
    decision = try_rules(PLACED, Subject("land", "项目用地", None, "东镇")).decision
    assert decision is not None and (decision.rule.id, decision.place) == ("east", "东镇")


def test_fallback_is_told() -> None:
    decision = try_rules(Rules(1, PLACED.ordered[:4]), Subject("land", "说不清")).decision
    assert decision is not None and (decision.rule.id, decision.found, decision.fallback) == ("rest", (), True)


def test_issue_without_kind_is_classified_first() -> None:
    tried = try_rules(PLACED, Subject(None, "用电不足"))
    assert tried.classified is not None and tried.classified.id == "power"
    assert (tried.subject.kind, tried.classified_by) == ("power", (Found("用电", "title"),))


def test_unrecognised_issue_finds_nobody() -> None:
    """Not even the rule that fits everything: a case without a kind is not assigned."""
    tried = try_rules(PLACED, Subject(None, "招工难"))
    assert (tried.decision, tried.undecided) == (None, "unclassified")
    assert over(PLACED, Subject(None, "招工难"))["all"] == ("unclassified",)
    assert try_rules(Rules(1, ()), Subject("land", "x")).undecided == "no_rule"


WORDS = st.lists(st.sampled_from("水电路地"), max_size=3).map("".join)
KINDS = st.sampled_from([None, "power", "land"])
RULES = st.lists(
    st.builds(
        Rule,
        st.uuids().map(str),
        st.sampled_from([LEAD, OTHER]),
        KINDS,
        st.lists(st.sampled_from("水电路地"), max_size=2).map(tuple),
        place=st.frozensets(st.sampled_from(["东镇", "西镇"]), max_size=1),
        fallback=st.booleans(),
    ),
    max_size=6,
).map(lambda rules: Rules(1, tuple(rules)))
SUBJECTS = st.builds(Subject, KINDS, WORDS, st.none() | WORDS, st.sampled_from([None, "东镇", "西镇"]))


@rules_of(RULES, SUBJECTS)
def test_trial_decides_as_live_rules_do(rules: Rules, subject: Subject) -> None:
    tried = try_rules(rules, subject)
    classified = rules.kind(subject) if subject.kind is None else None
    kind = classified.kind if classified else subject.kind
    live = None if kind is None else rules.lead(Subject(kind, subject.title, subject.text, subject.township))
    assert (tried.decision.rule if tried.decision else None) == live
    assert len(tried.passed_over) == len(rules.ordered) - (live is not None)
    assert all(why for _, why in tried.passed_over)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"id": "a", "lead": "nobody"}, "rules/0/lead"),
        ({"id": "a", "lead": "archive"}, "rules/0/lead"),
        ({"id": "a", "lead": LEAD, "supporting": [OTHER, "nobody"]}, "rules/0/supporting/1"),
        ({"id": "a", "lead": LEAD, "supporting": [LEAD]}, "rules/0/supporting"),
        ({"id": "a", "lead": LEAD, "kind": "weather"}, "rules/0/kind"),
        ({"id": "a", "lead": LEAD, "grade": "huge"}, "rules/0/grade"),
        ({"id": "a", "lead": LEAD, "place": ["月镇"]}, "rules/0/place"),
        ({"id": "b", "lead": LEAD}, "rules/1/id"),
    ],
)
def test_fault_names_its_field(rule: dict[str, Any], field: str) -> None:
    programme = Programme.of("jinxian", 1, {**DOCUMENT, "townships": [{"township": "东镇", "unit": OTHER}]})
    rules = Rules.of(1, [rule, {"id": "b", "lead": LEAD, "place": ["东镇"], "grade": "complex"}])
    [fault] = candidates.faults(rules, programme, DIRECTORY)
    assert fault.field == field and fault.problem and fault.mend


def test_own_rules_are_without_fault() -> None:
    assert candidates.faults(PROGRAMME.rules, PROGRAMME, DIRECTORY) == []
    assert len(candidates.faults(PROGRAMME.rules, PROGRAMME, Directory("jinxian", {}))) == 5


@pytest.mark.parametrize(
    ("kind", "grade", "rule", "limit"),
    [
        ("power", None, "x", "5wd"),
        ("land", "complex", "x", "10wd"),
        ("land", None, "far", "20wd"),
        ("land", None, "x", None),
    ],
)
def test_first_special_limit_that_fits(kind: str, grade: str | None, rule: str, limit: str | None) -> None:
    told = [{"kind": "power", "limit": "5wd"}, {"grade": "complex", "limit": "10wd"}, {"rule": "far", "limit": "20wd"}]
    special = Limits.of({"id": "contact", "limit": "3wd", "limits": told}).special(kind, grade, rule)
    assert (special and special.limit) == limit
