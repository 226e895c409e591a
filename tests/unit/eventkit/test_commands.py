"""The command book refuses at start what would fail at the first request."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventkit.commands import Command, CommandBook, Done
from eventkit.http import create_app
from eventkit.memory import MemoryStore
from eventkit.session import Session
from tests.support.tokens import Issuer


def nothing(session: Session, command: Command) -> Done:
    return Done({})


def test_entry_knows_its_path_parameters() -> None:
    book = CommandBook("routing")
    assert book.command("move", path="/cases/{case}/moves/{move}", roles={"office"})(nothing) is nothing
    entry = book["bugle.routing.move.v1"]
    assert (entry.parameters, entry.method, entry.roles) == (("case", "move"), "POST", {"office"})


def test_second_entry_of_a_type_is_refused() -> None:
    book = CommandBook("routing")
    book.command("move", path="/a", roles={"office"})(nothing)
    with pytest.raises(ValueError, match="already"):
        book.command("move", path="/b", roles={"office"})


@pytest.mark.parametrize("roles", [set(), {"wizard"}])
def test_unknown_roles_are_refused(roles: set[str]) -> None:
    with pytest.raises(ValueError, match="roles"):
        CommandBook("routing").command("move", path="/a", roles=roles)


def test_command_without_contract_stops_the_start(tmp_path: Path) -> None:
    book = CommandBook("routing")
    book.command("move", path="/a", roles={"office"})(nothing)
    with pytest.raises(LookupError, match=r"bugle\.routing\.move\.v1"):
        create_app(
            service="routing",
            book=book,
            store=MemoryStore("routing"),
            tokens=Issuer(tmp_path).tokens(),
            contracts={},
        )
