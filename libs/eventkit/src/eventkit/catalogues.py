"""Users' texts in Chinese and English: gettext catalogues that lie as `.po` files beside the code that speaks.

The English text is the message id, so `en.po` is needed only where English inflects or an id is a mere name.
The files are read as they are, by Babel; nothing has to be compiled when a package is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("zh", "en")
ON_PAPER: Final = "zh"
"""The language of screens and documents when nobody asked for another."""
ON_THE_WIRE: Final = "en"
"""The language of answers to programs, which name theirs in Accept-Language."""
FOLDER: Final = "catalogues"


@cache
def catalogue(package: str, language: str) -> NullTranslations:
    """What `package` has to say in `language`; texts that its catalogue lacks come back as they are.

    Raises ValueError for a language that is none of LANGUAGES, PoFileError for a broken file.
    """
    if language not in LANGUAGES:
        raise ValueError(f"there are no catalogues in {language!r}; there are: {', '.join(LANGUAGES)}")
    source = files(package) / FOLDER / f"{language}.po"
    if not source.is_file():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=language, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)


def accepted(header: str | None, default: str = ON_THE_WIRE) -> str:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best of ours; `default` if none."""
    chosen = negotiate_locale(_preferred(header or ""), LANGUAGES, sep="-")
    return chosen or default


def _preferred(header: str) -> Sequence[str]:
    """The tags of the header, most liked first; those with a weight of 0, or one that cannot be read, are left out."""
    weighed = [(_weight(parameters), tag.strip().lower()) for tag, _, parameters in _parts(header)]
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0 and tag != "*"]


def _parts(header: str) -> Iterable[tuple[str, str, str]]:
    return (part.partition(";") for part in header[:1000].split(",") if part.strip())


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0 <= weight <= 1 else 0.0
