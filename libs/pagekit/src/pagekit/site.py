"""What a site's pages say where it refuses: names for what addresses and requests hold, and where else to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from eventkit.text import Text
from eventkit.voice import Voice
from pagekit.roles import CALLED

Called = Callable[[str, str, str], str]
"""What an id is called, by the parameter that it is a value of ("": it is a parameter's own) and the language."""
_IDS: Final = frozenset({"choices", "claim", "expected", "groups", "known", "name", "parameter"})
"""Places of texts that are filled with names on the wire."""


def _as_it_is(_parameter: str, id: str, _language: str) -> str:
    return id


@dataclass(frozen=True, slots=True)
class Site:
    """`ways`: by the slug of a refusal the address at which to look instead, and what the link to it says."""

    called: Called = _as_it_is
    ways: Mapping[str, tuple[str, Text]] = field(default_factory=dict)


@dataclass(frozen=True)
class PageVoice(Voice):
    """Says texts with the site's names for ids: of parameters, of their values, of roles."""

    site: Site = Site()
    field: str = ""

    def about(self, field: str, /) -> PageVoice:
        """The voice that says what is wrong with a parameter."""
        return replace(self, field=field.strip("/"))

    def say(self, text: str) -> str:
        """The text in this language, by names."""
        values: Mapping[str, object] = getattr(text, "values", {})
        named = {place: self._named(place, value) for place, value in values.items()}
        return super().say(text.filled(**named) if isinstance(text, Text) and named != values else text)

    def called(self, parameter: str) -> str:
        """What a parameter is called."""
        return self.site.called("", parameter.strip("/"), self.language)

    def _named(self, place: str, value: object) -> object:
        if isinstance(value, list):
            return [self._named(place, one) for one in value]
        if place == "wanted":
            return CALLED.get(str(value), value)
        return self.site.called(self.field, value, self.language) if place in _IDS and isinstance(value, str) else value
