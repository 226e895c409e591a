"""The language in which a command speaks to its user."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""POSIX: the first that is set and not empty decides."""


class Language(StrEnum):
    """What `--lang` takes."""

    ZH = "zh"
    EN = "en"


Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="Language; else the terminal's: English where its locale is, else Chinese."),
]


def terminals(environment: Mapping[str, str] = os.environ) -> str:
    """The terminal's language: English where its locale names that, and Chinese for every other, or none."""
    named = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.EN if named.startswith("en") else Language.ZH


def spoken(chosen: Language | None) -> str:
    """The language that was chosen, else the terminal's."""
    return chosen.value if chosen else terminals()
