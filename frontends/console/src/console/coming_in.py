"""The form of something new: drawn for the agency's programmes, kept while filled in, drawn again when refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Self
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from console.choices import fixed
from console.forms import Field, Rows, Typed, first, names_of_fields, rows_of
from console.names import Names, Options, programmes_of
from console.rendering import CHINA, draw
from console.sending import KEY, new_key
from console.services import Away, Refused
from console.telling import tell
from console.visiting import Desk
from eventkit.voice import Voice
from pagekit.rendering import voice

INTAKE: Final = "intake"


@dataclass(frozen=True)
class Coming:
    """A form of something new, with what has been typed so far."""

    desk: Desk
    template: str
    fields: tuple[Field, ...]
    rows: Rows | None
    typed: Typed

    @classmethod
    def new(cls, desk: Desk, template: str, fields: tuple[Field, ...], rows: Rows | None) -> Self:
        """The empty form, with a key of its own."""
        return cls(desk, template, fields, rows, {KEY: [new_key()]})

    def with_typed(self, **more: str) -> Self:
        """The same with further fields."""
        return replace(self, typed={**self.typed, **{name: [value] for name, value in more.items()}})

    def closed_up(self) -> Self:
        """The same with its rows numbered one after another, without those in which nothing was typed."""
        if self.rows is None:
            return self
        others = {name: values for name, values in self.typed.items() if not name.startswith(f"{self.rows.name}-")}
        rows = {
            f"{self.rows.name}-{number}-{name}": values
            for number, row in enumerate(rows_of(self.rows, self.typed))
            for name, values in row.items()
        }
        return replace(self, typed=others | rows)

    @cached_property
    def _asked(self) -> tuple[list[Names], Away | None]:
        try:
            return programmes_of(self.desk.services, self.desk.caller.agency), None
        except Away as error:
            return [], error

    @property
    def programmes(self) -> list[Names]:
        """The agency's; none while intake does not answer, and what was typed stands for itself."""
        return self._asked[0]

    @property
    def away(self) -> Away | None:
        """Why there are no programmes, if it is that intake does not answer."""
        return self._asked[1]

    @property
    def _chosen(self) -> Names | None:
        wanted = first(self.typed, "programme")
        return next((of for of in self.programmes if of.document["id"] == wanted), None)

    @property
    def zone(self) -> ZoneInfo:
        """Of the programme that is chosen."""
        return CHINA if self._chosen is None else self._chosen.zone

    def bundled(self) -> bool:
        """Whether the chosen programme takes all issues of a visit in one act; Away while that cannot be known."""
        if self._chosen is None:
            raise Away(INTAKE)
        return "bundle" in self._chosen.document

    def draw(self, request: Request, error: Away | Refused | None = None, more: int = 0) -> Response:
        """The form; `error`: what it was refused by; `more`: further empty rows beside one."""
        speaking = voice(request)
        names = names_of_fields(self.fields, self.rows, self.typed)
        problem = None if error is None else tell(error, names, speaking)
        return draw(
            request,
            self.template,
            200 if problem is None else problem.status,
            caller=self.desk.caller,
            fields=self.fields,
            of=self.rows,
            rows=[] if self.rows is None else [*rows_of(self.rows, self.typed), *({},) * (more + 1)],
            typed=self.typed,
            choices=self._choices(speaking),
            away=self.away,
            problem=problem,
        )

    def _choices(self, speaking: Voice) -> dict[str, Options]:
        return fixed(speaking) | {
            "programmes": [(str(of.document["id"]), of.title) for of in self.programmes],
            "kinds": self._listed("kinds"),
            "purposes": self._listed("purposes"),
        }

    def _listed(self, section: str) -> Options:
        """Of all programmes; where there are several, each entry says of which it is."""
        several = len(self.programmes) > 1
        return [
            (id, f"{of.title} · {name}" if several else name)
            for of in self.programmes
            for id, name in of.options(section)
        ]
