"""Whom a visitor may choose to be, as the sign-in of pages and console list it."""

from __future__ import annotations

from pagekit.signing import Choices


def test_agency_offers_roles_and_departments() -> None:
    held = Choices.of_agency("jinxian", ["四进四问", "助企"], {"office": "Office"}, "Department", {"bank": "银行"})
    assert held.title == "jinxian · 四进四问 · 助企"
    assert held.options == [("office/jinxian", "Office · jinxian"), ("department/jinxian/bank", "Department · 银行")]
