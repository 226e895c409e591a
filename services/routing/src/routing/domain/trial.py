"""A dry run 试运行: which rule would decide about an issue, why, and why not each of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from routing.domain.rules import Rule, Rules, Subject

PassedOver = Literal["unclassified", "other_kind", "other_place", "no_keyword", "later"]
"""Why a rule does not decide: the issue has no kind, another kind, its enterprise lies elsewhere, no keyword is in it,
or the rule fits as well and stands behind the one that decides."""


@dataclass(frozen=True, slots=True)
class Found:
    """A keyword of a rule, and where the issue says it."""

    keyword: str
    where: Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decides. `kind` and `place`: what of it matched; no `found` and `fallback`: its kind sufficed."""

    rule: Rule
    kind: str | None
    place: str | None
    found: tuple[Found, ...]
    fallback: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """`subject` has the kind that was given or that `classified` found; `passed_over` is in the order of the rules."""

    subject: Subject
    classified: Rule | None
    classified_by: tuple[Found, ...]
    decision: Decision | None
    passed_over: tuple[tuple[Rule, tuple[PassedOver, ...]], ...] = ()

    @property
    def undecided(self) -> Literal["unclassified", "no_rule"] | None:
        """Why nobody is found; None when somebody is."""
        if self.decision is not None:
            return None
        return "unclassified" if self.subject.kind is None else "no_rule"


def try_rules(rules: Rules, subject: Subject) -> Trial:
    """What the rules would do, with the reason of each that does not decide."""
    tried = decide(rules, subject)
    decisive = None if tried.decision is None else tried.decision.rule
    others = tuple((rule, reasons(rule, tried.subject)) for rule in rules.ordered if rule is not decisive)
    return replace(tried, passed_over=others)


def decide(rules: Rules, subject: Subject, opening: Subject | None = None) -> Trial:
    """What the rules would do. An issue without a kind is classified first, by what it said when its case was opened.

    `opening`: that, where the issue says something else since.
    """
    opening = opening or subject
    classified = None if subject.kind is not None else rules.kind(opening)
    judged = subject if classified is None else replace(subject, kind=classified.kind)
    decisive = None if judged.kind is None else rules.lead(judged)
    by = () if classified is None else found(classified, opening)
    return Trial(judged, classified, by, None if decisive is None else _decision(decisive, judged))


def found(rule: Rule, subject: Subject) -> tuple[Found, ...]:
    """The rule's keywords that the issue says, in the rule's order."""
    title, text = subject.title.casefold(), (subject.text or "").casefold()
    hits: list[Found] = []
    for keyword in rule.keywords:
        if keyword.casefold() in title:
            hits.append(Found(keyword, "title"))
        elif keyword.casefold() in text:
            hits.append(Found(keyword, "text"))
    return tuple(hits)


def reasons(rule: Rule, subject: Subject) -> tuple[PassedOver, ...]:
    """Why a rule that does not decide does not, all that apply."""
    why: list[PassedOver] = []
    if subject.kind is None:
        why.append("unclassified")
    elif rule.kind not in (None, subject.kind):
        why.append("other_kind")
    if rule.place and subject.township not in rule.place:
        why.append("other_place")
    if rule.keywords and not rule.mentioned(subject):
        why.append("no_keyword")
    return tuple(why) or ("later",)


def _decision(rule: Rule, subject: Subject) -> Decision:
    said = found(rule, subject)
    place = subject.township if rule.place else None
    return Decision(rule, rule.kind, place, said, fallback=bool(rule.keywords) and not rule.mentioned(subject))
