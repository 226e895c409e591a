"""Supervision refuses in the language of Accept-Language; in English when nothing is said."""

from __future__ import annotations

import pytest

from tests.integration.supervision.place import Place
from tests.integration.supervision.test_http import OFFICE, Caller, given_fed_back
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.supervision.made import CASE


@pytest.mark.parametrize(
    ("language", "title", "detail", "mend"),
    [
        (
            None,
            "Not verified",
            "The programme closes a case out only when the enterprise is satisfied with the result of this round.",
            "Record the enterprise's answer with POST /v1/cases/{case}/verification first.",
        ),
        (
            "zh-CN",
            "企业尚未表示满意",
            "方案规定，企业对本轮办理结果满意后方可销号。",
            "请先通过 POST /v1/cases/{case}/verification 登记企业的回访答复。",
        ),
    ],
)
def test_refusal_in_both_languages(
    place: Place, client: TestClient, issuer: Issuer, language: str | None, title: str, detail: str, mend: str
) -> None:
    given_fed_back(place)
    headers = {} if language is None else {"Accept_Language": language}
    body = Caller(client, issuer).send("POST", f"/cases/{CASE}/close-out", OFFICE, {}, **headers).json()
    assert (body["title"], body["detail"]) == (title, detail)
    assert body["errors"] == [{"field": "", "problem": detail, "mend": mend}]


def test_fault_of_the_form_in_chinese(place: Place, client: TestClient, issuer: Issuer) -> None:
    given_fed_back(place)
    told = {"satisfaction": "so-so"}
    caller = Caller(client, issuer)
    body = caller.send("POST", f"/cases/{CASE}/verification", OFFICE, told, Accept_Language="zh-CN").json()
    assert body["errors"] == [
        {
            "field": "/satisfaction",
            "problem": "不在可选值之内：satisfied、basically_satisfied、unsatisfied",
            "mend": "请填写下列值之一：satisfied、basically_satisfied、unsatisfied",
        }
    ]
