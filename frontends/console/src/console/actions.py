"""What can be done with a case: each command, the form that asks for it, and what is said when it has been taken.

Which of them may be done now, and by whom, the services say with the case (`moves`); this table only says how to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from console.forms import AREA, CHOICE, DATED, DAY, LIMIT, LINE, SEVERAL, TICK, Field, Rows
from eventkit.text import Text


@dataclass(frozen=True, slots=True)
class Action:
    """A command on a case. `path` has a place for the case, and may have one for a field of the form.

    `amends`: the fields begin with what the issue says now, and one that was emptied is told as nothing.
    `ends`: nothing undoes it.
    """

    service: str
    path: str
    title: Text
    done: Text
    fields: tuple[Field, ...] = ()
    rows: Rows | None = None
    dated: bool = True
    amends: bool = False
    ends: bool = False

    @property
    def asked(self) -> tuple[Field, ...]:
        """All fields of the form that are no rows."""
        return (*self.fields, *(DATED if self.dated else ()))


NO_NAMES: Final = Text("Never write a contact's name or phone here.")
NOTE: Final = Field("note", Text("Note"), AREA, NO_NAMES)
TITLE: Final = Field("title", Text("What is to be done"), LINE, Text("In one line."), needed=True)
TEXT: Final = Field("text", Text("In full"), AREA, NO_NAMES)
BY_RULES: Final = Text("by the programme's rules")
KIND: Final = Field("kind", Text("Kind"), CHOICE, options="kinds", unset=BY_RULES)
JURISDICTION: Final = Field("jurisdiction", Text("Whose matter it is"), CHOICE, options="jurisdictions")
REASON: Final = Field("reason", Text("Why"), AREA, needed=True)
LEAD: Final = Field("lead", Text("Lead unit"), CHOICE, needed=True, options="units")
SUPPORTING: Final = Field("supporting", Text("Supporting units"), SEVERAL, options="units")
SPAN: Final = Text("A number and wd (working days), d (days) or h (hours), such as 3wd.")

OFFICES: Final[Mapping[str, Action]] = {
    "classify": Action(
        "routing",
        "/cases/{case}/classification",
        Text("Classify"),
        Text("The kind is recorded."),
        (replace(KIND, unset=None, needed=True),),
    ),
    "assign": Action(
        "routing",
        "/cases/{case}/assignment",
        Text("Assign"),
        Text("The case is assigned."),
        (
            replace(LEAD, needed=False, unset=BY_RULES),
            SUPPORTING,
            Field("meeting", Text("Assignment meeting"), hint=Text("If a meeting decided it: which one.")),
        ),
    ),
    "arbitrate": Action(
        "routing",
        "/cases/{case}/arbitration",
        Text("Arbitrate"),
        Text("It is decided who leads."),
        (LEAD, SUPPORTING, NOTE),
    ),
    "transfer": Action(
        "routing",
        "/cases/{case}/transfer",
        Text("Transfer"),
        Text("The case is transferred."),
        (LEAD, SUPPORTING, NOTE),
    ),
    "pass_on": Action(
        "routing",
        "/cases/{case}/passing-on",
        Text("Pass on"),
        Text("The case is passed on."),
        (Field("body", Text("Body outside"), CHOICE, needed=True, options="bodies"), NOTE),
    ),
    "grade": Action(
        "routing",
        "/cases/{case}/grade",
        Text("Grade"),
        Text("The grade is recorded."),
        (Field("grade", Text("Grade of the case"), CHOICE, needed=True, options="grades"),),
    ),
    "decide_extension": Action(
        "supervision",
        "/cases/{case}/extensions/{extension}/decision",
        Text("Decide on an extension"),
        Text("The extension is decided."),
        (
            Field("extension", Text("Which extension"), CHOICE, needed=True, options="extensions"),
            Field("decision", Text("Decision"), CHOICE, needed=True, options="decisions"),
            Field("limit", Text("Granted instead"), LIMIT, SPAN),
            NOTE,
        ),
    ),
    "verify": Action(
        "supervision",
        "/cases/{case}/verification",
        Text("Verify with the enterprise"),
        Text("The enterprise's answer is recorded."),
        (
            Field("satisfaction", Text("Is the enterprise satisfied?"), CHOICE, needed=True, options="satisfactions"),
            NOTE,
        ),
    ),
    "close_out": Action("supervision", "/cases/{case}/close-out", Text("Close out"), Text("The case is closed out.")),
    "pause_case": Action(
        "supervision",
        "/cases/{case}/pause",
        Text("Pause the deadlines"),
        Text("The deadlines are paused."),
        (
            Field("reason", Text("Reason"), CHOICE, needed=True, options="pauses"),
            Field("until", Text("Last day of the pause"), DAY, Text("Left open: as long as the programme allows.")),
            NOTE,
        ),
        dated=False,
    ),
    "resume_case": Action(
        "supervision", "/cases/{case}/resumption", Text("End the pause"), Text("The pause is over."), dated=False
    ),
}
"""What the office does, in the order of a case's course."""

DEPARTMENTS: Final[Mapping[str, Action]] = {
    "receive": Action("routing", "/cases/{case}/receipt", Text("Receive the letter"), Text("The receipt is recorded.")),
    "accept": Action("routing", "/cases/{case}/acceptance", Text("Accept"), Text("The case is accepted.")),
    "return_case": Action(
        "routing",
        "/cases/{case}/return",
        Text("Return to the office"),
        Text("The case is returned to the office."),
        (Field("reason", Text("Reason"), CHOICE, needed=True, options="reasons"), NOTE),
        dated=False,
    ),
    "contact": Action(
        "routing",
        "/cases/{case}/contact",
        Text("Record the contact"),
        Text("The contact with the enterprise is recorded."),
        (NOTE,),
    ),
    "plan": Action(
        "routing",
        "/cases/{case}/plan",
        Text("Plan"),
        Text("The plan is recorded."),
        rows=Rows(
            "milestones",
            Text("Milestones"),
            Text("Milestone {n}"),
            Text("Add a milestone"),
            (Field("name", Text("What"), needed=True), Field("due_on", Text("Due on"), DAY, needed=True)),
            Text("1 to 100 milestones."),
        ),
    ),
    "report_progress": Action(
        "routing",
        "/cases/{case}/progress",
        Text("Report progress"),
        Text("The progress is recorded."),
        (Field("milestone", Text("Milestone reached"), CHOICE, options="milestones"), NOTE),
    ),
    "report_result": Action(
        "routing",
        "/cases/{case}/result",
        Text("Report the result"),
        Text("The result is recorded."),
        (
            Field("outcome", Text("How it ended"), CHOICE, needed=True, options="outcomes"),
            Field("policy", Text("Policy ground"), LINE, Text("Needed where the matter was explained.")),
            NOTE,
        ),
    ),
    "feed_back": Action(
        "routing",
        "/cases/{case}/feedback",
        Text("Feed back to the enterprise"),
        Text("The feedback is recorded."),
        (Field("copied_to_office", Text("The office has a copy"), TICK),),
    ),
    "report_support": Action(
        "routing",
        "/cases/{case}/support",
        Text("Say what your unit has to say"),
        Text("Your unit's word is recorded."),
        (NOTE,),
    ),
    "name_cause": Action(
        "routing",
        "/cases/{case}/cause",
        Text("Name the root cause"),
        Text("The cause is recorded."),
        (Field("cause", Text("Root cause"), CHOICE, needed=True, options="causes"), NOTE),
    ),
    "ask_extension": Action(
        "supervision",
        "/cases/{case}/extensions",
        Text("Ask for an extension"),
        Text("The extension is asked for."),
        (
            Field("clock", Text("Deadline"), CHOICE, needed=True, options="clocks"),
            Field("limit", Text("How much longer"), LIMIT, SPAN, needed=True),
            REASON,
        ),
        dated=False,
    ),
    "raise_case": Action(
        "supervision",
        "/cases/{case}/raising",
        Text("Report to the level above"),
        Text("The case is reported to the level above."),
        (NOTE,),
        dated=False,
    ),
}
"""What departments do; some of it the office may do too."""

REPORTERS: Final[Mapping[str, Action]] = {
    "amend_issue": Action(
        "intake",
        "/issues/{case}/amendments",
        Text("Correct the report"),
        Text("The report is corrected."),
        (TITLE, TEXT, replace(KIND, unset=None), JURISDICTION, Field("batch", Text("Batch"))),
        dated=False,
        amends=True,
    ),
    "divide_issue": Action(
        "intake",
        "/issues/{case}/parts",
        Text("Divide"),
        Text("The issue is divided; it closes when all its parts have."),
        rows=Rows(
            *("parts", Text("Parts"), Text("Part {n}"), Text("Add a part"), (TITLE, TEXT, KIND)),
            hint=Text("1 to 200 parts."),
        ),
    ),
    "merge_issue": Action(
        "intake",
        "/issues/{case}/merger",
        Text("Merge into another issue"),
        Text("The merger is asked for; it holds once routing has confirmed it."),
        (
            Field(
                "into",
                Text("The issue that stays"),
                CHOICE,
                Text("Open issues of the same enterprise."),
                needed=True,
                options="others",
            ),
        ),
    ),
    "undo_merge": Action(
        "intake",
        "/issues/{case}/merger-undone",
        Text("Undo the merger"),
        Text("The merger is undone."),
        (REASON,),
        dated=False,
    ),
    "withdraw_issue": Action(
        "intake",
        "/issues/{case}/withdrawal",
        Text("Withdraw the issue for good"),
        Text("The withdrawal is asked for; it holds once routing has confirmed it."),
        (replace(REASON, hint=Text("The enterprise does not pursue it any further, and why.")),),
        dated=False,
        ends=True,
    ),
}
"""What whoever reported an issue does with the report itself."""

ACTIONS: Final[Mapping[str, Action]] = {**OFFICES, **DEPARTMENTS, **REPORTERS}
COURSE: Final = (
    *("assign", "classify", "receive", "accept", "contact", "plan", "report_result", "feed_back"),
    *("verify", "close_out", "decide_extension"),
)
"""What a case waits for: the first of these that is open. A kind may be chosen anew until the case is assigned."""


def said_of(name: str) -> Text | None:
    """What is said when the action of this name has been taken; None for no action."""
    return ACTIONS[name].done if name in ACTIONS else None
