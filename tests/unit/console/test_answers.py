"""What the pages make of the services' answers: refusals in words, silence survived, sign-in asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from console.bootstrap import application
from eventkit.settings import MissingSetting
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, TOLD, Answer, hidden_in, settings, silent, visiting

TYPED = {"key": "6f0e8b1c-4d2a-5c7e-9b10-000000000009", "title": "<b>电压</b>不稳", "enterprise": "荣鑫实业"}


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


@pytest.fixture
def visitor(issuer: Issuer) -> Callable[[Answer], TestClient]:
    """A clerk at a console whose services answer so."""
    return partial(visiting, issuer)


def unknown_programmes(request: httpx.Request) -> httpx.Response | None:
    return httpx.Response(200, json={"items": [], "next": None}) if request.method == "GET" else None


def test_silence_keeps_what_was_typed(visitor: Callable[[Answer], TestClient]) -> None:
    answer = visitor(silent).post("/report?lang=en", data=TYPED)
    assert answer.status_code == 503
    assert "The intake service does not answer. What you typed stands below." in answer.text
    assert 'value="&lt;b&gt;电压&lt;/b&gt;不稳"' in answer.text and TYPED["key"] in answer.text


def test_garbled_answer_is_no_success(visitor: Callable[[Answer], TestClient]) -> None:
    def garbled(request: httpx.Request) -> httpx.Response:
        return unknown_programmes(request) or httpx.Response(201, text="<html>proxy</html>")

    assert visitor(garbled).post("/report", data=TYPED).status_code == 503


def test_page_that_cannot_be_drawn_says_so(visitor: Callable[[Answer], TestClient]) -> None:
    answer = visitor(silent).get("/cases/6f0e8b1c-4d2a-5c7e-9b10-000000000004?lang=en")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "The intake service does not answer. Try again in a moment." in answer.text


def test_problem_names_its_field(visitor: Callable[[Answer], TestClient]) -> None:
    told = {
        "title": "Unknown enterprise",
        "status": 422,
        "detail": "The agency has no such enterprise.",
        "errors": [{"field": "/enterprise", "problem": "is not registered", "mend": "register it first"}],
        "reference": "r-1",
    }

    def refusing(request: httpx.Request) -> httpx.Response:
        return unknown_programmes(request) or httpx.Response(422, json=told)

    answer = visitor(refusing).post("/report?lang=en", data=TYPED)
    assert answer.status_code == 422
    assert (
        '<a href="#enterprise">Enterprise: is not registered</a>' in answer.text and "register it first" in answer.text
    )
    assert re.search(r'id="enterprise"[^>]*aria-invalid="true"', answer.text)
    assert "Reference to quote: <code>r-1</code>" in answer.text
    chinese = visitor(refusing).post("/report", data=TYPED).text
    assert "怎么办：register it first" in chinese and "请提供编号：<code>r-1</code>" in chinese


def test_service_that_refuses_the_token_asks_to_sign_in(visitor: Callable[[Answer], TestClient]) -> None:
    def refusing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"title": "x", "status": 401})

    client = visitor(refusing)
    assert client.get("/report").status_code == 401
    kept = client.post("/report", data=TYPED)
    assert kept.status_code == 401 and TYPED["key"] in kept.text


def test_command_travels_with_key_and_language(visitor: Callable[[Answer], TestClient]) -> None:
    seen: list[httpx.Request] = []

    def taking(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return unknown_programmes(request) or httpx.Response(201, json={"id": TYPED["key"]})

    answer = visitor(taking).post("/report?lang=en", data=TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{TYPED['key']}?done=reported")
    headers = seen[-1].headers
    assert (headers["idempotency-key"], headers["accept-language"]) == (TYPED["key"], "en")
    assert headers["authorization"].startswith("Bearer ")


def test_huge_form_is_refused(visitor: Callable[[Answer], TestClient]) -> None:
    assert visitor(silent).post("/report", data={"text": "x" * (1 << 20)}).status_code == 422


def test_act_that_ends_ones_part_leads_to_the_work_list(visitor: Callable[[Answer], TestClient]) -> None:
    client = visitor(lambda request: httpx.Response(404, json={"title": "Unknown case", "status": 404}))
    gone = client.get(f"/cases/{CASE}?done=return_case")
    assert (gone.status_code, gone.headers["location"]) == (303, "/?done=return_case")
    assert client.get(f"/cases/{CASE}?done=dance").status_code == client.get(f"/cases/{CASE}").status_code == 404


@pytest.mark.parametrize(
    ("status", "expected"),
    [(201, (303, f"/cases/{CASE}?done=return_case")), (404, (404, None))],
    ids=["taken before", "never taken"],
)
def test_second_click_on_ones_last_act_leads_on(
    visitor: Callable[[Answer], TestClient], status: int, expected: tuple[int, str | None]
) -> None:
    """The first has ended the department's part: nothing tells it of the case any more, but the key knows."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answered = status if request.method == "POST" else 404
        return httpx.Response(answered, json={"title": "x", "status": 404}, headers={"Idempotency-Replayed": "true"})

    typed = {"key": TYPED["key"], "version": "4", "reason": "not_ours", "note": ""}
    sent = visitor(answer).post(f"/cases/{CASE}/return_case", data=typed)
    assert (sent.status_code, sent.headers.get("location")) == expected
    [command] = [request for request in seen if request.method == "POST"]
    assert (command.url.path, command.headers["idempotency-key"]) == (f"/v1/cases/{CASE}/return", TYPED["key"])
    assert command.headers["if-match"] == '"4"' and command.read() == b'{"reason":"not_ours"}'


def test_unknown_form_is_a_page(visitor: Callable[[Answer], TestClient]) -> None:
    answer = visitor(silent).get("/cases/6f0e8b1c-4d2a-5c7e-9b10-000000000004/dance?lang=en")
    assert (answer.status_code, "There is no such form." in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["/cases/nope", "/cases/nope/opening", "/cases/nope/accept"])
def test_what_is_no_id_is_no_case(visitor: Callable[[Answer], TestClient], path: str) -> None:
    answer = visitor(silent).get(f"{path}?lang=en")
    assert (answer.status_code, "There is no such case" in answer.text) == (404, True)


def test_pages_bring_strict_headers(visitor: Callable[[Answer], TestClient]) -> None:
    answer = visitor(lambda request: unknown_programmes(request) or httpx.Response(500, json={})).get("/report")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|style=| on[a-z]+=", answer.text)


def test_choice_of_a_role_is_for_this_machine_only(issuer: Issuer) -> None:
    with pytest.raises(MissingSetting, match="BUGLE_ISSUER_KEY_FILE"):
        application(settings(issuer, issuer_key_file="key", http_host="0.0.0.0"))


def test_row_that_was_refused_is_the_only_one_left(visitor: Callable[[Answer], TestClient]) -> None:
    """Without a [bundle] issues go one by one: what is in stays in, and the refused row is named by its own field."""
    keys: list[str] = []

    def taking(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            listed = {"items": [{"programme": "help", "agency": "jinxian"}], "next": None}
            return httpx.Response(200, json=listed | {"document": {"id": "help", "zone": "Asia/Shanghai"}})
        keys.append(request.headers["idempotency-key"])
        fault = {"field": "/kind", "problem": "is no kind", "mend": "choose"}
        if b"nowhere" in request.content:
            return httpx.Response(422, json={"title": "x", "status": 422, "errors": [fault]})
        return httpx.Response(201, json={"id": CASE})

    typed = {"key": TYPED["key"], "programme": "help", "enterprise": "荣鑫实业"}
    rows = {"issues-2-title": "a", "issues-5-title": "b", "issues-5-kind": "nowhere"}
    client = visitor(taking)
    page = client.post("/visit?lang=en", data=typed | rows)
    assert page.status_code == 422 and '<a href="#issues-1-kind">Kind: is no kind</a>' in page.text
    hidden = hidden_in(page)
    assert hidden["issues-0-done"] == hidden["visit"] == CASE
    done = client.post("/visit?lang=en", data=hidden | {"issues-1-title": "b"})
    assert done.status_code == 201 and "Issues in it: 2." in done.text
    assert len(keys) == len(set(keys)) == 4 and all(key.startswith(TYPED["key"]) for key in keys)


def test_extension_that_was_not_chosen_is_asked_for(issuer: Issuer) -> None:
    """It stands in the command's path: no service could say which field is empty."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent.append(request.url.path)
        watch = {"moves": ["decide_extension"], "facts": [], "clocks": [], "version": 1}
        told = TOLD | watch | {"state": "planned", "document": {}, "units": [], "name": "荣鑫实业"}
        return httpx.Response(200, json=told)

    typed = {"key": TYPED["key"], "version": "1", "decision": "granted", "note": "变压器在途"}
    page = visiting(issuer, answer, "office").post(f"/cases/{CASE}/decide_extension?lang=en", data=typed)
    assert (page.status_code, sent) == (422, [])
    assert '<a href="#extension">Which extension: this field is required</a>' in page.text
    assert "choose from the list" in page.text and "变压器在途" in page.text
