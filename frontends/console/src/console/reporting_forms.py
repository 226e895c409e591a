"""The forms by which something new comes in: an issue, a visit with all the issues it brought, an enterprise."""

from __future__ import annotations

from typing import Final

from console.actions import JURISDICTION, KIND, NO_NAMES, TEXT, TITLE
from console.forms import AREA, CHOICE, DATED, LINE, SEVERAL, Field, Rows
from eventkit.text import Text

REPORTED: Final = Text("The issue is recorded.")
ENTERPRISE: Final = Field(
    "enterprise",
    Text("Enterprise"),
    LINE,
    Text("Its registered name; some characters of it bring up what fits."),
    needed=True,
)
PROGRAMME: Final = Field("programme", Text("Programme"), CHOICE, needed=True, options="programmes")

ISSUE: Final = (PROGRAMME, ENTERPRISE, TITLE, TEXT, KIND, JURISDICTION, *DATED)
VISIT: Final = (
    PROGRAMME,
    ENTERPRISE,
    Field("mode", Text("How"), CHOICE, options="modes"),
    Field("purposes", Text("What for"), SEVERAL, options="purposes"),
    Field("note", Text("Note"), AREA, NO_NAMES),
    *DATED,
)
REGISTERING: Final = (
    Field("name", Text("Registered name"), LINE, needed=True),
    Field("tier", Text("Tier"), CHOICE, options="tiers"),
    Field("industry", Text("Industry")),
    Field("township", Text("Township")),
)
ISSUES: Final = Rows(
    "issues",
    Text("Issues of this visit"),
    Text("Issue {n}"),
    Text("Add an issue"),
    (TITLE, TEXT, KIND),
)
