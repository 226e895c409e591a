"""Every name that reports and screens show is said in both languages, and none is said that is no longer there.

The names stand in reporting's catalogues under a context each. What a programme names itself (kinds, clocks, purposes,
lists, ladders) has its words in the programme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

from contracts import COMMANDS, DOCUMENTS, EVENTS
from eventkit.caller import ROLES
from eventkit.catalogues import LANGUAGES
from reporting.exports.naming import LISTINGS
from reporting.exports.numbers import OF_KIND
from reporting.issuing.scheduling import BY as ISSUED_BY
from reporting.projections.workflow import STATES
from reporting.queries.coverage import BY, NOBODY
from reporting.queries.filters import UNANSWERED
from reporting.queries.hotspots import GROUPS
from reporting.queries.lists import HANDLED
from reporting.queries.lists import LISTINGS as PROGRAMMES_LISTS
from reporting.queries.named import FIGURES
from reporting.queries.weighing import WEIGHED
from routing.domain.case import STATES as OF_CASES
from routing.domain.history import BY as DECLARED_BY
from routing.domain.opening import BY as OPENED_BY
from supervision.domain.duty import Status

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "services/reporting/src/reporting/catalogues"
OF_CONSOLES = ROOT / "frontends/console/src/console/catalogues"
ALL_MEASURES = FIGURES


def enumerated(*fields: str) -> set[str]:
    """The values that any contract allows in a field of one of these names."""
    contracts = [*EVENTS.values(), *COMMANDS.values(), *DOCUMENTS.values()]
    return {value for contract in contracts for value in _values(contract.schema, "", fields)}


def _values(node: object, name: str, fields: tuple[str, ...]) -> Iterator[str]:
    """`name` is the property whose schema the node belongs to, through lists and alternatives."""
    if isinstance(node, list):
        for part in node:
            yield from _values(part, name, fields)
    elif isinstance(node, Mapping):
        if name in fields:
            yield from (value for value in node.get("enum", ()) if isinstance(value, str))
        for key, part in node.items():
            if key in ("properties", "$defs"):
                for inner, schema in part.items():
                    yield from _values(schema, inner, fields)
            elif key in ("items", "anyOf", "oneOf", "allOf"):
                yield from _values(part, name, fields)


def told_in_docs(section: str) -> set[str]:
    """The names in the first column of the section's table in docs/projections.md."""
    page = (ROOT / "docs/projections.md").read_text()
    return set(re.findall(r"^\| `(\w+)` \|", page.split(f"## `{section}`")[1].split("\n## ")[0], re.M))


def findings() -> set[str]:
    """The codes of what a team may lack, as intake's domain writes them."""
    code = (ROOT / "services/intake/src/intake/domain/team.py").read_text()
    written = re.findall(r'Finding\(f?"([^"]+)"', code)
    return {name.replace("{what}", what) for name in written for what in ("enterprises", "members")}


def columns() -> set[str]:
    """The columns of every list that can be had as a file; hot-spots have those of their groups besides."""
    view: Any = None
    found = {name for id, one in LISTINGS.items() if id != "hotspots" for name in one.columns(view)}
    lists = (*PROGRAMMES_LISTS.values(), *HANDLED.values())
    named = {name for one in (*OF_KIND.values(), *(held.columns for held in lists)) for name in one}
    return found | named | {*GROUPS, "issues", "open", "unsatisfied", "synthetic_count", "exclusion"}


RULES = EVENTS["bugle.supervision.duty_opened.v1"].schema["properties"]["rule"]["description"]
SIGNALS = DOCUMENTS["bugle.documents.programme.v3"].schema["properties"]["signals"]["properties"]
STATUSES = told_in_docs("clocks")
NAMES: dict[str, set[str]] = {
    "actor": {OPENED_BY, DECLARED_BY, ISSUED_BY},
    "state": set(STATES),
    "event": {type.split(".")[2] for type in EVENTS},
    "fact": enumerated("fact", "starts", "stops"),
    "card": enumerated("card", "colour"),
    "satisfaction": enumerated("satisfaction"),
    "outcome": enumerated("outcome"),
    "jurisdiction": enumerated("jurisdiction"),
    "tier": enumerated("tier"),
    "mode": enumerated("mode"),
    "relation": enumerated("relation"),
    "decision": enumerated("decision"),
    "clock": {*STATUSES, UNANSWERED},
    "duty": set(get_args(Status)),
    "rule": set(re.findall(r"\w+", RULES.removeprefix("Duty of the programme, or "))) - {"report", "id"},
    "stage": enumerated("kind") - enumerated("recipient_kind"),
    "recipient": enumerated("recipient_kind"),
    "ground": enumerated("ground"),
    "reason": enumerated("reason"),
    "exclusion": enumerated("exclude").union(*(measure.excluded for measure in ALL_MEASURES.values())),
    "measure": {*ALL_MEASURES, *enumerated("id"), "composite"},
    "signal": set(SIGNALS),
    "question": set(SIGNALS),
    "holder": {"office", "lead", "supporter"},
    "group": {*GROUPS, *(name for measure in ALL_MEASURES.values() for name in measure.group_names)},
    "subject": enumerated("subject", "subject_kind"),
    "counted": {*FIGURES, *WEIGHED},
    "counts": enumerated("counts"),
    "every": enumerated("every"),
    "finding": findings(),
    "access": set(ROLES),
    "service": {"intake", "routing", "supervision", "reporting"},
    "list": {*LISTINGS, *HANDLED},
    "column": columns(),
    "nothing": {*PROGRAMMES_LISTS, *HANDLED},
    "way": {*BY, NOBODY},
    "session": {"called", "held", "cancelled"},
    "form": {"card", "duty_card", "letter"},
    "standing": {"stands", "answered", "withdrawn"},
    "issuer": {"rule"},
}
_ASKED_FOR = {"pending", "refused"}
OF_CONSOLE = {
    "answer": {"pending", "closed_out", "reopened"},
    "clock": STATUSES,
    "merger": {*_ASKED_FOR, "merged"},
    "state": {*STATES, *OF_CASES},
    "withdrawal": {*_ASKED_FOR, "withdrawn"},
}
"""What intake's, routing's and supervision's reads tell the console, by context of its own catalogue."""
FORMULAS = {measure.formula for measure in ALL_MEASURES.values()}


def said(language: str, catalogues: Path = CATALOGUES) -> dict[str, dict[str, Any]]:
    """Text by name by context of a catalogue, reporting's unless another is given."""
    texts: dict[str, dict[str, Any]] = {}
    with (catalogues / f"{language}.po").open("rb") as file:
        for message in read_po(file, locale=language, abort_invalid=True):
            if message.context:
                texts.setdefault(message.context, {})[str(message.id)] = message.string
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", NAMES)
def test_names_are_said(context: str, language: str) -> None:
    texts = said(language)[context]
    assert texts.keys() == NAMES[context]
    assert all(texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", OF_CONSOLE)
def test_names_are_said_by_the_console(context: str, language: str) -> None:
    texts = said(language, OF_CONSOLES)[context]
    assert texts.keys() == OF_CONSOLE[context]
    assert all(texts.values())


def test_formulas_are_said_in_chinese() -> None:
    texts = said("zh")["formula"]
    assert texts.keys() == FORMULAS
    assert all(texts.values())


def test_names_are_found() -> None:
    assert len(NAMES["event"]) >= 90
    assert {"yellow", "red"} == NAMES["card"]
    assert all(NAMES.values())
