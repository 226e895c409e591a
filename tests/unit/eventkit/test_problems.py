"""What callers read when something was raised."""

from __future__ import annotations

import logging

import pytest
from psycopg import errors as postgres
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from eventkit.errors import Problem
from eventkit.problems import FieldProblem, Unreadable, describe


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
    problem = Problem("too early", field=field, mend="write a later date")
    expected = [{"field": pointer, "problem": "too early", "mend": "write a later date"}]
    assert describe(problem, at).body["errors"] == expected


def test_faults_are_listed_as_given() -> None:
    details = describe(Unreadable([FieldProblem("/a", "is x", "write y"), FieldProblem("", "is z", "send w")]), "/data")
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
