"""Commands, their answers, and the book in which a service lists those it takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any
from uuid import UUID

from eventkit.caller import ROLES, Caller
from eventkit.session import Aggregate, Session


@dataclass(frozen=True, slots=True)
class Command:
    """A request that has been validated against its published schema and whose caller may make it.

    `id` is the cause of its events: the same for a repeated request. `data` holds the path's parameters too.
    `occurred_at` is None when the caller gave none: it is `received_at` then. `traceparent` goes to `Session.record`.
    """

    type: str
    id: UUID
    data: dict[str, Any]
    caller: Caller
    occurred_at: datetime | None
    received_at: datetime
    expected_version: int | None = None
    traceparent: str | None = None

    @property
    def at(self) -> datetime:
        """When it happened, as the caller says."""
        return self.occurred_at or self.received_at


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler answers. `version` becomes the ETag; without one it is that of the first stream of `loads`."""

    body: dict[str, Any]
    version: int | None = None
    status: int = 201
    location: str | None = None


Handler = Callable[[Session, Command], Done]
Loads = Callable[[Command], Iterable[tuple[Aggregate[Any], str]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a service. `parameters` are the names in its path; `rest`: whether its path takes this version."""

    type: str
    name: str
    method: str
    path: str
    roles: frozenset[str]
    handler: Handler
    loads: Loads
    savepoint: bool
    private: frozenset[str]
    keyed: Callable[[bytes], bytes] | None
    parameters: tuple[str, ...]
    rest: bool = True


def _nothing(_: Command) -> Iterable[tuple[Aggregate[Any], str]]:
    return ()


class CommandBook:
    """The commands of one service by type.

    book = CommandBook("routing")

    @book.command("accept", path="/cases/{case}/acceptance", roles={"department"}, loads=case_of)
    def accept(session: Session, command: Command) -> Done: ...
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._entries: dict[str, Entry] = {}

    def command(
        self,
        name: str,
        *,
        path: str,
        roles: Collection[str],
        method: str = "POST",
        loads: Loads = _nothing,
        version: int = 1,
        accepts: Collection[int] = (),
        savepoint: bool = False,
        private: Collection[str] = (),
        keyed: Callable[[bytes], bytes] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Enter the decorated handler. The schema is the contract bugle.<service>.<name>.v<version>.

        `loads` names the streams to preload; the first is the one that If-Match speaks of. `savepoint` is for a handler
        that writes tables itself: in a batch its refusal must undo them without undoing its neighbours. `private`
        fields of the data leave no trace beside what the handler keeps, so a repeated key is not compared in them
        either: whoever has the digest of a phone number can try all numbers. With `keyed`, a digest by a secret key,
        they are compared by that. `accepts` are older versions that arrive
        as CloudEvents and go to the same handler; the path takes `version`, of which each of theirs must be a case.
        """
        types = [self._new_type(name, number, roles) for number in (version, *accepts)]
        parameters = tuple(field for _, field, _, _ in Formatter().parse(path) if field)

        def enter(handler: Handler) -> Handler:
            kept_back = frozenset(private)
            for type in types:
                about = (
                    type,
                    name,
                    method,
                    path,
                    frozenset(roles),
                    handler,
                    loads,
                    savepoint,
                    kept_back,
                    keyed,
                    parameters,
                )
                self._entries[type] = Entry(*about, rest=type == types[0])
            return handler

        return enter

    def _new_type(self, name: str, version: int, roles: Collection[str]) -> str:
        type = f"bugle.{self.service}.{name}.v{version}"
        if type in self._entries:
            raise ValueError(f"{type} is in the book already")
        if not roles or not ROLES.issuperset(roles):
            raise ValueError(f"{type}: name roles out of {sorted(ROLES)}")
        return type

    def __getitem__(self, type: str) -> Entry:
        return self._entries[type]

    def __contains__(self, type: object) -> bool:
        return type in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())
