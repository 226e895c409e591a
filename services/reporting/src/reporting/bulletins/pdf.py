"""A document as PDF, on the page of official documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Literal
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from reporting.bulletins import paper
from reporting.bulletins.sheets import Block, Cell, Sheet

Align = Literal[0, 1, 2]
"""Left, centre, right."""
FONT = "STSong-Light"
"""Song, which every reader of Chinese PDF files has; nothing is embedded."""
MISSING = "〓"
"""What Chinese printers set for a character that the font does not have."""
_RED = Color(*(part / 255 for part in paper.RED))
_WIDTH = (paper.WIDTH_MM - paper.LEFT_MM - paper.RIGHT_MM) * mm
_PADDING = 3.0
_SIDES: tuple[Align, Align] = (TA_LEFT, TA_RIGHT)
_LEAST = 3 * paper.WU_HAO


def printed(sheet: Sheet) -> bytes:
    """The PDF file, the same for the same sheet."""
    held = BytesIO()
    document = BaseDocTemplate(
        held,
        pagesize=A4,
        leftMargin=paper.LEFT_MM * mm,
        rightMargin=paper.RIGHT_MM * mm,
        topMargin=paper.TOP_MM * mm,
        bottomMargin=paper.BOTTOM_MM * mm,
        title=sheet.title,
        lang="zh-CN",
        invariant=1,
    )
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", frame, onPage=_page_number))
    document.build(list(_story(sheet)))
    return held.getvalue()


def _story(sheet: Sheet) -> Iterator[Flowable]:
    yield _text(sheet.title, _style("title", paper.ER_HAO, TA_CENTER, color=_RED))
    yield _text(sheet.lead[0], _style("number", paper.SAN_HAO, TA_CENTER))
    yield HRFlowable("100%", 1.5, color=_RED, spaceBefore=6, spaceAfter=6)
    lead, heading = _style("lead", paper.SAN_HAO), _style("heading", paper.SAN_HAO, indent=2 * paper.SAN_HAO)
    yield from (_text(line, lead) for line in sheet.lead[1:])
    for section in sheet.sections:
        yield CondPageBreak(3 * paper.LINE_POINTS)  # no heading at the foot of a page
        yield _text(section.heading, heading)
        yield from map(_block, section.blocks)
    small = _style("closing", paper.WU_HAO, leading=1.5 * paper.WU_HAO)
    yield HRFlowable("100%", 0.5, color=black, spaceBefore=12, spaceAfter=6)
    yield from (_text(line, small) for line in sheet.closing)


def _block(block: Block) -> Flowable:
    if block.kind == "table":
        return _table(block.rows)
    body = _style("body", paper.SAN_HAO, indent=2 * paper.SAN_HAO)
    return _text(f"· {block.text}" if block.kind == "item" else block.text, body)


def _table(rows: Sequence[Sequence[Cell]]) -> Table:
    """A row that is longer than a page goes on over the next; its short cells stand where it begins."""
    left, right = (_style(f"cell{align}", paper.WU_HAO, align, leading=1.4 * paper.WU_HAO) for align in _SIDES)
    cells = [[_text(cell.text, right if cell.right else left) for cell in row] for row in rows]
    look = TableStyle([
        ("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING), ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ])  # fmt: skip
    return Table(cells, _widths(rows), repeatRows=1, splitInRow=1, style=look, spaceBefore=6, spaceAfter=6)


def _widths(rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Each column as wide as what stands in it, if all fit; else the wide ones give way."""
    longest = (max(_extent(row[n].text) for row in rows) for n in range(len(rows[0])))
    wanted = [max(_LEAST, extent + 2 * _PADDING + 1) for extent in longest]
    most = max(wanted)
    while sum(min(width, most) for width in wanted) > _WIDTH and most > _LEAST:
        most *= 0.95
    held = [min(width, most) for width in wanted]
    return [width * _WIDTH / sum(held) for width in held]


def _extent(text: str) -> float:
    return float(pdfmetrics.stringWidth(_printable(text), _font(), paper.WU_HAO))


def _style(
    name: str,
    size: float,
    align: Align = TA_LEFT,
    leading: float = paper.LINE_POINTS,
    indent: float = 0,
    color: Color = black,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=_font(),
        fontSize=size,
        leading=leading,
        alignment=align,
        firstLineIndent=indent,
        textColor=color,
        wordWrap="CJK",
    )


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_printable(text)), style)  # its markup could fetch images


def _printable(text: str) -> str:
    return "".join(letter if ord(letter) < 0x10000 else MISSING for letter in text)


def _page_number(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Between dashes, outside on each page, 7 mm below the type area."""
    number = canvas.getPageNumber()
    canvas.setFont(_font(), paper.SI_HAO)
    height = (paper.BOTTOM_MM - 7) * mm - paper.SI_HAO
    if number % 2:
        canvas.drawRightString(A4[0] - paper.RIGHT_MM * mm - paper.SI_HAO, height, f"— {number} —")
    else:
        canvas.drawString(paper.LEFT_MM * mm + paper.SI_HAO, height, f"— {number} —")


@cache
def _font() -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return FONT
