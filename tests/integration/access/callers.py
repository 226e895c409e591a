"""Everybody who may come with a token, as seen from the case that the world is about."""

from __future__ import annotations

from tests.integration.access.world import World

Headers = dict[str, str]


def callers(world: World) -> dict[str, Headers]:
    """The headers of each caller by the name that the matrix has for it."""
    keys, own, other = world.office.stack.keys, world.office.agency, world.other.agency

    def of(roles: list[str], agency: str | None = own, **claims: str) -> Headers:
        token = keys.token(roles, agency=agency, subject="-".join(["matrix", *roles]), **claims)
        return {"Authorization": f"Bearer {token}"}

    def department(unit: str, agency: str) -> Headers:
        return of(["department"], agency, department=unit)

    return {
        "frontend": of(["frontend"]),
        "office": of(["office"]),
        "leader": of(["leader"]),
        "analyst": of(["analyst"]),
        "operator": of(["operator"], None),
        "lead": department("power", own),
        "supporting": department("industry", own),
        "bystander": department("roads", own),
        "owner": of(["enterprise"], None, enterprise=world.ids["enterprise"]),
        "eraser": of(["erase"]),
        "eraser-elsewhere": of(["erase"], other),
        "frontend-elsewhere": of(["frontend"], other),
        "office-elsewhere": of(["office"], other),
        "leader-elsewhere": of(["leader"], other),
        "analyst-elsewhere": of(["analyst"], other),
        "lead-elsewhere": department("power", other),
        "owner-elsewhere": of(["enterprise"], None, enterprise=world.ids["stranger"]),
        "department-of-none": of(["department"]),
        "enterprise-of-none": of(["enterprise"]),
        "office-of-none": of(["office"], None),
        "without-roles": of([]),
        "forger": {"Authorization": "Bearer made.up.token"},
        "anonymous": {},
    }
