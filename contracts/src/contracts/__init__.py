"""The published contracts of Bugle: JSON Schema 2020-12 files with a frozen example each, and their loader.

    EVENTS["bugle.intake.issue_reported.v1"].validate(data) == []
    COMMANDS["bugle.intake.report_issue.v1"].schema
    DOCUMENTS["bugle.documents.programme.v1"].validate(document)

There are no event classes here: each service keeps types of its own and proves them against these files.
"""

from __future__ import annotations

import json

from contracts.loader import ROOT, Catalogue, Contract, Fault

EVENTS = Catalogue(ROOT / "events")
COMMANDS = Catalogue(ROOT / "commands")
DOCUMENTS = Catalogue(ROOT / "documents", service="documents")
NOTIFIABLE: frozenset[str] = frozenset(json.loads((ROOT / "notifiable.json").read_text(encoding="utf-8")))
"""The names of events that `notify` of a programme document may name."""

__all__ = ["COMMANDS", "DOCUMENTS", "EVENTS", "NOTIFIABLE", "ROOT", "Catalogue", "Contract", "Fault"]
