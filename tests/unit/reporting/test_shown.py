"""What finds the numbers of a page: each stands alone, and its address is that of the link around it."""

from __future__ import annotations

import pytest

from tests.support.shown import Number, numbers, stated

PAGE = """<nav><a href="/x">9</a></nav><main><h2>Due 3 days</h2><p><a href="/a"><b>1,234</b></a> / <br>56
<img src="x" alt=""> <a href="/c">88.65%</a></p><td class="n rank">1</td><span class="dim nought">0</span>
<progress max="3" value="2"></progress><td>2021-04</td></main>"""


def test_numbers_bear_their_addresses() -> None:
    assert numbers(PAGE) == [Number("1,234", "/a"), Number("56", None), Number("88.65%", "/c")]


@pytest.mark.parametrize(("text", "value"), [("1,234", 1234), ("88.65%", 0.8865), ("+3", 3), ("-1.5", -1.5)])
def test_number_has_a_value(text: str, value: float) -> None:
    assert Number(text, None).value == pytest.approx(value)


SENTENCES = """<main><p>Known up to 2021-04-22 18:00. <a href="/coverage?way=team">By a team 1,508</a>, nobody 3</p>
<a href="/issues/7">3号线第2期 · 12</a> <a href="/issues/7/events/8">level 2</a> <b class="given">within 3 days</b>
<li>企业001 in 2021-Q2</li><a href="/points">Missed ×2 (-4)</a></main>"""


def test_sentences_have_numbers_too() -> None:
    assert stated(SENTENCES) == [
        Number("1,508", "/coverage?way=team"),
        Number("3", None),
        Number("2", "/issues/7/events/8"),
        Number("2", "/points"),
        Number("-4", "/points"),
    ]
    assert numbers(SENTENCES) == []
