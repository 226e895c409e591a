"""Whatever a service says to people it says in Chinese too. Each rule is seen failing on a planted fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.test_names import NAMES, OF_CONSOLE
from tests.support.sources import DOMAINS, source_of
from tests.support.texts import (
    Refusals,
    Said,
    extracted,
    misfilled,
    narrow,
    refusals,
    said,
    spoken,
    stale,
    unsaid,
    untemplated,
)

LIBRARY = "eventkit"
SPEAKING = (LIBRARY, "pagekit", "intake", "routing", "supervision", "reporting", "console", "bugle.importing")
ABSTRACT = "class Problem(Exception): ..."
"""Is only derived from: its docstring is for programmers."""
UNCLASSED = {("title", slug) for slug in ("internal", "not-found", "method-not-allowed", "refused")}
"""Titles of what eventkit refuses without a class."""
REFUSES_NOTHING = ("pagekit", "bugle.importing")
"""Have no class of refusals of their own."""
NAMED = {"reporting": {*NAMES, "formula"}, "console": {*OF_CONSOLE}}
"""Contexts whose ids are names from elsewhere: tests/contract/test_names.py looks after them."""


def sources(package: str) -> list[str]:
    return [file.read_text() for file in sorted(source_of(package).rglob("*.py"))]


LIBRARYS = refusals(sources(LIBRARY), {"Problem"})
REFUSING = {package: refusals(sources(package), LIBRARYS.names) for package in SPEAKING}
REFUSING[LIBRARY] = LIBRARYS
REFUSING["bugle.importing"] = Refusals({"BadValue"})


def catalogue(package: str) -> Said:
    return said(source_of(package) / "catalogues" / "zh.po")


def wanted(package: str) -> set[tuple[str | None, str]]:
    texts = spoken(source_of(package), REFUSING[package])
    return texts | UNCLASSED if package == LIBRARY else texts


@pytest.mark.parametrize("package", SPEAKING)
def test_texts_are_said_in_chinese(package: str) -> None:
    assert unsaid(wanted(package), catalogue(package), catalogue(LIBRARY)) == []


@pytest.mark.parametrize("package", SPEAKING)
def test_catalogue_says_nothing_stale(package: str) -> None:
    assert stale(catalogue(package), wanted(package), NAMED.get(package, ())) == []


@pytest.mark.parametrize("package", SPEAKING)
def test_translations_have_the_same_placeholders(package: str) -> None:
    assert misfilled(catalogue(package)) == []


@pytest.mark.parametrize("package", SPEAKING)
def test_chinese_has_wide_punctuation(package: str) -> None:
    assert narrow(catalogue(package)) == []


@pytest.mark.parametrize("package", SPEAKING)
def test_texts_are_constant_templates(package: str) -> None:
    files = [file for file in sorted(source_of(package).rglob("*.py")) if file.name != "text.py"]
    found = {file.name: list(untemplated(file.read_text(), REFUSING[package].names)) for file in files}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_texts_are_found() -> None:
    assert {len(REFUSING[package].slugs) > 3 for package in SPEAKING if package not in REFUSES_NOTHING} == {True}
    assert (None, "no catalogue knows this") not in wanted("intake")
    assert ("title", "unknown-case") in wanted("routing")
    assert (None, "The directory has no unit {unit}.") in wanted("intake")


@pytest.mark.parametrize("package", DOMAINS)
def test_domains_have_the_same_text_as_eventkit(package: str) -> None:
    assert (source_of(package) / "domain/text.py").read_text() == (source_of(LIBRARY) / "text.py").read_text()


CLASS = '''
class Lost(Refusal):
    """It is lost."""
    slug = "lost"
    mend = "Look for it."
'''


def test_untranslated_text_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CLASS + 'said = Text("{unit} has it.", unit=unit)\n')
    (tmp_path / "page.html").write_text("{{ pgettext('head', 'Issues') }}")
    texts = spoken(tmp_path, refusals([CLASS]))
    expected = {
        *((None, text) for text in ("It is lost.", "Look for it.", "{unit} has it.")),
        *(("title", "lost"), ("head", "Issues")),
    }
    assert texts == expected
    held: Said = {(None, "It is lost."): "丢失。", (None, "Look for it."): ""}
    assert set(unsaid(texts, held)) == texts - {(None, "It is lost.")}


def test_derived_refusal_is_noticed() -> None:
    derived = refusals(['class Gone(errors.Lost):\n    """It is gone."""\n', CLASS])
    assert (derived.names, derived.texts) == ({"Lost", "Gone"}, {"It is lost.", "Look for it.", "It is gone."})


def test_stale_entry_is_noticed() -> None:
    held = {(None, "It was."): "曾经。", ("state", "was"): "曾经", (None, "It is."): "现在。"}
    assert stale(held, {(None, "It is.")}, {"state"}) == ["It was."]


def test_other_placeholders_are_noticed() -> None:
    held: Said = {
        (None, "{a!r} in {b}."): "{b}内有“{a}”。",
        (None, "Has {a}."): "有{b}。",
        (None, "See {a}."): "请查看。",
    }
    assert misfilled(held) == ["Has {a}.", "See {a}."]


def test_fuzzy_entry_counts_as_unsaid(tmp_path: Path) -> None:
    (tmp_path / "zh.po").write_text('msgid ""\nmsgstr ""\n\n#, fuzzy\nmsgid "It is."\nmsgstr "也许。"\n')
    assert said(tmp_path / "zh.po") == {(None, "It is."): ""}


@pytest.mark.parametrize("text", ["没有,请先登记。", "请先登记. 再交办。", "（牵头）:"])
def test_narrow_punctuation_is_noticed(text: str) -> None:
    assert narrow({(None, "x"): text}) == [text]


@pytest.mark.parametrize("text", ["例如 2021-04-22T18:00:00+08:00。", "请求 GET /v1/cases，再试。", "3.5万元"])
def test_punctuation_of_ids_is_no_fault(text: str) -> None:
    assert narrow({(None, "x"): text}) == []


@pytest.mark.parametrize(
    "planted",
    [
        'Text(f"{unit} has it.")',
        'Text("{unit} has it.".format(unit=unit))',
        'Text("{unit} has it.", unit)',
        'Text("{unit} has it.", part=unit)',
        "Text(words)",
        'raise Lost(f"{unit} has it.")',
        'raise Lost("It is lost.")',
        'raise errors.Lost(mend=f"ask {unit}")',
        'raise errors.Lost(mend="ask " + unit)',
        "FieldProblem(name, Text('is bad'), f'use {name}')",
        "FieldProblem(name, ', '.join(names), Text('leave it out'))",
    ],
)
def test_text_made_on_the_spot_is_noticed(planted: str) -> None:
    assert len(list(untemplated(planted, {"Lost"}))) == 1


@pytest.mark.parametrize(
    "harmless",
    [
        'Text("{unit} has it.", unit=unit)',
        'raise Lost(Text("It is lost."), field=f"items/{place}", mend=mend)',
        'Column("name", Text())',
        'FieldProblem(f"/{name}", Text("is bad"), mend)',
        'KeyError(f"{unit}")',
    ],
)
def test_other_texts_are_no_fault(harmless: str) -> None:
    assert list(untemplated(harmless, {"Lost"})) == []


def test_templates_are_extracted(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{% trans %}Issues{% endtrans %}")
    assert extracted(tmp_path) == {(None, "Issues")}


def test_folder_with_its_own_catalogue_looks_up_there(tmp_path: Path) -> None:
    (tmp_path / "papers/catalogues").mkdir(parents=True)
    (tmp_path / "papers/code.py").write_text('head = gettext("Issues")\nsaid = Text("It is lost.")\n')
    assert extracted(tmp_path) == {(None, "It is lost.")}
    assert extracted(tmp_path / "papers") == {(None, "It is lost."), (None, "Issues")}
