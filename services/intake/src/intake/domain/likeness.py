"""How alike two titles of issues are: what makes a duplicate worth a look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from intake.domain.programme import Programme

_FRAME = re.compile("关于|有关|反映|希望|请求|恳请|建议|申请|协调|解决|问题|需要|的|了|请")
"""Words that frame a request and say nothing of its matter."""
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十百千万]+(?=[号期楼栋年月线区])")
_OTHER_NUMBER = 50
"""The most that titles with other numbers (phase two, 2021, line 3) are alike, in percent."""


Similarity = Callable[[str, str], float]
"""How alike two texts are as bags of characters: from 0 (nothing in common) to 1 (the same characters)."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which issues are suggested: at least so alike, in percent, and reported at most so far apart."""

    score: int
    within: timedelta


def search(programme: Programme) -> Search:
    """What the programme says of duplicates; 80 percent and a year where it says nothing."""
    told = programme.document.get("duplicates", {})
    return Search(told.get("score", 80), timedelta(days=told.get("days", 365)))


def score(one: str, other: str, similarity: Similarity) -> int:
    """How alike two titles are, in percent. Order of words, width of characters and framing words do not count."""
    alike = round(100 * similarity(_matter(one), _matter(other)))
    first, second = _numbers(one), _numbers(other)
    return min(alike, _OTHER_NUMBER) if first and second and first != second else alike


def _matter(title: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", title).casefold() if c.isalnum())
    return "".join(sorted(_FRAME.sub("", plain) or plain))


def _numbers(title: str) -> set[str]:
    return set(_NUMBER.findall(unicodedata.normalize("NFKC", title)))
