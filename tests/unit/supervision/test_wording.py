"""What notifications say: every event in both languages, whole, and fit for a header."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest

import contracts
from eventkit.catalogues import LANGUAGES, catalogue
from supervision.adapters.addresses import shown
from supervision.adapters.mail import Mailer, Server
from supervision.adapters.messages import CODEC
from supervision.adapters.webhook import fault_of, key_of
from supervision.application.delivering import Address, Letter
from supervision.application.wording import (
    ABOUT,
    ALONE,
    BODY,
    LIMITS,
    LINES,
    UNKNOWN,
    WORDS,
    Told,
    Words,
    one_line,
    say,
)
from supervision.domain.notice import HEARD, NAMES, OWN
from supervision.domain.policy import Policy
from tests.unit.supervision.made import CASE, CONTACT, document
from tests.unit.supervision.test_messages import envelope

CLOCK = {**CONTACT, "id": "contact", "zh": "对接企业", "en": "Contact with the enterprise"}
POLICY = Policy.of("jinxian", 1, document(CLOCK, title={"zh": "四进四问", "en": "Four entries"}))
MESSAGES = [*LINES.values(), *LIMITS.values(), *BODY, UNKNOWN, ABOUT, ALONE]
MESSAGES += [word for words in WORDS.values() for word in words.values()]


def example(name: str) -> Any:
    """The event of a contract's example, as supervision has it."""
    if name in HEARD.values():
        fact = next(fact for fact, told in HEARD.items() if told == name)
        return replace(example("fact_learnt"), fact=fact, outcome="solved")
    held = [c for c in contracts.EVENTS.values() if (c.service, c.name) == ("supervision", name)]
    return CODEC.decode(envelope(held[-1].example))


def words(name: str, language: str, **changes: Any) -> Words:
    event = example(name)
    held = {
        "notification": CASE,
        "name": name,
        "policy": POLICY,
        "case": CASE,
        "event": event,
        "about": "变压器容量不足",
        "ends": datetime(2021, 3, 16, 16, tzinfo=UTC) if name == "reminder_sent" else None,
    }
    return say(Told(**{**held, "units": {"power-company": "供电公司"}, **changes}), language)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_event_that_can_be_told_has_a_text_and_none_else() -> None:
    assert LINES.keys() == NAMES == contracts.NOTIFIABLE
    assert {name.removesuffix(".v1") for name in CODEC.events} >= {*OWN} - {"misses_rescinded"}


@pytest.mark.parametrize("message", sorted(set(MESSAGES)))
def test_text_is_in_the_chinese_catalogue_with_the_same_places(message: str) -> None:
    chinese = catalogue("supervision", "zh").gettext(message)
    assert chinese != message
    assert placeholders(chinese) == placeholders(message)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_event_can_be_said(name: str, language: str) -> None:
    said = words(name, language)
    assert "{" not in said.subject + said.text
    assert "变压器容量不足" in said.subject
    assert catalogue("supervision", language).gettext(UNKNOWN) not in said.subject


@pytest.mark.parametrize("name", sorted(NAMES))
def test_placeholder_is_a_field_of_the_event(name: str) -> None:
    assert placeholders(LINES[name]) <= {*example(name).__dataclass_fields__, "ends"}


def test_fields_are_said_as_readers_know_them() -> None:
    event = replace(example("reminder_sent"), clock="contact:2")
    assert (
        words("reminder_sent", "zh", event=event).subject
        == "【四进四问】变压器容量不足：对接企业：2021-03-16 24:00到期"
    )
    event = replace(example("card_issued"), clock="other", colour="blue")
    assert words("card_issued", "en", event=event).subject.endswith("blue for a limit that ran out: other")
    event = replace(example("extension_asked"), limit="5wd", unit="power-company", clock="contact")
    assert words("extension_asked", "zh", event=event).subject.endswith("供电公司申请延期5个工作日：对接企业")
    event = replace(example("result_reported"), outcome=None, unit="x")
    assert words("result_reported", "en", event=event).subject.endswith("x reports the result: unknown")


def test_duty_without_a_title_is_called_by_its_rule() -> None:
    said = words("duty_reminded", "zh", about=None, rule="letter_reply", case=None)
    assert said.subject.startswith("【四进四问】回复督办单：")
    assert "办件" not in said.text
    assert words("case_closed_out", "en", about=None).subject == "[Four entries] Closed out"


@pytest.mark.parametrize("text", ["a\r\nBcc: b", "a\nb", "a\x00b", "a\u2028b", "长" * 500])
def test_subject_is_one_short_line(text: str) -> None:
    assert not set("\r\n\x00\u2028") & set(one_line(text))
    assert len(one_line(text)) <= 150


def test_message_is_the_same_whenever_it_is_made() -> None:
    said, address = words("card_issued", "zh"), Address("a@b.example", None, "zh")
    letter = Letter(
        example("card_issued").card, "card_issued", "jinxian", CASE, datetime(2021, 3, 16, tzinfo=UTC), said
    )
    mailer = Mailer(Server("mail.example", 25, "bugle@county.example"))
    one, other = (mailer.message(letter, address, datetime(2021, 3, day, tzinfo=UTC)) for day in (16, 17))
    assert one["Message-ID"] == other["Message-ID"] == f"<{letter.notification}@county.example>"
    assert one["Auto-Submitted"] == "auto-generated"
    assert "password" not in repr(Server("mail.example", 25, "b@c.example", False, "u", "password"))


@pytest.mark.parametrize(
    ("url", "targets", "usable"),
    [
        ("https://hooks.example/a?b=c", "public", True),
        ("http://hooks.example/", "public", False),
        ("http://hooks.example/", "https", False),
        ("http://hooks.example/", "any", True),
        ("https://u:p@hooks.example/", "any", False),
        ("https://hooks.example/#part", "any", False),
        ("https://hooks.example:0/", "any", False),
        ("https://[::1/", "any", False),
        ("https://hooks.example/\nX: y", "any", False),
        ("https://供电.example/", "any", False),
        ("file:///etc/passwd", "any", False),
    ],
)
def test_webhook_url_is_judged_by_the_policy(url: str, targets: Any, usable: bool) -> None:
    assert (fault_of(url, targets) is None) == usable


@pytest.mark.parametrize("secret", ["whsec_", "A" * 40, "whsec_" + "A" * 28, "whsec_é" + "A" * 39, "whsec_" + "A" * 33])
def test_secret_must_be_long_and_readable(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        key_of(secret)


def test_only_part_of_an_address_is_shown() -> None:
    assert shown("email", "wang@power.example") == "w***@power.example"
    assert shown("webhook", "https://hooks.example:8443/token/abc") == "https://hooks.example:8443/…"
    assert shown("webhook", "https://hooks.example?token=abc") == "https://hooks.example/…"
