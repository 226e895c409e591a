"""Enterprises, teams, visits and services: each row is one command to intake."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bugle.importing import values
from bugle.importing.folder import Folder
from bugle.importing.rows import Command, Row


def enterprise(row: Row) -> Command:
    """A registration in the agency's library."""
    return row.command(
        "register_enterprise",
        "registered_at",
        agency=row.folder.agency,
        name=row.needed("name"),
        tier=row.text("tier"),
        industry=row.text("industry"),
        township=row.text("township"),
        synthetic=row.read("synthetic", values.flag),
        ref=row.ref,
    )


def team(row: Row) -> Command:
    """A team; its enterprises by name, its members as role=person@unit, of which person and unit may be missing."""
    return row.command(
        "form_team",
        "formed_at",
        programme=row.folder.id,
        name=row.needed("name"),
        tier=row.text("tier"),
        batch=row.text("batch"),
        enterprises=row.each("enterprises", str),
        members=row.each("members", lambda text: _member(text, row.folder)),
        synthetic=row.read("synthetic", values.flag),
        ref=row.ref,
    )


def _member(text: str, folder: Folder) -> dict[str, str | None]:
    seat, _, unit = text.partition("@")
    role, _, person = seat.partition("=")
    return {
        "role": folder.role(role.strip()),
        "person": folder.person(person.strip()) if person.strip() else None,
        "unit": folder.unit(unit.strip()) if unit.strip() else None,
    }


def visit(row: Row) -> Command:
    """A visit, call, survey or return visit; `team` is the key of a row of the programme's teams."""
    return row.command(
        "record_visit",
        "visited_at",
        programme=row.folder.id,
        enterprise=row.needed("enterprise"),
        mode=row.text("mode"),
        purposes=row.each("purposes", str),
        team=row.read("team", lambda key: f"{row.folder.id}/teams/{key}"),
        batch=row.text("batch"),
        note=row.text("note"),
        synthetic=row.read("synthetic", values.flag),
        ref=row.ref,
    )


def service(row: Row) -> Command:
    """Services rendered, counted and summed."""
    return row.command(
        "record_service",
        "recorded_at",
        programme=row.folder.id,
        enterprise=row.text("enterprise"),
        unit=row.read("unit", row.folder.unit),
        kind=row.needed("kind"),
        count=row.read("count", values.integer),
        amount=row.read("amount", values.integer),
        batch=row.text("batch"),
        note=row.text("note"),
        synthetic=row.read("synthetic", values.flag),
        ref=row.ref,
    )


RECORDS: Mapping[str, Callable[[Row], Command]] = {
    "enterprises": enterprise,
    "teams": team,
    "visits": visit,
    "services": service,
}
"""Every kind of records but issues, which have a module of their own."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "enterprises": ("name", "tier", "industry", "township", "registered_at", "synthetic", "note"),
    "teams": ("name", "tier", "batch", "enterprises", "members", "formed_at", "synthetic", "note"),
    "visits": ("enterprise", "mode", "purposes", "team", "batch", "visited_at", "synthetic", "note"),
    "services": ("enterprise", "unit", "kind", "count", "amount", "batch", "recorded_at", "synthetic", "note"),
}
