"""Routing rules: ordered data of a programme version; the first that matches decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at."""

    kind: str | None
    title: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A case of `kind` (None: any) that mentions one of `keywords` (empty: whatever it says) goes to `lead`."""

    id: str
    lead: str
    kind: str | None = None
    keywords: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()

    def mentioned(self, subject: Subject) -> bool:
        """Whether title or text holds one of the keywords, upper and lower case alike."""
        words = f"{subject.title}\n{subject.text or ''}".casefold()
        return any(keyword.casefold() in words for keyword in self.keywords)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one programme version."""

    version: int
    ordered: tuple[Rule, ...]

    def kind(self, subject: Subject) -> Rule | None:
        """The first rule that both names a kind and finds one of its keywords in the subject."""
        return next((rule for rule in self.ordered if rule.kind and rule.mentioned(subject)), None)

    def lead(self, subject: Subject) -> Rule | None:
        """The first rule whose kind and keywords, as far as it has them, match."""
        return next((rule for rule in self.ordered if self._fits(rule, subject)), None)

    @staticmethod
    def _fits(rule: Rule, subject: Subject) -> bool:
        return (rule.kind in (None, subject.kind)) and (not rule.keywords or rule.mentioned(subject))
