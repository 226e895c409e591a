"""The page of official documents: GB/T 9704-2012, A4 with a type area of 156 × 225 mm, 22 lines of 28 characters."""

from __future__ import annotations

from typing import Final

WIDTH_MM: Final = 210
HEIGHT_MM: Final = 297
TOP_MM: Final = 37
BOTTOM_MM: Final = 35
LEFT_MM: Final = 28
RIGHT_MM: Final = 26
LINES: Final = 22
CHARACTERS: Final = 28
POINTS_PER_MM: Final = 72 / 25.4
LINE_POINTS: Final = (HEIGHT_MM - TOP_MM - BOTTOM_MM) * POINTS_PER_MM / LINES
CHARACTER_POINTS: Final = (WIDTH_MM - LEFT_MM - RIGHT_MM) * POINTS_PER_MM / CHARACTERS

ER_HAO: Final = 22.0
SAN_HAO: Final = 16.0
SI_HAO: Final = 14.0
WU_HAO: Final = 10.5
"""The sizes 二号, 三号, 四号 and 五号 in points."""

TITLE_FONT: Final = "方正小标宋简体"
BODY_FONT: Final = "仿宋_GB2312"
HEADING_FONT: Final = "黑体"
LINE_FONT: Final = "楷体_GB2312"
NUMBER_FONT: Final = "宋体"
RED: Final = (0xE6, 0x00, 0x12)
