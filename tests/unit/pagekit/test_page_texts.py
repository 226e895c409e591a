"""Every text of a page has its Chinese, fills the same places, and no catalogue keeps what no page says any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bugle.stack.home import ROOT
from eventkit.catalogues import LANGUAGES, catalogue
from tests.support.texts import narrow, said

WEB = ROOT / "services/reporting/src/reporting/web"
PAGES = {
    "reporting.web": WEB,
    "pagekit": ROOT / "libs/pagekit/src/pagekit",
    "console": ROOT / "frontends/console/src/console",
}
"""Packages that have templates; tests/architecture/test_texts.py looks whether the others' catalogues are whole."""
every_package = pytest.mark.parametrize("package", PAGES)
_BLOCKS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def spoken(folder: Path) -> set[tuple[str | None, str]]:
    """What templates and code look up, with its context."""
    found = extract_from_dir(folder, [("**.html", "jinja2"), ("**.py", "python")], options_map=_BLOCKS)
    return {(context, str(ids)) for _, _, ids, _, context in found}


def test_pages_are_said_in_chinese() -> None:
    texts = spoken(WEB)
    assert len(texts) > 200
    assert said(WEB / "catalogues/zh.po").keys() == texts


@every_package
def test_chinese_fills_the_same_places(package: str) -> None:
    for (_, id), text in said(PAGES[package] / "catalogues/zh.po").items():
        assert re.search("[\u4e00-\u9fff]", text), id
        assert set(_PLACEHOLDER.findall(id)) == set(_PLACEHOLDER.findall(text)), id


def test_chinese_of_pages_has_wide_punctuation() -> None:
    assert narrow(said(WEB / "catalogues/zh.po")) == []


@every_package
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_every_text(package: str, language: str) -> None:
    texts = catalogue(package, language)
    assert all(texts.pgettext(context, id) if context else texts.gettext(id) for context, id in spoken(PAGES[package]))


@every_package
def test_templates_say_nothing_past_the_catalogue(package: str, tmp_path: Path) -> None:
    """English words in a template outside a look-up would stay English in every language."""
    planted = tmp_path / "page.html"
    planted.write_text("<p>Never said</p>")
    assert list(unsaid(planted)) == ["Never said"]
    assert {
        file.name: list(unsaid(file)) for file in PAGES[package].glob("templates/*.html") if list(unsaid(file))
    } == {}


def unsaid(template: Path) -> list[str]:
    """Words between tags that no look-up says; the language's own name is meant to stay."""
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<(script|style).*?</\1>", " ", template.read_text(), flags=re.S)
    between = re.findall(r">([^<>]*)<", re.sub(r'"[^"]*"', '""', text))
    return [one.strip() for one in between if re.search("[A-Za-z]{2}|[\u4e00-\u9fff]", one)]


def test_missing_text_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "new.html").write_text('{{ _("Never said") }}{{ pgettext("answer", "maybe") }}')
    assert spoken(tmp_path) == {(None, "Never said"), ("answer", "maybe")}
