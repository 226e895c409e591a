"""In which language a service answers: Accept-Language chooses, the service's catalogue speaks, then eventkit's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from starlette.requests import HTTPConnection

from eventkit.catalogues import accepted, catalogue
from eventkit.text import Text

WRITTEN: Final = "en"
"""The language the texts are written in: they are their own translation."""
BETWEEN: Final = Text(", ")
"""What stands between the items of a list."""
TITLE: Final = "title"
"""The context under which catalogues have the titles of problems, by slug."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says texts in a language, by the catalogues of these packages: the first that has a text says it."""

    language: str = WRITTEN
    packages: tuple[str, ...] = ("eventkit",)

    def say(self, text: str) -> str:
        """The text in this language; in English what no catalogue has."""
        if self.language == WRITTEN or not text:
            return str(text)
        template = self._said(str(getattr(text, "template", text)))
        values: Mapping[str, object] = getattr(text, "values", {})
        return template.format(**{name: self._told(value) for name, value in values.items()}) if values else template

    def about(self, _field: str, /) -> Voice:
        """The voice that says what is wrong with a field; other voices may have names for what it holds."""
        return self

    def title(self, slug: str) -> str:
        """The title of a kind of problem; in English the slug as words."""
        for package in self.packages:
            title = catalogue(package, self.language).pgettext(TITLE, slug)
            if title != slug:
                return title
        return slug.replace("-", " ").replace("_", " ").capitalize()

    @property
    def headers(self) -> dict[str, str]:
        """What an answer in this voice tells of its language."""
        return {"Content-Language": self.language, "Vary": "Accept-Language"}

    def _said(self, template: str) -> str:
        for package in self.packages:
            said = catalogue(package, self.language).gettext(template)
            if said != template:
                return said
        return template

    def _told(self, value: object) -> object:
        if isinstance(value, list):
            return self.say(BETWEEN).join(str(self._told(one)) for one in value)
        return self.say(value) if hasattr(value, "template") and isinstance(value, str) else value


ENGLISH: Final = Voice()


def speakers(service: str) -> tuple[str, ...]:
    """The packages whose catalogues speak for a service: its own, which bears its name, and eventkit."""
    return (service, "eventkit") if find_spec(service) else ("eventkit",)


def voice_of(request: HTTPConnection) -> Voice:
    """The voice that a request asks for; English when it says nothing."""
    header = ",".join(request.headers.getlist("accept-language"))
    return Voice(accepted(header), request.app.state.speakers)
