"""Over HTTP a problem comes in the language of Accept-Language, wherever in the application it arises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, Query, Response

from eventkit.auth import caller
from eventkit.caller import Caller
from eventkit.http import json_response
from eventkit.memory import MemoryStore
from tests.support.ledger_service import Bank, event, running_bank

ZH = {"Accept-Language": "zh-CN,zh;q=0.9"}
FOREIGN = event("e1", "bugle.vaults.lock.v1")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    router = APIRouter()

    @router.get("/books")
    def read(who: Annotated[Caller, Depends(caller)], limit: Annotated[int, Query(ge=1)] = 1) -> Response:
        return json_response({"limit": limit})

    with running_bank(tmp_path, MemoryStore("ledgers"), routers=[router]) as bank:
        bank.open("b1")
        yield bank


Ask = Callable[[Bank, dict[str, str]], Any]
ASKED: list[tuple[Ask, int, str, str]] = [
    (lambda bank, zh: bank.http.get("/v1/books", headers=zh), 401, "尚未登录", "未提供"),
    (
        lambda bank, zh: bank.http.get("/v1/books?limit=x", headers=bank.office() | zh),
        422,
        "查询参数有误。",
        "不是整数",
    ),
    (
        lambda bank, zh: bank.http.get("/v1/books?more=1", headers=bank.office() | zh),
        422,
        "查询参数有误。",
        "此处没有参数“more”",
    ),
    (lambda bank, zh: bank.http.get("/nowhere", headers=zh), 404, "没有这个地址。", ""),
    (lambda bank, zh: bank.deposit("b1", {"amount": "x"}, **zh), 422, "填报内容不符合要求", "类型不符，应为 integer"),
    (lambda bank, zh: bank.deposit("b1", {"amount": 0}, **zh), 422, "填报内容不符合要求", "小于1"),
    (lambda bank, zh: bank.deposit("b1", [], **zh), 400, "请求无法识别", "提交内容不是 JSON 对象"),
    (
        lambda bank, zh: bank.http.post(
            "/v1/events", json=event("e1", "bugle.vaults.lock.v1"), headers=_cloud(bank, zh)
        ),
        422,
        "bugle.vaults.lock.v1 由 vaults 服务受理。",
        "由 vaults 服务受理",
    ),
]


def _cloud(bank: Bank, language: dict[str, str]) -> dict[str, str]:
    return bank.office() | language | {"Content-Type": "application/cloudevents+json"}


@pytest.mark.parametrize(("ask", "status", "detail", "problem"), ASKED)
def test_problem_in_chinese(bank: Bank, ask: Ask, status: int, detail: str, problem: str) -> None:
    answer = ask(bank, ZH)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("zh", "Accept-Language")
    if problem:
        assert answer.json()["errors"][0]["problem"] == problem


@pytest.mark.parametrize("ask", [ask for ask, *_ in ASKED])
def test_without_header_in_english(bank: Bank, ask: Ask) -> None:
    answer = ask(bank, {})
    assert answer.text.isascii()
    assert answer.headers["Content-Language"] == "en"
    assert answer.content == ask(bank, {"Accept-Language": "fr, en;q=0.5"}).content


def test_mend_is_one_chinese_sentence(bank: Bank) -> None:
    faults = bank.deposit("b1", {"amount": 0, "currency": "X", "parts": [{"on": "x"}], "more": 1}, **ZH).json()[
        "errors"
    ]
    assert {fault["field"]: fault["mend"] for fault in faults} == {
        "/amount": "请填写整数（不小于1）",
        "/currency": "请填写下列值之一：CNY、HKD",
        "/parts/0/on": "请填写日期，如 2026-01-31",
        "/more": "请删去该项；此处可填：book、amount、currency、parts",
    }


def test_every_problem_of_a_batch_in_chinese(bank: Bank) -> None:
    answer = bank.batch([event("e1", book="b1", amount=0), "x"], bank.office() | ZH)
    assert [one["problem"]["errors"][0]["problem"] for one in answer.json()] == ["小于1", "不是事件"]
    assert answer.headers["Content-Language"] == "zh"


def test_header_of_the_token_stays_ascii(bank: Bank) -> None:
    answer = bank.http.get("/v1/books", headers={"Authorization": "Bearer forged", **ZH})
    assert answer.headers["WWW-Authenticate"].isascii()
    assert answer.json()["detail"] == "令牌在此无效"
