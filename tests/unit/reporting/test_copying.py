"""Values in PostgreSQL's COPY text format."""

from __future__ import annotations

import pytest

from reporting.rebuild.copying import line
from tests.unit.reporting.made import day


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\\N"),
        (True, "t"),
        (False, "f"),
        (12, "12"),
        ("进企办", "进企办"),
        ("a\tb\\c\nd\re", "a\\tb\\\\c\\nd\\re"),
        ('{"note":"a\\nb"}', '{"note":"a\\\\nb"}'),
        ([], "{}"),
        (['a"b', "c\\d", "NULL"], '{"a\\\\"b","c\\\\\\\\d","NULL"}'),
        (day(0), "2021-03-01T01:00:00+00:00"),
    ],
)
def test_value_as_copy_text(value: object, text: str) -> None:
    assert line((value,)) == text


def test_row_is_tab_separated() -> None:
    assert line(("a", None, 1)) == "a\t\\N\t1"
