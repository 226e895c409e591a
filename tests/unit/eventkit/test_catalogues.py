"""Which language an answer comes in, and what a catalogue does not have."""

from __future__ import annotations

import pytest
from babel.messages.pofile import PoFileError

from eventkit.catalogues import ON_PAPER, accepted, catalogue

SPOKEN = "tests.unit.eventkit.spoken"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans-CN", "zh"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("ZH-cn", "zh"),
        ("fr, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense", "en"),
        ("zh;q=7", "en"),
        ("*", "en"),
        (",;,;=,", "en"),
    ],
)
def test_header_chooses_the_language(header: str | None, language: str) -> None:
    assert accepted(header) == language


def test_paper_speaks_chinese_unless_asked() -> None:
    assert accepted(None, ON_PAPER) == "zh"
    assert accepted("en-GB", ON_PAPER) == "en"


def test_catalogue_speaks_chinese() -> None:
    assert catalogue(SPOKEN, "zh").gettext("Closed out") == "销号"


def test_english_needs_no_catalogue() -> None:
    assert catalogue(SPOKEN, "en").gettext("Closed out") == "Closed out"


def test_missing_text_comes_back_unchanged() -> None:
    assert catalogue(SPOKEN, "zh").gettext("Never said") == "Never said"


def test_other_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="there are: zh, en"):
        catalogue(SPOKEN, "fr")


def test_broken_catalogue_is_refused() -> None:
    with pytest.raises(PoFileError):
        catalogue("tests.unit.eventkit.broken", "zh")
