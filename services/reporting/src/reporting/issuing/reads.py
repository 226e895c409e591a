"""How a value that a document prints is read from its content: each is given the line, and the whole content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Told = Mapping[str, Any]
Read = Callable[[Told, Told], Any]
Rows = Callable[[Told], Iterable[Told]]


def at(path: str) -> Read:
    """What stands under names with dots between them; None where one of them is missing."""

    def read(row: Told, _: Told) -> Any:
        held: Any = row
        for name in path.split("."):
            held = held.get(name) if isinstance(held, Mapping) else None
        return held

    return read


def fields(*names: str) -> dict[str, Read]:
    """Fields under their own names."""
    return {name: at(name) for name in names}


def rows(path: str) -> Rows:
    """A list of lines; none where the document has no such part."""
    read = at(path)
    return lambda told: read(told, told) or ()


def paper(kind: str) -> Rows:
    """The document itself as one line, if it is of that kind."""
    return lambda told: [told] if told.get("report", {}).get("every") == kind else []


def labelled(name: str, labels: Mapping[str, str]) -> Read:
    """A field as documents call it in English."""
    return lambda row, _: labels.get(row[name], row[name])


def unit(name: str) -> Read:
    """A unit, or several, as the directory called them when the document was drawn up."""

    def read(row: Told, told: Told) -> Any:
        held, names = row.get(name), told.get("units", {})
        return [names.get(id, id) for id in held] or None if isinstance(held, list) else names.get(held, held)

    return read


def kind(row: Told, told: Told) -> Any:
    """A kind of issue in both languages."""
    return told.get("kinds", {}).get(row["kind"], row["kind"])


def gathered(row: Told, told: Told) -> dict[str, str]:
    """A kind of issue and its lead department."""
    name, lead = kind(row, told) or "", unit("department")(row, told) or ""
    both = name if isinstance(name, Mapping) else {"zh": name, "en": name}
    return {language: f"{text} {lead}".strip() for language, text in both.items()}


def bilingual(row: Told, _: Told) -> dict[str, str]:
    """What is called so in Chinese and English."""
    return {"zh": row["zh"], "en": row["en"]}


def issue(row: Told, _: Told) -> str:
    """An issue by its enterprise and its title."""
    return " ".join(filter(None, (row.get("enterprise_name"), row.get("title"))))


def share(part: str) -> Read:
    """What a rate divides, or its value where it is a mean of others."""

    def read(row: Told, _: Told) -> Any:
        rate = row.get(part)
        if rate is None or rate["denominator"] is None:
            return None if rate is None else rate["value"]
        return f"{rate['numerator']} / {rate['denominator']}"

    return read


def parts(name: str, *printed: str) -> Read:
    """A list within a line, as far as it is printed; None where it is empty."""
    return lambda row, _: [{field: one[field] for field in printed} for one in row.get(name, ())] or None


def excluded(row: Told, _: Told) -> Any:
    """How many a rate leaves out, by reason; None where it leaves out nothing."""
    return row["cumulative"].get("exclusions") or None


def missed(row: Told, _: Told) -> int:
    """Missed or broken: both are printed as missed."""
    return int(row["missed"]) + int(row.get("broken", 0))
