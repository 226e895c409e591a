"""Makes the built-in Word template anew, byte for byte: `python -m reporting.bulletins.word_template FILE`.

The template is an ordinary Word document with Jinja tags (docxtpl): `{%p` stands for a paragraph that disappears,
`{%tr` for a row, `{%tc` for a cell. Offices edit it in Word; what they may name in it is what `word.filled` gives it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from reporting.bulletins import paper
from reporting.bulletins.archive import steady

CENTER, RIGHT, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
TITLE, NUMBER, LEAD, HEADING, BODY, TABLE = "公文标题", "公文文号", "公文导语", "公文小标题", "公文正文", "公文表格"
_STYLES = (
    (TITLE, paper.TITLE_FONT, paper.ER_HAO, CENTER),
    (NUMBER, paper.BODY_FONT, paper.SAN_HAO, CENTER),
    (LEAD, paper.LINE_FONT, paper.SAN_HAO, LEFT),
    (HEADING, paper.HEADING_FONT, paper.SAN_HAO, LEFT),
    (BODY, paper.BODY_FONT, paper.SAN_HAO, LEFT),
    (TABLE, paper.BODY_FONT, paper.WU_HAO, LEFT),
)
_CELLS = (
    ("{%tc for cell in row %}", None),
    ("{%tc if cell.right %}", None),
    ("{{ cell.text }}", RIGHT),
    ("{%tc else %}", None),
    ("{{ cell.text }}", LEFT),
    ("{%tc endif %}", None),
    ("{%tc endfor %}", None),
)


def made() -> bytes:
    """The template as a file."""
    document = Document()
    for name, font, size, align in _STYLES:
        _style(document, name, font, size, align)
    _page(document)
    _text(document)
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = "{{ sheet.title }}"
    held = BytesIO()
    document.save(held)
    return steady(held.getvalue())


def _style(document: WordDocument, name: str, font: str, size: float, align: WD_ALIGN_PARAGRAPH) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    _letters(style, font, size)
    held = style.paragraph_format
    held.alignment = align
    held.space_before = held.space_after = Pt(0)
    if name == TABLE:
        return
    held.line_spacing_rule, held.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(paper.LINE_POINTS)
    if name in (BODY, HEADING):
        held.first_line_indent = Pt(2 * size)
    if name == TITLE:
        style.font.color.rgb = RGBColor(*paper.RED)
    if name == HEADING:
        held.keep_with_next = True


def _letters(style: ParagraphStyle, font: str, size: float) -> None:
    style.font.name, style.font.size = font, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _page(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(paper.WIDTH_MM), Mm(paper.HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(paper.TOP_MM), Mm(paper.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(paper.LEFT_MM), Mm(paper.RIGHT_MM)
    section.footer_distance = Mm(paper.BOTTOM_MM - 7 - paper.SI_HAO / paper.POINTS_PER_MM)  # 7 mm below the type area
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(round(20 * paper.LINE_POINTS)))
    grid.set(qn("w:charSpace"), str(round(4096 * (paper.CHARACTER_POINTS - paper.SAN_HAO))))
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], LEFT)


def _page_number(paragraph: Paragraph, align: WD_ALIGN_PARAGRAPH) -> None:
    """A number between dashes, outside on each page."""
    paragraph.alignment = align
    for text in ("— ", None, " —"):
        run = paragraph.add_run("" if text is None else text)
        run.font.name, run.font.size = paper.NUMBER_FONT, Pt(paper.SI_HAO)
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), paper.NUMBER_FONT)
        if text is None:
            for kind in ("begin", "instr", "end"):
                run._r.append(_field(kind))


def _field(kind: str) -> Any:
    if kind == "instr":
        code = OxmlElement("w:instrText")
        code.text = "PAGE"
        return code
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _text(document: WordDocument) -> None:
    _lines(document, [(TITLE, "{{ sheet.title }}"), (NUMBER, "{{ sheet.lead[0] }}")])
    _ruled(document.paragraphs[-1])
    _lines(document, [(LEAD, "{%p for line in sheet.lead[1:] %}"), (LEAD, "{{ line }}"), (LEAD, "{%p endfor %}")])
    _lines(
        document,
        [
            (BODY, "{%p for section in sheet.sections %}"),
            (HEADING, "{{ section.heading }}"),
            (BODY, "{%p for block in section.blocks %}"),
            (BODY, "{%p if block.kind == 'paragraph' %}"),
            (BODY, "{{ block.text }}"),
            (BODY, "{%p elif block.kind == 'item' %}"),
            (BODY, "· {{ block.text }}"),
            (BODY, "{%p else %}"),
        ],
    )
    _table(document)
    _lines(document, [(BODY, "{%p endif %}"), (BODY, "{%p endfor %}"), (BODY, "{%p endfor %}")])
    _lines(document, [(TABLE, "{%p for line in sheet.closing %}"), (TABLE, "{{ line }}"), (TABLE, "{%p endfor %}")])


def _lines(document: WordDocument, lines: Iterable[tuple[str, str]]) -> None:
    for style, text in lines:
        document.add_paragraph(text, style)


def _table(document: WordDocument) -> None:
    """One row that repeats itself for every row of a block's table, and in it one cell for every cell."""
    table = document.add_table(rows=3, cols=len(_CELLS), style="Table Grid")
    for number, tag in ((0, "{%tr for row in block.rows %}"), (2, "{%tr endfor %}")):
        table.cell(number, 0).paragraphs[0].text = tag
    for cell, (text, align) in zip(table.rows[1].cells, _CELLS, strict=True):
        [paragraph] = cell.paragraphs
        paragraph.text, paragraph.style, paragraph.alignment = text, document.styles[TABLE], align
        cell._tc.tcPr.remove(cell._tc.tcPr.find(qn("w:tcW")))  # Word makes columns as wide as what stands in them
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")


def _ruled(paragraph: Paragraph) -> None:
    """A red line below."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (
        ("val", "single"),
        ("sz", "12"),
        ("space", "6"),
        ("color", "{:02X}{:02X}{:02X}".format(*paper.RED)),
    ):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(made())
