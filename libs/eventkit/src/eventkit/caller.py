"""Who calls, as handlers see it; how a token becomes one stands in `auth`, which only HTTP processes import."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eventkit.errors import Problem
from eventkit.text import Text

ROLES = frozenset({"frontend", "office", "department", "leader", "enterprise", "analyst", "operator", "erase"})

READING = ROLES - {"erase"}
"""Roles that read what everybody of an agency may; whoever erases does nothing else."""

OWN = frozenset({"department", "enterprise"})
"""Roles that act for one body alone, which the claim of the same name names."""


class Forbidden(Problem):
    """The caller's roles do not allow this."""

    slug = "forbidden"
    status = 403


@dataclass(frozen=True, slots=True)
class Caller:
    """The claims of a verified token that Bugle goes by. `roles` holds known roles only; `name` is only shown."""

    sub: str
    agency: str | None
    department: str | None
    enterprise: str | None
    roles: frozenset[str]
    name: str | None = None

    def acts_for(self, agency: str) -> bool:
        """Whether the caller may see and move what belongs to this agency: its own, or any for an operator."""
        return "operator" in self.roles or agency == self.agency

    def needs(self, allowed: Collection[str]) -> None:
        """Raises Forbidden unless the caller has one of the allowed roles, and is somebody in it.

        A department or an enterprise without the claim that says which would be taken for whatever has none.
        """
        if self.roles.isdisjoint(allowed):
            wanted = sorted(allowed)
            raise Forbidden(
                Text("This needs one of the roles: {wanted}.", wanted=wanted),
                mend=Text("sign in as somebody who has one of them"),
            )
        held = self.roles.intersection(allowed)
        if held <= OWN and not any(getattr(self, role) for role in held):
            claim = min(held)
            lacking = Text("The token names no {claim}.", claim=claim)
            raise Forbidden(lacking, mend=Text("use a token with the claim {claim}", claim=claim))
