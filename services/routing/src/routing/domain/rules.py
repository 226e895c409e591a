"""Routing rules: ordered data of a programme version; the first that matches decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at."""

    kind: str | None
    title: str
    text: str | None = None
    township: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A case of `kind` (None: any) that mentions one of `keywords` (empty: whatever it says) goes to `lead`.

    `place`: only for enterprises of these townships (empty: all). `grade`: what the case then is. `fallback`: when no
    rule finds its keyword, this one's kind alone is enough.
    """

    id: str
    lead: str
    kind: str | None = None
    keywords: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    place: frozenset[str] = frozenset()
    grade: str | None = None
    fallback: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Rule:
        """From an entry of a programme document's `rules`."""
        return cls(
            id=told["id"],
            lead=told["lead"],
            kind=told.get("kind"),
            keywords=tuple(told.get("keywords", ())),
            supporting=tuple(told.get("supporting", ())),
            place=frozenset(told.get("place", ())),
            grade=told.get("grade"),
            fallback=told.get("fallback", False),
        )

    def mentioned(self, subject: Subject) -> bool:
        """Whether title or text holds one of the keywords, upper and lower case alike."""
        words = f"{subject.title}\n{subject.text or ''}".casefold()
        return any(keyword.casefold() in words for keyword in self.keywords)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one programme version."""

    version: int
    ordered: tuple[Rule, ...]

    @classmethod
    def of(cls, version: int, told: Iterable[Mapping[str, Any]]) -> Rules:
        """From a programme document's `rules`, which have been checked against its schema."""
        return cls(version, tuple(map(Rule.of, told)))

    @property
    def placed(self) -> bool:
        """Whether any rule looks at where the enterprise lies."""
        return any(rule.place for rule in self.ordered)

    def kind(self, subject: Subject) -> Rule | None:
        """The first rule that both names a kind and finds one of its keywords in the subject."""
        return next((rule for rule in self.ordered if rule.kind and rule.mentioned(subject)), None)

    def lead(self, subject: Subject) -> Rule | None:
        """The first rule whose kind, place and keywords, as far as it has them, match; else the first fallback."""
        near = [rule for rule in self.ordered if self._concerns(rule, subject)]
        found = next((rule for rule in near if not rule.keywords or rule.mentioned(subject)), None)
        return found or next((rule for rule in near if rule.fallback), None)

    @staticmethod
    def _concerns(rule: Rule, subject: Subject) -> bool:
        return rule.kind in (None, subject.kind) and (not rule.place or subject.township in rule.place)
