"""Suggestions, policies, and what makes two titles alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from rapidfuzz.distance import Indel

from intake.domain import likeness, policy, suggestion
from intake.domain.commands import AnswerSuggestion, PublishPolicy, RecordSuggestion
from intake.domain.policy import Policy
from intake.domain.programme import Programme
from intake.domain.suggestion import Suggestion
from intake.domain.timing import Timing
from tests.unit.intake.made import DIRECTORY, DOCUMENT, LIVE, LONG_AGO, NOW, refused

PROGRAMME = Programme("jinxian", 2, "jinxian", {**DOCUMENT, "suggestions": {"answer_within": "10wd"}})
RECORD = RecordSuggestion("s1", "e1", None, "leader-01", "园区公交延时", None, False, "office", LIVE)
ANSWER = AnswerSuggestion("power-company", "五月起延时一小时", "office", LIVE)
PUBLISH = PublishPolicy("p1", "jinxian", "电费补贴", (), ("power",), ("电费",), date(2021, 5, 1), None, None, "o", LIVE)


def recorded() -> Suggestion:
    [event] = suggestion.record(Suggestion(), RECORD, PROGRAMME, DIRECTORY)
    return suggestion.apply(Suggestion(), event)


def test_suggestion_is_recorded_once() -> None:
    assert suggestion.record(recorded(), replace(RECORD, by="another"), PROGRAMME, DIRECTORY) == []
    other = replace(RECORD, title="集中供热")
    refused(lambda: suggestion.record(recorded(), other, PROGRAMME, DIRECTORY), "already-registered", "ref")


@pytest.mark.parametrize(
    ("programme", "change", "slug", "field"),
    [
        (replace(PROGRAMME, document=DOCUMENT), {}, "not-in-programme", "suggestions"),
        (PROGRAMME, {"person": "nobody"}, "unknown-person", "person"),
    ],
)
def test_suggestion_is_refused(programme: Programme, change: dict[str, Any], slug: str, field: str) -> None:
    refused(lambda: suggestion.record(Suggestion(), replace(RECORD, **change), programme, DIRECTORY), slug, field)


def test_suggestion_is_answered_once() -> None:
    [event] = suggestion.answer(recorded(), ANSWER, PROGRAMME, DIRECTORY)
    answered = suggestion.apply(recorded(), event)
    assert suggestion.answer(answered, ANSWER, PROGRAMME, DIRECTORY) == []
    other = replace(ANSWER, answer="不办")
    refused(lambda: suggestion.answer(answered, other, PROGRAMME, DIRECTORY), "answered-already", "answer")


@pytest.mark.parametrize(
    ("state", "change", "slug", "field"),
    [
        (Suggestion(), {}, "not-found", "suggestion"),
        (recorded(), {"unit": "nobody"}, "unknown-unit", "unit"),
        (recorded(), {"timing": Timing(LONG_AGO, NOW, reason="旧账", office=True)}, "before-suggestion", "occurred_at"),
    ],
)
def test_answer_is_refused(state: Suggestion, change: dict[str, Any], slug: str, field: str) -> None:
    refused(lambda: suggestion.answer(state, replace(ANSWER, **change), PROGRAMME, DIRECTORY), slug, field)


def test_policy_stands_as_told_last() -> None:
    [first] = policy.publish(Policy(), PUBLISH, {})
    state = policy.apply(Policy(), first)
    later = replace(PUBLISH, timing=Timing(NOW + timedelta(days=1), NOW + timedelta(days=1)), by="another")
    assert policy.publish(state, later, {}) == []
    [changed] = policy.publish(state, replace(later, title="电费补贴（二）"), {})
    assert policy.apply(state, changed).published == changed


@pytest.mark.parametrize(
    ("change", "slug", "field"),
    [
        ({"kinds": (), "keywords": ()}, "helps-nobody", "kinds"),
        ({"valid_to": date(2021, 4, 30)}, "bad-period", "valid_to"),
        ({"programmes": ("elsewhere",)}, "unknown-programme", "programmes/0"),
        ({"programmes": ("jinxian",), "kinds": ("power", "water")}, "unknown-kind", "kinds/1"),
    ],
)
def test_policy_is_refused(change: dict[str, Any], slug: str, field: str) -> None:
    known = {"jinxian": PROGRAMME}
    refused(lambda: policy.publish(Policy(), replace(PUBLISH, **change), known), slug, field)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("流动资金贷款难", "流动资金的贷款难办"),
        ("园区缺乏食堂配套", "园区食堂配套缺乏"),
        ("关于申请增加变压器容量的请求", "变压器容量增加"),
        ("ＰＶＣ原料进口通关慢", "pvc原料进口通关慢"),
        ("希望解决货车进厂难的问题", "货车进厂难"),
    ],
)
def test_like_titles(one: str, other: str) -> None:
    assert likeness.score(one, other, Indel.normalized_similarity) >= 80


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一期土地平整", "二期土地平整"),
        ("2020年度技改补贴", "2021年度技改补贴"),
        ("宿舍区自来水水压低", "宿舍区网络信号差"),
        ("厂房租金高", "出口退税慢"),
        ("请求协调银行续贷", "请求协调法院执行"),
    ],
)
def test_titles_that_only_look_alike(one: str, other: str) -> None:
    assert likeness.score(one, other, Indel.normalized_similarity) < 80


def test_search_goes_by_the_programme() -> None:
    assert likeness.search(PROGRAMME) == likeness.Search(80, timedelta(days=365))
    told = replace(PROGRAMME, document={"duplicates": {"score": 60, "days": 30}})
    assert likeness.search(told) == likeness.Search(60, timedelta(days=30))
