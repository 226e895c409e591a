"""Routing rules: the first that matches, by kind and keywords, of the version the case was opened under."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from routing.domain.programme import Programme
from routing.domain.rules import Rule, Rules, Subject
from tests.unit.routing.made import DOCUMENT, LEAD, OTHER, PROGRAMME, SUPPORT

RULES = PROGRAMME.rules


@pytest.mark.parametrize(
    ("title", "text", "rule"),
    [
        ("变压器容量不足", None, "power"),
        ("扩产", "夜间用电紧张", "power"),
        ("用电设备贷款", None, "loan"),
        ("a LOAN for machines", None, "loan"),
        ("招工难", "缺 150 人", None),
    ],
)
def test_keywords_give_kind(title: str, text: str | None, rule: str | None) -> None:
    found = RULES.kind(Subject(None, title, text))
    assert (found and found.id) == rule


@pytest.mark.parametrize(
    ("kind", "title", "rule"),
    [
        ("power", "变压器容量不足", "power"),
        ("power", "停电频繁", "power-other"),
        ("finance", "用电设备贷款", "loan"),
        ("finance", "还款展期", None),
        ("land", "变压器占地", None),
    ],
)
def test_first_matching_rule_leads(kind: str, title: str, rule: str | None) -> None:
    found = RULES.lead(Subject(kind, title))
    assert (found and found.id) == rule


def test_rules_bear_their_version() -> None:
    later = Programme.of("jinxian", 4, {**DOCUMENT, "rules": [{"id": "all", "lead": "office"}]})
    subject = Subject("power", "变压器容量不足")
    before, after = RULES.lead(subject), later.rules.lead(subject)
    assert before is not None
    assert after is not None
    assert [(RULES.version, before.lead), (later.rules.version, after.lead)] == [(3, "power-supply"), (4, "office")]


@pytest.mark.parametrize(
    ("template", "letter"),
    [
        (None, "jinxian-交办〔2021〕12号"),
        ("进企办〔{year}〕{number}号", "进企办〔2021〕12号"),
        ("{programme.__class__}第{number}号", "{programme.__class__}第12号2021-12"),
        ("no place for a number", "no place for a number2021-12"),
    ],
)
def test_letter_follows_template(template: str | None, letter: str) -> None:
    programme = Programme.of("jinxian", 1, {**DOCUMENT, "letter": template})
    assert programme.numbered(2021, 12) == letter


def test_letters_count_local_years() -> None:
    assert PROGRAMME.year(datetime(2021, 12, 31, 17, 0, tzinfo=UTC)) == 2022


PLACED = Rules(
    1,
    (
        Rule("east", OTHER, "land", ("用地",), place=frozenset({"东镇"})),
        Rule("land", LEAD, "land", ("用地",)),
        Rule("any", SUPPORT, "land", ("厂房",), fallback=True),
    ),
)


@pytest.mark.parametrize(
    ("title", "township", "rule"),
    [
        ("项目用地", "东镇", "east"),
        ("项目用地", "西镇", "land"),
        ("项目用地", None, "land"),
        ("说不清", "东镇", "any"),
    ],
)
def test_place_goes_first_and_kind_alone_last(title: str, township: str | None, rule: str) -> None:
    found = PLACED.lead(Subject("land", title, None, township))
    assert found is not None and found.id == rule


def test_fallback_needs_its_kind() -> None:
    assert PLACED.lead(Subject("power", "说不清")) is None
