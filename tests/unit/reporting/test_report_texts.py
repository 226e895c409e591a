"""Every text of a report has its Chinese, and no catalogue keeps what nobody says any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from bugle.stack.home import ROOT
from reporting.bulletins.labels import REASONS
from reporting.bulletins.markdown import Markdown, escaped, head, paragraph, row
from reporting.bulletins.sheets import sheet_of
from reporting.queries.measures import RATES
from reporting.queries.weighing import weighed

BULLETINS = ROOT / "services/reporting/src/reporting/bulletins"
_TEMPLATE = {"trim_blocks": "true", "lstrip_blocks": "true"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def said(files: Iterable[Path]) -> Iterator[str]:
    """The texts that templates and code look up."""
    for file in files:
        method = "python" if file.suffix == ".py" else "jinja2.ext.babel_extract"
        with file.open("rb") as opened:
            for _, text, _, _ in extract(method, opened, keywords={"_": None, "gettext": None}, options=_TEMPLATE):
                yield str(text)


def chinese() -> Catalog:
    return read_po(BytesIO((BULLETINS / "catalogues/zh.po").read_bytes()), locale="zh", abort_invalid=True)


def test_catalogue_has_what_is_said() -> None:
    texts = set(said([*BULLETINS.glob("templates/*.md"), *BULLETINS.glob("*.py")]))
    assert len(texts) > 50
    assert {str(message.id) for message in chinese() if message.id} == texts


def test_every_text_is_translated() -> None:
    for message in chinese():
        if message.id:
            assert isinstance(message.string, str) and re.search("[\u4e00-\u9fff]", message.string), message.id
            assert set(_PLACEHOLDER.findall(str(message.id))) == set(_PLACEHOLDER.findall(message.string))
            assert not message.fuzzy


def test_whatever_a_rate_may_leave_out_is_called_something() -> None:
    schema = json.loads((ROOT / "contracts/src/contracts/documents/programme/v3.json").read_text("utf-8"))
    of_rates = schema["properties"]["appraisal"]["properties"]["rates"]["items"]["properties"]
    rates = [{"id": id, "weight": 1, "exclude": of_rates["exclude"]["items"]["enum"]} for id in of_rates["id"]["enum"]]
    asked = weighed({"appraisal": {"rates": rates}})
    measures = [*RATES.values(), *(measure for measure, _ in asked.values())]
    assert len(asked) == 3
    assert {reason for measure in measures for reason in measure.excluded} == set(REASONS)


def test_untranslated_text_would_be_found(tmp_path: Path) -> None:
    template = tmp_path / "new.md"
    template.write_text('{{ [_("Never said")]|head("l") }}', "utf-8")
    assert list(said([template])) == ["Never said"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, "–"),
        (3, "3"),
        ("a|b", r"a\|b"),
        ("# x", r"\# x"),
        ("[x](y)", r"\[x\](y)"),
        ("<script>", r"\<script\>"),
        ("one\r\n\r\ntwo", "one two"),
        ("one\u2028two", "one two"),
        ("\\|", r"\\\|"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_text_is_never_markup(given: object, shown: str) -> None:
    assert escaped(given) == shown


def test_markdown_is_escaped_once() -> None:
    assert row(["a|b", Markdown("**c**")]) == r"| a\|b | **c** |"
    assert head(["甲", "乙"], "lr") == "| 甲 | 乙 |\n|---|---:|"


@pytest.mark.parametrize(
    "line", ["1. 增容", "- 复查", "+ 复查", "12) 增容", "---", "===", "# 标题", "    缩进", "> 引用", "甲&lt;乙"]
)
def test_line_stays_a_paragraph(line: str) -> None:
    sheet = sheet_of(f"# 题\n\n期\n\n## 纪要\n\n前文\n\n{paragraph(line)}\n\n---\n\n完\n")
    assert [(block.kind, block.text) for block in sheet.sections[0].blocks] == [
        ("paragraph", "前文"),
        ("paragraph", line.strip()),
    ]
