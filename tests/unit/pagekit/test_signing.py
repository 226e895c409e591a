"""Whom a visitor may choose to be, as the sign-in of pages and console list it."""

from __future__ import annotations

import pytest

from eventkit.caller import Caller
from pagekit.roles import account
from pagekit.signing import Choices


def test_agency_offers_roles_and_departments() -> None:
    held = Choices.of_agency("jinxian", ["四进四问", "助企"], {"office": "Office"}, "Department", {"bank": "银行"})
    assert held.title == "四进四问 · 助企"
    assert [(one.value, one.title) for one in held.options] == [
        ("office/jinxian", "Office · 四进四问 · 助企"),
        ("department/jinxian/bank", "Department · 银行"),
    ]


def test_agency_without_titles_has_its_id() -> None:
    assert Choices.of_agency("jinxian", [""], {"office": "Office"}, "Department", {}).title == "jinxian"


@pytest.mark.parametrize(("name", "called"), [("李明", "Leader · Office · 李明"), (None, "Leader · Office · li")])
def test_account_is_told_by_roles_and_name(name: str | None, called: str) -> None:
    assert account(Caller("li", "jinxian", None, None, frozenset({"office", "leader"}), name), str) == called
