"""Documents as Word and PDF: one sheet behind both, the page of GB/T 9704, and titles that try to be more than text."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from pypdf import PdfReader

from reporting.bulletins import word
from reporting.bulletins.drawing import draw
from reporting.bulletins.markdown import head, row
from reporting.bulletins.pdf import printed
from reporting.bulletins.sheets import Cell, sheet_of
from reporting.bulletins.word_template import made

AT = datetime(2021, 11, 3, 1, tzinfo=UTC)
HOSTILE = "{{ 7 * 7 }} {% for x in y %} <w:br/> &lt;b&gt; $x$ \x0b甲\x01乙"
SHOWN = "{{ 7 * 7 }} {% for x in y %} <w:br/> &lt;b&gt; $x$ 甲乙"
MARKDOWN = "\n".join([
    "# 月通报", "", "〔2021〕第1期", "", "2021年10月", "", "## 总体情况", "", head(["指标", "本期"], "lr"),
    row(["登记问题", 52]), row([HOSTILE, None]), "", "## 点评", "", "- 靠前：银行。", "", "共52件。", "",
    "---", "", "截至2021-10-31。", "",
])  # fmt: skip


def filled(markdown: str = MARKDOWN, template: bytes | None = None) -> bytes:
    return word.filled(sheet_of(markdown), template or word.template_for("monthly", None), AT)


def texts(packed: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(packed)).paragraphs]


def words_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("language", "due"), [("zh", "| 联系企业 | 2021-10-08 24:00\\* |"), ("en", "| Contact | 2021-10-08 24:00\\* |")]
)
def test_letter_says_deadlines_as_pages_do(language: str, due: str) -> None:
    """A day's end is its 24:00, not 00:00 of a day that the department has not got."""
    clock = {"clock": "contact", "zh": "联系企业", "en": "Contact", "provisional": True}
    both = {"zh": "四进四问", "en": "Four entries"}
    told = {
        "programme": both, "report": {"id": "letter", "zh": "交办函", "en": "Letter", "every": "letter"},
        "known_until": AT, "units": {}, "kinds": {}, "number": "1号", "title": "贷款", "kind": None, "lead": "bank",
        "supporting": [], "meeting": None, "enterprise_name": "甲公司", "reported_at": AT, "assigned_at": AT,
        "deadlines": [{**clock, "due_at": datetime(2021, 10, 8, 16, tzinfo=UTC)}],
    }  # fmt: skip
    assert due in draw({"told": told}, language, ZoneInfo("Asia/Shanghai"))


def test_sheet_has_every_block() -> None:
    sheet = sheet_of(MARKDOWN)
    assert (sheet.title, sheet.lead, sheet.closing) == (
        "月通报",
        ("〔2021〕第1期", "2021年10月"),
        ("截至2021-10-31。",),
    )
    assert [section.heading for section in sheet.sections] == ["总体情况", "点评"]
    [table] = sheet.sections[0].blocks
    assert table.rows == (
        (Cell("指标", False), Cell("本期", True)),
        (Cell("登记问题", False), Cell("52", True)),
        (Cell(SHOWN, False), Cell("–", True)),
    )
    assert [(block.kind, block.text) for block in sheet.sections[1].blocks] == [
        ("item", "靠前：银行。"),
        ("paragraph", "共52件。"),
    ]


def test_word_says_what_sheet_says() -> None:
    packed = filled()
    assert texts(packed) == [
        *(
            "月通报",
            "〔2021〕第1期",
            "2021年10月",
            "总体情况",
            "点评",
            "· 靠前：银行。",
            "共52件。",
            "截至2021-10-31。",
        ),
    ]
    [table] = Document(BytesIO(packed)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["指标", "本期"],
        ["登记问题", "52"],
        [SHOWN, "–"],
    ]


def test_word_page_is_official() -> None:
    document = Document(BytesIO(filled()))
    [section] = document.sections
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    sides = [round(side.mm) for side in (section.page_width, section.page_height, *margins) if side is not None]
    assert sides == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("linesAndChars", "580")
    fonts = {
        style.name: (style.font.size, style.element.rPr.rFonts.get(qn("w:eastAsia")))
        for style in document.styles
        if style.name.startswith("公文")
    }
    assert fonts["公文标题"] == (Pt(22), "方正小标宋简体")
    assert fonts["公文正文"] == (Pt(16), "仿宋_GB2312")
    assert fonts["公文小标题"] == (Pt(16), "黑体")
    assert fonts["公文导语"] == (Pt(16), "楷体_GB2312")
    assert "PAGE" in section.footer._element.xml and "PAGE" in section.even_page_footer._element.xml


def test_word_is_the_same_each_time() -> None:
    assert filled() == filled()
    assert filled() != filled(MARKDOWN.replace("52", "53"))


def test_template_is_made_by_script() -> None:
    """The committed file has the parts that the script makes."""
    packed = (word.BUILT_IN / word.DEFAULT).read_bytes()
    with ZipFile(BytesIO(packed)) as kept, ZipFile(BytesIO(made())) as new:
        assert kept.namelist() == new.namelist()
        assert [name for name in kept.namelist() if kept.read(name) != new.read(name)] == []


def edited(text: str) -> bytes:
    document = Document()
    document.add_paragraph(text)
    held = BytesIO()
    document.save(held)
    return held.getvalue()


def test_template_of_the_office_is_used(tmp_path: Path) -> None:
    (tmp_path / "document.docx").write_bytes(edited("县里的 {{ sheet.title }}"))
    (tmp_path / "annual.docx").write_bytes(edited("年度 {{ sheet.title }}"))
    for kind, said in (("monthly", "县里的 月通报"), ("annual", "年度 月通报")):
        assert texts(filled(template=word.template_for(kind, tmp_path))) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ nothing }}", "nothing"),
        ("{{ sheet.title", "unexpected"),
        ("{{ sheet.__class__.__mro__ }}", "unsafe"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ 1/0 }}", "division"),
        ("{{ 1+'a' }}", "unsupported"),
        ("{{ sheet.title() }}", "not callable"),
        ("{{ range(10**9) }}", "too big"),
    ],
)
def test_broken_template_is_told(text: str, said: str) -> None:
    with pytest.raises(word.TemplateFault) as told:
        filled(template=edited(text))
    assert said in str(told.value) and told.value.mend


def test_file_that_is_no_template() -> None:
    with pytest.raises(word.TemplateFault):
        filled(template=b"no archive")


def test_pdf_says_what_sheet_says() -> None:
    said = words_of(printed(sheet_of(MARKDOWN)))
    for text in (
        "月通报",
        "〔2021〕第1期",
        "总体情况",
        "登记问题52",
        "靠前：银行。",
        "共52件。",
        "截至2021-10-31。",
        "—1—",
    ):
        assert text in said
    assert "".join(SHOWN.split()) in said


def test_pdf_reads_in_poppler(tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext of Debian's poppler-utils is not installed")
    file = tmp_path / "document.pdf"
    file.write_bytes(printed(sheet_of(MARKDOWN)))
    done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True)
    assert "登记问题" in done.stdout and "〔2021〕第1期" in done.stdout


def test_pdf_is_the_same_each_time() -> None:
    assert printed(sheet_of(MARKDOWN)) == printed(sheet_of(MARKDOWN))


def test_pdf_page_is_official() -> None:
    page = PdfReader(BytesIO(printed(sheet_of(MARKDOWN)))).pages[0]
    assert [round(float(side) * 25.4 / 72) for side in page.mediabox[2:]] == [210, 297]


def test_rare_character_has_a_stand_in() -> None:
    assert "某〓企业" in words_of(printed(sheet_of(MARKDOWN.replace("登记问题", "某\U0002c79f企业"))))


def test_long_table_goes_over_pages() -> None:
    many = MARKDOWN.replace(row(["登记问题", 52]), "\n".join(row([f"第{n}行", n]) for n in range(90)))
    reader = PdfReader(BytesIO(printed(sheet_of(many))))
    assert len(reader.pages) > 3
    assert all("指标" in page.extract_text() for page in reader.pages[:3])


@pytest.mark.parametrize("others", [0, 12, 21])
def test_cell_longer_than_a_page_goes_on(others: int) -> None:
    """Wherever on the page its row begins, and with a longer one behind it."""
    names, events = [f"某干部{n}×1" for n in range(300)], [f"2021-10-{n:04}超期" for n in range(400)]
    before = [row([f"第{n}行", n]) for n in range(others)]
    rows = [*before, row(["走访", "、".join(names)]), row(["、".join(events), 1])]
    long = MARKDOWN.replace(row(["登记问题", 52]), "\n".join(rows))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(printed(sheet_of(long)))).pages]
    said = "".join(re.sub(r"^—\d+—(指标本期)?", "", page) for page in pages)
    assert [name for name in (*names, *events) if name not in said] == []
    assert [page.count("走访") for page in pages] == [names[0] in page for page in pages]


def test_wide_table_stays_on_the_page() -> None:
    wide = "# 题\n\n期\n\n## 表\n\n" + head(["很长的栏目名称" * 3] * 9, "l" * 9) + "\n" + row(["很长的内容" * 20] * 9)
    assert words_of(printed(sheet_of(f"{wide}\n\n---\n\n完\n"))).count("很长的内容") == 180


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what is asked of it."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x.png", asked
        server.shutdown()
        thread.join()


def test_nothing_is_fetched() -> None:
    with listening() as (address, asked):
        title = f'<img src="{address}"/> ![x]({address})'
        sheet = sheet_of(MARKDOWN.replace("# 月通报", "# 月通报 " + row([title])[2:-2]))
        assert address in sheet.title
        printed(sheet)
        word.filled(sheet, word.template_for("monthly", None), AT)
        assert asked == []
