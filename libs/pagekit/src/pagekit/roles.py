"""What roles are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eventkit.text import Text

ROLES: Final[Mapping[str, Text]] = {
    "analyst": Text("Analyst"),
    "department": Text("Department"),
    "enterprise": Text("Enterprise"),
    "erase": Text("Eraser of personal data"),
    "frontend": Text("Reporting clerk"),
    "leader": Text("Leader"),
    "office": Text("Office"),
    "operator": Text("Operator"),
}
