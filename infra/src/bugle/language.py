"""The language in which a command speaks to its user."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""POSIX: the first that is set and not empty decides."""


class Language(StrEnum):
    """What `--lang` takes."""

    ZH = "zh"
    EN = "en"


def terminals(environment: Mapping[str, str] = os.environ) -> str:
    """The terminal's language, as its locale names it: Chinese, or else English."""
    named = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.ZH if named.startswith("zh") else Language.EN
