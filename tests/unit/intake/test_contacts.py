"""A contact is recorded once, erased once, and never recorded again under its reference."""

from __future__ import annotations

from intake.domain import enterprise
from intake.domain.enterprise import Enterprise
from intake.domain.events import ContactErased, ContactRecorded, EnterpriseRegistered
from tests.unit.intake.made import NOW, given, refused

REGISTERED = EnterpriseRegistered("e1", "jinxian", "荣鑫实业", "key", None, None, False, NOW)
RECORDED = ContactRecorded("e1", "c1", NOW)
ERASED = ContactErased("e1", "c1", NOW)


def test_contact_is_erased_once() -> None:
    state = given(Enterprise(), enterprise.apply, [REGISTERED, RECORDED])
    assert enterprise.erase(state, "c1", NOW) == [ERASED]
    assert enterprise.erase(enterprise.apply(state, ERASED), "c1", NOW) == []


def test_unknown_contact_is_not_erased() -> None:
    state = given(Enterprise(), enterprise.apply, [REGISTERED])
    refused(lambda: enterprise.erase(state, "c1", NOW), "not-found", "contact_ref")


def test_erased_reference_is_never_used_again() -> None:
    state = given(Enterprise(), enterprise.apply, [REGISTERED, RECORDED, ERASED])
    refused(lambda: enterprise.contact(state, "c1", NOW), "contact-erased", "contact_ref")
