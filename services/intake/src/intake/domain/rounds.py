"""The rounds of a ledger row: a return or a reopening ends one and begins the next, and neither follows a close-out."""

from __future__ import annotations

from intake.domain.errors import BadHistory
from intake.domain.events import Fact
from intake.domain.programme import Programme
from intake.domain.text import Text

ENDS = ("returned", "reopened")
_ANSWERS = ("result", "fed_back", "verified")
_SATISFIED = ("satisfied", "basically_satisfied")

Placed = tuple[int, Fact]
"""A fact and its place in the history."""


def round_of(fact: Fact) -> int:
    """The round that a fact belongs to."""
    return fact.round or 1


def ended(facts: tuple[Fact, ...]) -> frozenset[int]:
    """The rounds that are over."""
    return frozenset(round_of(fact) for fact in facts if fact.fact in ENDS)


def check_rounds(facts: tuple[Fact, ...], programme: Programme) -> None:
    """Raises BadHistory unless each round begins with the end of the one before, and ends as it may."""
    ends: dict[int, Placed] = {}
    for place, fact in enumerate(facts):
        if fact.fact in ENDS:
            if round_of(fact) in ends:
                raise _bad(place, Text("A round is either returned or reopened."), Text("leave one of the two out"))
            ends[round_of(fact)] = place, fact
    for place, fact in enumerate(facts):
        _check_begun(place, fact, ends)
        _check_over(place, fact, ends)
    for place, end in ends.values():
        _check_end(place, end, [fact for fact in facts if round_of(fact) == round_of(end)])
    _check_returns([ends[round] for round in sorted(ends) if ends[round][1].fact == "returned"], programme)


def _check_begun(place: int, fact: Fact, ends: dict[int, Placed]) -> None:
    round = round_of(fact)
    if round == 1:
        return
    before = ends.get(round - 1)
    if before is None:
        raise _bad(
            place,
            Text("Nothing began round {round}.", round=round),
            Text("give the return or the reopening that ended round {before}", before=round - 1),
        )
    if fact.at < before[1].at:
        raise _bad(
            place,
            Text("It lies before round {round} began.", round=round),
            Text("correct this date, or that of the return or reopening"),
        )


def _check_over(place: int, fact: Fact, ends: dict[int, Placed]) -> None:
    end = ends.get(round_of(fact))
    if end is None or end[1] is fact:
        return
    if fact.fact == "closed_out":
        raise _bad(
            end[0],
            Text("An issue that was struck off is neither returned nor reopened."),
            Text("leave out the close-out of this round, or its return or reopening"),
        )
    if fact.at > end[1].at:
        raise _bad(
            place,
            Text("It lies after round {round} was over.", round=round_of(fact)),
            Text("correct the date, or tell it of the next round"),
        )


def _check_end(place: int, end: Fact, round: list[Fact]) -> None:
    answers = [fact for fact in round if fact.fact in _ANSWERS]
    if end.fact == "returned":
        if answers:
            raise _bad(
                place,
                Text("A unit that has reported a result gives the issue back no more."),
                Text("leave out the return, or the result and what followed it"),
            )
    elif not answers:
        raise _bad(
            place,
            Text("What has no result is not reopened."),
            Text("give the result or the enterprise's answer before it"),
        )
    elif any(fact.satisfaction in _SATISFIED for fact in answers):
        raise _bad(
            place,
            Text("The enterprise was satisfied: there is no ground to reopen."),
            Text("correct the answer, or leave the reopening out"),
        )


def _check_returns(returns: list[Placed], programme: Programme) -> None:
    """By the programme's rules, where it has some."""
    rules = programme.document.get("returns")
    if rules is None:
        return
    reasons = sorted(reason["id"] for reason in rules["reasons"])
    for place, end in returns:
        if end.reason not in reasons:
            raise BadHistory(
                Text("The programme has no such reason to return."),
                field=f"history/{place}/reason",
                mend=Text("use one of: {names}", names=reasons),
            )
    if len(returns) > rules["max_transfers"]:
        raise _bad(
            returns[rules["max_transfers"]][0],
            Text("The programme lets an issue be returned {times} times.", times=rules["max_transfers"]),
            Text("leave out the returns beyond that"),
        )


def _bad(place: int, problem: Text, mend: Text) -> BadHistory:
    return BadHistory(problem, field=f"history/{place}/at", mend=mend)
