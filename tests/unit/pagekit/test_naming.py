"""Pages call by name what requests name by id, and say nothing twice."""

from __future__ import annotations

import pytest

from eventkit.caller import Caller, Forbidden
from eventkit.problems import Faulty, FieldProblem, describe
from eventkit.text import Text
from eventkit.wording import BY_TYPE, Quoted
from pagekit.page import shown
from pagekit.site import PageVoice, Site

NAMES = {("", "state"): "Status", ("state", "met"): "Met", ("state", "late"): "Late"}


def called(parameter: str, id: str, _language: str) -> str:
    return NAMES.get((parameter, id), NAMES.get(("", id), id))


def voice(language: str = "en") -> PageVoice:
    return PageVoice(language, ("reporting", "eventkit", "pagekit"), Site(called))


def faulty() -> Faulty:
    problem = Text("{value!r} is no {name}", value="met", name="state")
    return Faulty([FieldProblem("state", problem, Text("write one of {choices}", choices=["met", "late", "state"]))])


def test_fields_and_choices_have_their_names() -> None:
    [told] = shown(describe(faulty(), voice=voice()).body, voice())["errors"]
    assert told == {"label": "Status", "problem": "'met' is no Status", "mend": "write one of Met, Late, Status"}


def test_names_stand_in_chinese_sentences() -> None:
    [told] = describe(faulty(), voice=voice("zh")).body["errors"]
    assert (told["field"], told["problem"]) == ("state", "“met”不是“Status”的可选值")


def test_programs_read_names_on_the_wire() -> None:
    [told] = describe(faulty()).body["errors"]
    assert told == {"field": "state", "problem": "'met' is no state", "mend": "write one of met, late, state"}


@pytest.mark.parametrize(("language", "roles"), [("en", "Leader, Office"), ("zh", "领导、办公室")])
def test_roles_are_named_once(language: str, roles: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        Caller("li", "jinxian", None, None, frozenset({"frontend"})).needs({"office", "leader"})
    told = shown(describe(refusal.value, voice=voice(language)).body, voice(language))
    assert roles in told["detail"]
    assert [(one["problem"], roles in one["mend"]) for one in told["errors"]] == [("", False)]


def test_words_of_libraries_stay() -> None:
    quoted = Quoted("Input should be 'a'", BY_TYPE["literal_error"].template, expected=["a"])
    assert voice().say(quoted) == "Input should be 'a'"
