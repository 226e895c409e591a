"""Sending for real: a mail server and a web server on the loopback, several notifiers, and what goes wrong between."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest

from eventkit.moments import until
from supervision.adapters import mail, webhook
from supervision.application.delivering import Address, Letter
from tests.integration.supervision.place import Place
from tests.integration.supervision.post import CONTACT, NOW, SECRET, Post, assigned, given, notice
from tests.unit.supervision.made import step

MAIL = "duty@power.example"


def given_told(place: Place, post: Post, *channels: str, language: str = "zh") -> None:
    """The power company, which has both addresses, is given the case and told of it in these ways."""
    given(place, notice("case_assigned", "unit", channels=channels))
    for channel, address in {"email": MAIL, "webhook": post.hook.url}.items():
        post.address("unit", "power", channel, address, language)
    place.hear(assigned())


def test_mail_arrives_once_in_chinese(place: Place, post: Post) -> None:
    given_told(place, post, "inbox", "email")
    post.run()
    post.pass_()
    post.run()
    [message] = post.mailbox.messages
    assert message["Subject"] == "【四进四问】变压器容量不足：交办给供电公司"
    assert (message["From"], message["To"]) == ("bugle@county.example", MAIL)
    assert message.get_content().splitlines()[:2] == ["变压器容量不足", "交办给供电公司"]
    assert post.deliveries() == [("email", "delivered", 1, None), ("inbox", "delivered", 0, None)]
    assert place.kinds()["notification_delivered"] == 1


def test_mail_is_in_the_language_of_its_address(place: Place, post: Post) -> None:
    given_told(place, post, "email", language="en")
    post.run()
    assert post.mailbox.messages[0]["Subject"] == "[Four entries] 变压器容量不足: Assigned to 供电公司"


def test_title_cannot_add_a_header(place: Place, post: Post) -> None:
    given_told(place, post, "email")
    with place.store.transaction() as tx:
        title = "断电\r\nBcc: all@county.example\x85X: y"
        tx.connection.exec_driver_sql("UPDATE case_words SET title = %(title)s", {"title": title})
    post.run()
    [message] = post.mailbox.messages
    assert message["Bcc"] is None and message["X"] is None
    assert message["Subject"] == "【四进四问】断电 Bcc: all@county.example X: y：交办给供电公司"


def test_title_cannot_hide_a_header_in_an_encoded_word(place: Place, post: Post) -> None:
    given_told(place, post, "email")
    with place.store.transaction() as tx:
        title = "断电 =?utf-8?q?x=0d=0aReply-To:_evil@county.example=0d=0a=0d=0aPay?= 急 =?utf-8?q?=00?="
        tx.connection.exec_driver_sql("UPDATE case_words SET title = %(title)s", {"title": title})
    post.run()
    [message] = post.mailbox.messages
    assert message["Reply-To"] is None and message["Message-ID"] is not None
    assert not set("\r\n\x00") & set(str(message["Subject"]))
    assert str(message["Subject"]).replace("\u200b", "") == f"【四进四问】{title}：交办给供电公司"


def test_webhook_is_signed_and_says_what_the_mail_says(place: Place, post: Post) -> None:
    given_told(place, post, "webhook")
    post.run()
    [(headers, body)] = post.hook.requests
    assert headers["webhook-signature"] == signed(headers, body)
    assert abs(int(headers["webhook-timestamp"]) - post.now.timestamp()) < 2
    said = orjson.loads(body)
    assert (said["type"], said["data"]["notification"]) == ("case_assigned", headers["webhook-id"])
    assert said["data"]["subject"] == "【四进四问】变压器容量不足：交办给供电公司"
    other = {**headers, "webhook-timestamp": "1"}
    assert headers["webhook-signature"] != signed(other, body)


def test_reminder_says_when_the_limit_runs_out(place: Place, post: Post) -> None:
    """Not when the reminder was due, an hour before."""
    clock = {**CONTACT, "limit": "3h", "remind": "1h"}
    given(place, notice("reminder_sent", "unit", channels=("webhook",)), clocks=[clock])
    post.address("unit", "power", "webhook", post.hook.url)
    at = NOW - timedelta(hours=5)
    place.hear(assigned(at), step("received", at, NOW))
    place.watermark(NOW + timedelta(hours=1))
    place.sweeper().sweep()
    post.run()
    [(_, body)] = post.hook.requests
    due = until(at + timedelta(hours=3), ZoneInfo("Asia/Shanghai"))
    assert orjson.loads(body)["data"]["subject"] == f"【四进四问】变压器容量不足：对接企业：{due}到期"


def signed(headers: dict[str, str], body: bytes) -> str:
    """The signature as a receiver works it out."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def test_failing_webhook_is_retried_given_up_and_redriven(place: Place, post: Post) -> None:
    given_told(place, post, "webhook")
    post.hook.always = 500
    post.run()
    assert post.deliveries() == [("webhook", "waiting", 1, "the webhook answered 500")]
    post.run()
    assert len(post.hook.requests) == 1
    for _ in range(3):
        post.pass_()
        post.run()
    assert post.deliveries() == [("webhook", "dead", 3, "the webhook answered 500")]
    assert len(post.hook.requests) == 3
    [given_up] = [row for row in place.events() if "delivery_given_up" in row.type]
    assert orjson.loads(given_up.data)["reason"] == "the webhook answered 500"


@pytest.mark.parametrize(
    ("status", "headers", "state"),
    [
        (404, {}, "dead"),
        (410, {}, "dead"),
        (302, {"Location": "http://127.0.0.1:1/"}, "dead"),
        (429, {}, "waiting"),
        (408, {}, "waiting"),
        (503, {}, "waiting"),
    ],
)
def test_answer_says_whether_to_try_again(
    place: Place, post: Post, status: int, headers: dict[str, str], state: str
) -> None:
    given_told(place, post, "webhook")
    post.hook.answers = [(status, headers)]
    post.run()
    assert post.states() == [("webhook", state)]
    assert len(post.hook.requests) == 1


def test_receiver_may_ask_for_more_time(place: Place, post: Post) -> None:
    given_told(place, post, "webhook")
    post.hook.answers = [(503, {"Retry-After": "1800"})]
    post.run()
    post.pass_(timedelta(minutes=29))
    post.run()
    assert len(post.hook.requests) == 1
    post.pass_(timedelta(minutes=2))
    post.run()
    assert post.states() == [("webhook", "delivered")]


def test_refused_recipient_is_final_and_a_full_mailbox_is_not(place: Place, post: Post) -> None:
    given_told(place, post, "email")
    post.mailbox.answers = ["452 mailbox full"]
    post.run()
    assert post.deliveries() == [("email", "waiting", 1, "the mail server refused the message (452)")]
    post.mailbox.refused = {MAIL}
    post.pass_()
    post.run()
    assert post.deliveries() == [("email", "dead", 2, "the mail server refused the recipient (550)")]
    assert MAIL not in "".join(row.data for row in place.events())


def test_two_notifiers_side_by_side_send_once(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", "supporting", "office", channels=("email", "webhook")))
    for kind, id in (("unit", "power"), ("unit", "finance"), ("office", "jinxian")):
        post.address(kind, id, "email", f"{id}@county.example")
        post.address(kind, id, "webhook", post.hook.url)
    place.hear(assigned(NOW, "finance"))
    threads = [Thread(target=post.run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Counter(str(message["Message-ID"]) for message in post.mailbox.messages).values()) == {1}
    assert set(Counter(headers["webhook-id"] for headers, _ in post.hook.requests).values()) == {1}
    assert [state for _, state in post.states()] == ["delivered"] * 6


class Killed(BaseException):
    """The process ended."""


def test_crash_between_sending_and_recording_resends_recognisably(
    place: Place, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_told(place, post, "email")
    post.notifier().raising.round()
    send = mail.Mailer.send

    def die(self: mail.Mailer, *about: Any) -> None:
        send(self, *about)
        raise Killed

    monkeypatch.setattr(mail.Mailer, "send", die)
    with pytest.raises(Killed):
        post.notifier().delivering.round()
    monkeypatch.setattr(mail.Mailer, "send", send)
    post.run()
    assert len(post.mailbox.messages) == 1
    post.pass_(timedelta(minutes=6))
    post.run()
    first, second = post.mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert UUID(first["Message-ID"].strip("<>").partition("@")[0])
    assert post.deliveries() == [("email", "delivered", 2, None)]


def test_delivery_that_kills_its_notifier_is_given_up(
    place: Place, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_told(place, post, "email")
    post.notifier().raising.round()

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mail.Mailer, "send", die)
        for _ in range(3):
            with pytest.raises(Killed):
                post.notifier().delivering.round()
            post.pass_(timedelta(minutes=6))
    post.run()
    assert post.states() == [("email", "dead")]
    assert post.mailbox.messages == []


def test_sending_that_went_on_while_its_ground_went_is_told_as_delivered(
    place: Place, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_told(place, post, "email")
    post.notifier().raising.round()
    send = mail.Mailer.send

    def meanwhile(self: mail.Mailer, *about: Any) -> None:
        with place.store.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE deliveries SET state = 'cancelled', claim = NULL")
        send(self, *about)

    monkeypatch.setattr(mail.Mailer, "send", meanwhile)
    post.run()
    assert post.states() == [("email", "delivered")]


def test_without_a_mail_server_mail_is_held_and_then_goes_out(place: Place, post: Post) -> None:
    given_told(place, post, "email", "webhook")
    post.run(smtp_host="")
    assert post.deliveries() == [
        ("email", "held", 0, "no mail server is set: BUGLE_SMTP_HOST"),
        ("webhook", "delivered", 1, None),
    ]
    post.run()
    assert post.states() == [("email", "delivered"), ("webhook", "delivered")]


def test_without_a_key_everything_is_held(place: Place, post: Post) -> None:
    given_told(place, post, "email", "webhook")
    post.run(address_key_file="")
    assert post.states() == [("email", "held"), ("webhook", "held")]


def test_recipient_without_an_address_is_shown_as_such(place: Place, post: Post) -> None:
    given(place, notice("case_assigned", "unit", channels=("email",)))
    place.hear(assigned())
    post.run()
    assert post.deliveries() == [("email", "no_address", 1, "the recipient has no address")]


@pytest.mark.parametrize(
    ("targets", "reason"),
    [("public", "the webhook's URL is not allowed"), ("https", "the webhook's URL is not allowed")],
)
def test_http_needs_a_policy_that_allows_it(place: Place, post: Post, targets: str, reason: str) -> None:
    given_told(place, post, "webhook")
    post.run(webhook_targets=targets)
    assert post.deliveries() == [("webhook", "dead", 1, reason)]
    assert post.hook.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]"]
)
def test_public_policy_keeps_out_of_private_networks(host: str) -> None:
    caller = webhook.Caller("public", 1.0)
    letter: Any = Letter(UUID(int=1), "case_assigned", "jinxian", None, NOW, None)  # type: ignore[arg-type]
    with pytest.raises(webhook.NotSent, match="private network"):
        caller._look_up(webhook.httpx.URL(f"https://{host}/hook"))
    with pytest.raises(webhook.NotSent):
        caller.send(letter, Address(f"http://{host}/", SECRET, "zh"), NOW)


def test_unreachable_servers_are_tried_again(place: Place, post: Post) -> None:
    given_told(place, post, "email", "webhook")
    post.address("unit", "power", "webhook", "http://127.0.0.1:9/")
    post.run(smtp_port=9)
    assert post.deliveries() == [
        ("email", "waiting", 1, "the mail server cannot be used (ConnectionRefusedError)"),
        ("webhook", "waiting", 1, "the webhook cannot be reached (ConnectError)"),
    ]
