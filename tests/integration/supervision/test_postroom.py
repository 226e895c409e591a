"""Inbox, deliveries and addresses over HTTP: what each caller sees, may do, and never reads back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from eventkit.metrics import exposition
from supervision.adapters.levels import Levels
from supervision.application.notifying import Notifying
from supervision.config import HttpSettings
from supervision.entrypoints import deliveries
from supervision.entrypoints.http import make_app
from tests.integration.supervision.place import Place
from tests.integration.supervision.post import NOW, SECRET, Post, assigned, given, notice
from tests.integration.supervision.test_http import Caller, slug
from tests.support.http import TestClient
from tests.support.metering import value
from tests.support.tokens import AUDIENCE, ISSUER, Issuer
from tests.unit.supervision.made import ENTERPRISE, step

OFFICE: dict[str, Any] = {"roles": ["office"], "agency": "jinxian"}
FOREIGN: dict[str, Any] = {"roles": ["office"], "agency": "daan"}
LEADER: dict[str, Any] = {"roles": ["leader"], "agency": "jinxian"}
HEAD: dict[str, Any] = {"roles": ["leader"], "agency": "jinxian", "sub": "head"}
POWER: dict[str, Any] = {"roles": ["department"], "agency": "jinxian", "department": "power"}
FINANCE: dict[str, Any] = {**POWER, "department": "finance"}
TWIN: dict[str, Any] = {**POWER, "agency": "daan"}
OWNER: dict[str, Any] = {"roles": ["enterprise"], "enterprise": ENTERPRISE}
STRANGER: dict[str, Any] = {"roles": ["enterprise"], "enterprise": "another"}
OPERATOR: dict[str, Any] = {"roles": ["operator"]}
ANALYST: dict[str, Any] = {"roles": ["analyst"], "agency": "jinxian"}
EVERYBODY = [OFFICE, FOREIGN, LEADER, HEAD, POWER, FINANCE, TWIN, OWNER, STRANGER]

MAIL = "/addresses/unit/power/email"
HOOK = "/addresses/unit/power/webhook"


@pytest.fixture
def caller(engine: Engine, issuer: Issuer, post: Post) -> Iterator[Caller]:
    """The application with the notifier's key and policy."""
    about: dict[str, Any] = {"jwks_file": str(issuer.file), "issuer": ISSUER, "audience": AUDIENCE, "http_port": 0}
    about |= {"address_key_file": str(post.key_file), "webhook_targets": "any"}
    with TestClient(make_app(HttpSettings(database_url="unused", **about), engine)) as client:
        yield Caller(client, issuer)


def given_everybody_told(place: Place, post: Post) -> None:
    """One event of which all kinds of recipients are told, in their inboxes."""
    to = ("unit", "supporting", "office", "enterprise", "role:department_head", "role:county_leader", "role:clerk")
    given(place, notice("case_assigned", *to), people={"head": "county_leader"})
    place.hear(assigned(NOW, "finance"))
    post.run()


def inbox(caller: Caller, who: dict[str, Any], query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = caller.send("GET", f"/inbox{query}", who, **headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (OFFICE, {"office"}),
        (POWER, {"unit", "role"}),
        (FINANCE, {"unit"}),
        (HEAD, {"person"}),
        (OWNER, {"enterprise"}),
        (LEADER, set()),
        (FOREIGN, set()),
        (TWIN, set()),
        (STRANGER, set()),
    ],
)
def test_everybody_sees_their_own_inbox(
    place: Place, post: Post, caller: Caller, who: dict[str, Any], seen: set[str]
) -> None:
    given_everybody_told(place, post)
    items = inbox(caller, who)
    assert {item["recipient_kind"] for item in items} == seen
    assert len(items) == len(seen)


def test_inbox_tells_its_language(place: Place, post: Post, caller: Caller) -> None:
    for asked, told in (({}, "zh"), ({"Accept_Language": "en"}, "en")):
        headers = caller.send("GET", "/inbox", FINANCE, **asked).headers
        assert (headers["content-language"], headers["vary"]) == (told, "Accept-Language")


def test_inbox_speaks_chinese_unless_asked(place: Place, post: Post, caller: Caller) -> None:
    given_everybody_told(place, post)
    [item] = inbox(caller, FINANCE)
    assert (item["subject"], item["withdrawn"]) == ("【四进四问】变压器容量不足：交办给供电公司", False)
    [item] = inbox(caller, FINANCE, Accept_Language="en")
    assert item["text"].startswith("变压器容量不足\nAssigned to 供电公司\nCase: ")


def test_only_the_recipient_marks_it_read_and_once(place: Place, post: Post, caller: Caller) -> None:
    given_everybody_told(place, post)
    [item] = inbox(caller, FINANCE, "?unread=true")
    path = f"/inbox/{item['notification']}/reading"
    for who in EVERYBODY:
        if who != FINANCE:
            assert slug(caller.send("POST", path, who, {})) == (404, "unknown-notification")
    assert slug(caller.send("POST", path, ANALYST, {})) == (403, "forbidden")
    assert caller.send("POST", path, FINANCE, {}).status_code == 201
    again = caller.send("POST", path, {**FINANCE, "sub": "colleague"}, {})
    assert (again.status_code, again.json()["read_by"]) == (200, "tester")
    assert inbox(caller, FINANCE, "?unread=true") == []
    assert [one["read_by"] for one in inbox(caller, FINANCE, "?unread=false")] == ["tester"]
    assert place.kinds()["notification_read"] == 1


def test_inbox_is_paged(place: Place, post: Post, caller: Caller) -> None:
    given(place, notice("case_assigned", "unit"), notice("letter_received", "unit"), notice("case_accepted", "unit"))
    place.hear(assigned(), step("received", NOW, NOW), step("accepted", NOW, NOW))
    post.run()
    seen, after = [], ""
    while True:
        shown = caller.send("GET", f"/inbox?limit=1{after}", POWER).json()
        seen += [item["event"] for item in shown["items"]]
        if shown["next"] is None:
            break
        after = f"&after={shown['next']}"
    assert sorted(seen) == ["case_accepted", "case_assigned", "letter_received"]


def put(caller: Caller, path: str, who: dict[str, Any], address: str, **more: Any) -> httpx.Response:
    return caller.send("PUT", path, who, {"address": address, **more})


def test_address_is_used_and_never_shown(place: Place, post: Post, caller: Caller) -> None:
    given(place, notice("case_assigned", "unit", channels=("email", "webhook")))
    assert put(caller, MAIL, OFFICE, "duty@power.example").status_code == 200
    assert put(caller, HOOK, POWER, post.hook.url, secret=SECRET, language="en").status_code == 200
    place.hear(assigned())
    post.run()
    assert (post.mailbox.messages[0]["To"], len(post.hook.requests)) == ("duty@power.example", 1)
    listed = caller.send("GET", "/addresses", OFFICE)
    assert [item["shown"] for item in listed.json()["items"]] == ["d***@power.example", f"{post.hook.url[:-5]}/…"]
    everything = listed.text + "".join(row.data for row in place.events())
    everything += str(place.scalar("SELECT string_agg(body, '') FROM idempotency"))
    everything += str(place.scalar("SELECT string_agg(encode(sealed, 'escape'), '') FROM addresses"))
    assert "duty@" not in everything and SECRET not in everything and "/hook" not in everything


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (OFFICE, MAIL, 200),
        (POWER, MAIL, 200),
        (POWER, "/addresses/person/head/email", 200),
        (OFFICE, "/addresses/person/head/email", 200),
        (OFFICE, "/addresses/office/jinxian/email", 200),
        (OFFICE, "/addresses/role/county_leader/email", 200),
        (FINANCE, MAIL, 404),
        (FINANCE, "/addresses/person/head/email", 404),
        (POWER, "/addresses/office/jinxian/email", 404),
        (POWER, "/addresses/role/county_leader/email", 404),
        (FOREIGN, MAIL, 404),
        (FOREIGN, "/addresses/office/jinxian/email", 404),
        (TWIN, MAIL, 404),
        (OFFICE, "/addresses/unit/none/email", 404),
        (OFFICE, "/addresses/role/none/email", 404),
        (OFFICE, f"/addresses/enterprise/{ENTERPRISE}/email", 404),
        (OPERATOR, MAIL, 403),
        (LEADER, MAIL, 403),
        (OWNER, MAIL, 403),
        (OFFICE, "/addresses/unit/power/pigeon", 422),
    ],
)
def test_who_may_give_whom_an_address(
    place: Place, caller: Caller, who: dict[str, Any], path: str, status: int
) -> None:
    given(place, notice("case_assigned", "unit"), people={"head": "county_leader"})
    assert put(caller, path, who, "a@b.example").status_code == status
    removed = caller.send("POST", f"{path}/removal", who, {})
    assert removed.status_code == status
    if status == 200:
        assert slug(caller.send("POST", f"{path}/removal", who, {})) == (404, "unknown-address")


@pytest.mark.parametrize(
    ("path", "address", "more"),
    [
        (MAIL, "no address", {}),
        (MAIL, "a@b.example\r\nBcc: c@d.example", {}),
        (MAIL, "a@b.example,c@d.example", {}),
        (MAIL, "供电@b.example", {}),
        (MAIL, "a@b.example", {"secret": SECRET}),
        (HOOK, "ftp://hooks.example/", {"secret": SECRET}),
        (HOOK, "javascript:alert(1)", {"secret": SECRET}),
        (HOOK, "https://user:pass@hooks.example/", {"secret": SECRET}),
        (HOOK, "https:///nowhere", {"secret": SECRET}),
        (HOOK, "https://hooks.example:99999/", {"secret": SECRET}),
        (HOOK, "https://hooks.example/", {}),
        (HOOK, "https://hooks.example/", {"secret": "whsec_" + "A" * 33}),
    ],
)
def test_address_that_cannot_be_used_is_refused(
    place: Place, caller: Caller, path: str, address: str, more: dict[str, str]
) -> None:
    given(place, notice("case_assigned", "unit"))
    answer = put(caller, path, OFFICE, address, **more)
    assert slug(answer) == (422, "bad-address")
    assert address not in answer.text


def test_without_a_key_no_address_is_taken(place: Place, client: TestClient, issuer: Issuer) -> None:
    given(place, notice("case_assigned", "unit"))
    assert slug(put(Caller(client, issuer), MAIL, OFFICE, "a@b.example")) == (409, "no-address-key")


def test_dead_and_unaddressed_deliveries_are_seen_and_redriven(place: Place, post: Post, caller: Caller) -> None:
    given(place, notice("case_assigned", "unit", channels=("email", "webhook")))
    post.address("unit", "power", "webhook", post.hook.url)
    post.hook.answers = [(400, {})]
    place.hear(assigned())
    post.run()
    listed = caller.send("GET", "/deliveries?state=dead", OFFICE).json()["items"]
    assert [(item["channel"], item["reason"]) for item in listed] == [("webhook", "the webhook answered 400")]
    id = listed[0]["notification"]
    path = f"/deliveries/{id}/webhook/redrive"
    assert caller.send("GET", "/deliveries", FOREIGN).json()["items"] == []
    assert slug(caller.send("GET", "/deliveries", POWER)) == (403, "forbidden")
    assert slug(caller.send("POST", path, FOREIGN, {})) == (404, "unknown-delivery")
    assert slug(caller.send("POST", path, POWER, {})) == (403, "forbidden")
    assert caller.send("POST", path, OFFICE, {}).status_code == 201
    put(caller, MAIL, OFFICE, "duty@power.example")
    assert caller.send("POST", f"/deliveries/{id}/email/redrive", OPERATOR, {}).status_code == 201
    post.pass_(timedelta(minutes=1))
    post.run()
    assert post.states() == [("email", "delivered"), ("webhook", "delivered")]
    assert slug(caller.send("POST", path, OFFICE, {})) == (409, "not-to-redrive")
    assert place.kinds()["delivery_redriven"] == 2


def test_operator_retries_what_died(place: Place, post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    given(place, notice("case_assigned", "unit", "supporting", channels=("webhook",)))
    for unit in ("power", "finance"):
        post.address("unit", unit, "webhook", post.hook.url)
    post.hook.answers = [(400, {}), (400, {})]
    place.hear(assigned(NOW, "finance"))
    post.run()
    first, _ = deliveries.listed(place.engine, ("dead",))
    assert deliveries.retry(place.store, [str(first.notification)], post.now)
    assert not deliveries.retry(place.store, [str(first.notification), "nonsense"], post.now)
    assert deliveries.retry(place.store, ["all"], post.now)
    assert "1 are tried again" in capsys.readouterr().out
    post.pass_(timedelta(minutes=1))
    post.run()
    assert post.states() == [("webhook", "delivered")] * 2
    assert deliveries.listed(place.engine, deliveries.OPEN) == []


def test_operator_retries_all_however_many(
    place: Place, post: Post, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST", 2)
    given(place, notice("case_assigned", "unit", "supporting", "office", channels=("email", "webhook")))
    place.hear(assigned(NOW, "finance"))
    post.run()
    assert post.states() == [("email", "no_address"), ("webhook", "no_address")] * 3
    assert deliveries.retry(place.store, ["all"], post.now, "no_address")
    assert capsys.readouterr().out == "6 are tried again\n"
    assert {state for _, state in post.states()} == {"waiting"}


def test_cut_list_tells_how_many_there_are(
    place: Place, post: Post, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(place, notice("case_assigned", "unit", "supporting", "office", channels=("email",)))
    place.hear(assigned(NOW, "finance"))
    post.run()

    def shown(most: int, as_json: bool = False) -> str:
        monkeypatch.setattr(deliveries, "MOST", most)
        deliveries.show(place.engine, None, as_json)
        return capsys.readouterr().out

    assert shown(2).splitlines()[2:] == ["These are the oldest 2 of 3."]
    assert len(shown(3).splitlines()) == 3
    told = orjson.loads(shown(2, as_json=True))
    assert (len(told["deliveries"]), told["total"]) == (2, 3)


def test_department_sees_the_addresses_it_keeps(place: Place, caller: Caller) -> None:
    given(place, notice("case_assigned", "unit"), people={"head": "county_leader"})
    for path in (MAIL, "/addresses/person/head/email", "/addresses/unit/finance/email"):
        put(caller, path, OFFICE, "a@b.example")
    seen = {
        name: [item["recipient"] for item in caller.send("GET", "/addresses", who).json()["items"]]
        for name, who in {"office": OFFICE, "power": POWER, "twin": TWIN, "foreign": FOREIGN}.items()
    }
    assert seen == {"office": ["head", "finance", "power"], "power": ["head", "power"], "twin": [], "foreign": []}


def test_command_line_ends_with_an_honest_status(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", channels=("email",)))
    place.hear(assigned())
    post.run()
    url = place.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "BUGLE_DATABASE_URL": url, "BUGLE_METRICS_PORT": "0"}

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", deliveries.__name__, *options]
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    listed = run("--json")
    assert listed.returncode == 0, listed.stderr
    [told] = orjson.loads(listed.stdout)["deliveries"]
    assert (told["state"], told["recipient"]) == ("no_address", "power")
    assert "no_address" in run().stdout
    assert [run("--retry", one).returncode for one in ("nonsense", told["notification"], told["notification"])] == [
        1,
        0,
        1,
    ]
    assert run("--retry", "all", "--state", "delivered").stdout == "0 are tried again\n"


def test_levels_are_shown_as_metrics(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", "office", channels=("email",)))
    place.hear(assigned())
    post.run(smtp_host="")
    Levels(place.engine).tell()
    shown = exposition()[0].decode()
    assert 'bugle_deliveries{channel="email",state="held"} 2.0' in shown
    assert 'bugle_deliveries{channel="webhook",state="dead"} 0.0' in shown
    assert 'bugle_deliveries_oldest_seconds{channel="email",state="held"}' in shown


def test_notifier_counts_what_came_of_it(place: Place, post: Post) -> None:
    raised, lacking = value("bugle_notifier_raised_total"), value("bugle_notifier_outcomes_total", outcome="no_address")
    given(place, notice("case_assigned", "unit", channels=("email",)))
    place.hear(assigned())
    post.run()
    assert value("bugle_notifier_raised_total") == raised + 1
    assert value("bugle_notifier_outcomes_total", outcome="no_address") == lacking + 1


def test_fault_in_raising_is_counted(place: Place, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise KeyError("fault")

    failures = value("bugle_notifier_failures_total")
    given(place, notice("case_assigned", "unit"))
    place.hear(assigned())
    monkeypatch.setattr(Notifying, "tell", broken)
    post.run()
    assert value("bugle_notifier_failures_total") > failures


def test_cancelled_delivery_is_not_redriven(place: Place, post: Post, caller: Caller) -> None:
    given(place, notice("card_issued", "unit", channels=("webhook",)))
    place.hear(assigned(), step("received", NOW - timedelta(hours=5), NOW))
    place.watermark(NOW + timedelta(hours=1))
    place.sweeper().sweep()
    post.run()
    place.hear(step("contacted", NOW - timedelta(hours=4, minutes=30), datetime.now(UTC)))
    place.watermark(NOW + timedelta(hours=2))
    place.sweeper().sweep()
    [item] = caller.send("GET", "/deliveries", OFFICE).json()["items"]
    assert (item["state"], item["reason"]) == ("cancelled", "its ground has gone")
    answer = caller.send("POST", f"/deliveries/{item['notification']}/webhook/redrive", OFFICE, {})
    assert slug(answer) == (409, "not-to-redrive")


def test_other_secret_under_the_same_key_is_refused(place: Place, post: Post, caller: Caller) -> None:
    given(place, notice("case_assigned", "unit"))
    first, second = ({"address": "https://a.test/hook", "secret": f"whsec_{text * 8}"} for text in ("MTIz", "NDU2"))
    statuses = [caller.send("PUT", HOOK, OFFICE, body, Idempotency_Key="k") for body in (first, first, second)]
    assert [answer.status_code for answer in statuses] == [200, 200, 422]
    assert slug(statuses[2]) == (422, "key-reused")
    assert place.scalar("SELECT count(*) FROM idempotency WHERE body LIKE '%whsec_%'") == 0
