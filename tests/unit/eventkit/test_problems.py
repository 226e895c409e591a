"""What callers read when something was raised."""

from __future__ import annotations

import logging

import pytest
from psycopg import errors as postgres
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from eventkit.caller import Caller, Forbidden
from eventkit.errors import Problem
from eventkit.problems import FieldProblem, Unavailable, Unreadable, describe
from eventkit.text import Text
from eventkit.voice import ENGLISH, Voice


class IllegalMove(Exception):
    """A case is received before it is accepted. Receive it."""

    slug = "illegal-move"
    status = 409


def test_refusal_without_message_speaks_by_its_docstring() -> None:
    details = describe(IllegalMove())
    assert details.body["detail"] == "A case is received before it is accepted. Receive it."
    assert (details.status, details.body["type"]) == (409, "urn:bugle:problem:illegal-move")
    assert "errors" not in details.body


@pytest.mark.parametrize(
    ("field", "at", "pointer"),
    [
        ("history/0/at", "", "/history/0/at"),
        ("history/0/at", "/data", "/data/history/0/at"),
        ("/history/0/at", "/data", "/data/history/0/at"),
        ("/data/history/0/at", "/data", "/data/history/0/at"),
        (None, "/data", "/data"),
        ("occurred_at", "", "/occurred_at"),
        ("occurred_at", "/data", "/time"),
    ],
)
def test_field_is_a_pointer_into_the_request(field: str | None, at: str, pointer: str) -> None:
    problem = Problem(Text("too early"), field=field, mend=Text("write a later date"))
    expected = [{"field": pointer, "problem": "too early", "mend": "write a later date"}]
    assert describe(problem, at).body["errors"] == expected


def test_faults_are_listed_as_given() -> None:
    said = Text("is x")
    details = describe(Unreadable([FieldProblem("/a", said, said), FieldProblem("", said, said)]), "/data")
    assert [fault["field"] for fault in details.body["errors"]] == ["/a", ""]


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT secret", {}, postgres.AdminShutdown("terminating connection")),
        OperationalError("SELECT secret", {}, postgres.TooManyConnections("sorry")),
        OperationalError("INSERT secret", {}, postgres.DiskFull("no space")),
        TimeoutError("QueuePool limit of size 10"),
    ],
    ids=lambda error: type(getattr(error, "orig", error)).__name__,
)
def test_server_away_is_503(error: Exception) -> None:
    details = describe(error)
    assert (details.status, details.headers["Retry-After"]) == (503, "2")
    assert "secret" not in str(details.body)


def test_unexpected_error_is_a_reference(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "eventkit.http"):
        details = describe(IntegrityError("INSERT INTO contacts", {}, ValueError("duplicate 13800000000")))
    assert details.status == 500
    assert "contacts" not in str(details.body)
    assert "13800000000" not in str(details.body)
    assert details.body["reference"] in caplog.text


CHINESE = Voice("zh")


def test_problem_is_told_in_chinese() -> None:
    with pytest.raises(Forbidden) as refusal:
        Caller("li", "jinxian", None, None, frozenset({"frontend"})).needs({"office", "leader"})
    details = describe(refusal.value, voice=CHINESE)
    assert details.body == {
        "type": "urn:bugle:problem:forbidden",
        "title": "无权操作",
        "status": 403,
        "detail": "此项操作须具备下列角色之一：leader、office。",
        "errors": [
            {
                "field": "",
                "problem": "此项操作须具备下列角色之一：leader、office。",
                "mend": "请换用具备其中一种角色的账号登录",
            }
        ],
    }


def test_docstring_and_faults_are_told_in_chinese() -> None:
    details = describe(Unreadable([FieldProblem("/a", Text("is no id"), Text("correct the path"))]), voice=CHINESE)
    assert details.body["detail"] == "请求无法识别，问题及改正办法逐项列出。"
    assert details.body["errors"] == [{"field": "/a", "problem": "不是有效的编号", "mend": "请更正地址中的编号"}]


def test_text_without_chinese_stays_english() -> None:
    details = describe(IllegalMove(), voice=CHINESE)
    assert details.body["detail"] == "A case is received before it is accepted. Receive it."
    assert details.body["title"] == "Illegal move"


@pytest.mark.parametrize("error", [IllegalMove(), Unavailable(), RuntimeError(), Problem(Text("no"))])
def test_answer_names_its_language(error: Exception) -> None:
    for voice in (ENGLISH, CHINESE):
        headers = describe(error, voice=voice).headers
        assert (headers["Content-Language"], headers["Vary"]) == (voice.language, "Accept-Language")


def test_headers_of_the_problem_are_kept() -> None:
    assert describe(Unavailable(), voice=CHINESE).headers["Retry-After"] == "2"


def test_unexpected_error_is_told_in_chinese() -> None:
    body = describe(RuntimeError(), voice=CHINESE).body
    assert body["title"] == "系统内部错误"
    assert body["reference"]
