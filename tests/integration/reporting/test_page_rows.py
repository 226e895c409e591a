"""The rows of pages: issues by their titles, deadlines with what presses first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pagekit.session import COOKIE
from tests.integration.reporting.serving import reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer

MOMENTS = ("", "&at=2021-03-12", "&at=2021-03-12T09:30:00%2B08:00", "&as_of=2021-03-12")
_HEAD = re.compile(r'<th scope="row"><a href="/issues/([0-9a-f-]{36})[^"]*">([^<]*)</a>')
_STATUS = re.compile(r'class="status c-(\w+)"')
_DUE = re.compile(r'<td class="day">([^<]*)</td>')


@pytest.fixture(scope="module")
def client(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(filled, issuer, headers={"accept": "text/html"}) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def page(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def counted(text: str) -> int:
    [found] = re.findall(r'<p class="count" role="status">\D*([0-9,]+)', text)
    return int(found.replace(",", ""))


@pytest.mark.parametrize("address", ["/deadlines", "/counted/on_time", "/counted/issues", "/counted/letters"])
def test_row_names_its_issue(client: TestClient, address: str) -> None:
    rows = _HEAD.findall(page(client, f"{address}?programme=jinxian&lang=en"))
    assert rows
    for case, title in rows[:3]:
        assert f"<h1>{title}" in page(client, f"/issues/{case}")


@pytest.mark.parametrize("moment", MOMENTS)
def test_deadlines_open_with_those_to_answer(client: TestClient, moment: str) -> None:
    [opening] = re.findall(r'href="(/deadlines[^"]*)"', page(client, f"/ledger?programme=jinxian&lang=en{moment}"))
    told = page(client, html.unescape(opening))
    rows = told.split("<tbody>")[1]
    assert set(_STATUS.findall(rows)) == {"running", "missed"} and "status=unanswered" in opening
    assert _DUE.findall(rows) == sorted(_DUE.findall(rows))
    apart = [page(client, f"/deadlines?programme=jinxian&open=true&status={one}{moment}") for one in ("running", "missed")]
    assert counted(told) == sum(map(counted, apart)) == len(_HEAD.findall(rows))
    [every] = re.findall(r'href="([^"]*)">All deadlines', told)
    assert counted(page(client, html.unescape(every))) > counted(told)


@pytest.mark.parametrize("address", ["/deadlines", "/ledger"])
def test_rows_of_several_programmes_name_theirs(client: TestClient, address: str) -> None:
    head = '<th scope="col">Programme</th>'
    assert head in page(client, f"{address}?lang=en")
    assert head not in page(client, f"{address}?lang=en&programme=jinxian")
