"""What roles, and those who have them, are called on pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from eventkit.caller import Caller
from eventkit.text import Text

CALLED: Final[Mapping[str, Text]] = {
    "analyst": Text("Analyst"),
    "department": Text("Department"),
    "enterprise": Text("Enterprise"),
    "erase": Text("Eraser of personal data"),
    "frontend": Text("Reporting clerk"),
    "leader": Text("Leader"),
    "office": Text("Office"),
    "operator": Text("Operator"),
}


def account(caller: Caller, say: Callable[[str], str]) -> str:
    """Who is signed in: by roles, and by the name that the token tells, else by its subject."""
    roles = [say(CALLED[role]) for role in sorted(caller.roles)]
    return " · ".join((*roles, caller.name or caller.sub))
