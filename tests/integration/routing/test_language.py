"""Routing refuses in the language of Accept-Language; in English when nothing is said."""

from __future__ import annotations

import pytest

from tests.integration.routing.desk import Desk

ZH = {"Accept-Language": "zh-CN"}


@pytest.mark.parametrize(
    ("language", "title", "detail", "mend"),
    [
        (
            {},
            "Not assigned",
            "The case has not been assigned to a lead department.",
            "The office assigns the case first.",
        ),
        (ZH, "尚未交办", "该办件尚未交办给牵头部门。", "请先由办公室交办。"),
    ],
)
def test_refusal_in_both_languages(
    routing_desk: Desk, programme_id: str, language: dict[str, str], title: str, detail: str, mend: str
) -> None:
    case = routing_desk.open(programme_id)
    office = routing_desk.office() | language
    answer = routing_desk.post(case, "transfer", {"lead": "dept-01", "note": "x"}, office)
    body = answer.json()
    assert (answer.status_code, body["title"], body["detail"]) == (409, title, detail)
    assert body["errors"] == [{"field": "", "problem": detail, "mend": mend}]


def test_value_and_form_in_chinese(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    office = routing_desk.office() | ZH
    unknown = routing_desk.post(case, "assignment", {"lead": "nobody"}, office).json()
    assert unknown["errors"][0]["problem"] == "属地“jinxian”的通讯录中没有单位“nobody”。"
    wrong = routing_desk.post(case, "assignment", {"lead": 7}, office).json()
    assert [one["problem"] for one in wrong["errors"] if one["field"] == "/lead"] == ["类型不符，应为 string"]
