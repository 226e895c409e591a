"""CloudEvents 1.0.2 over HTTP: binary, structured and batched mode; each event a command of this service.

Source: the CloudEvents specification, its JSON format and its HTTP protocol binding.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from contracts import Contract
from eventkit.caller import Caller
from eventkit.commands import CommandBook
from eventkit.http.acceptance import Acceptance, Submission
from eventkit.http.desk import Desk, Order, Outcome
from eventkit.http.reading import check_json, is_text, parse_time
from eventkit.ids import uid
from eventkit.problems import Faulty, FieldProblem, Unreadable, is_refusal
from eventkit.text import Text
from eventkit.tracing import ids, parse_traceparent

log = logging.getLogger("eventkit.http")

REQUIRED = ("specversion", "id", "source", "type")
BATCH = 500
"""Most events in one batch."""

_NAME = re.compile(r"[a-z0-9]+")
_JSON_DATA = re.compile(r"application/(json|[\w.-]+\+json)\s*(;.*)?", re.IGNORECASE)


class ForeignType(Faulty):
    """Another service takes commands of this type."""

    slug = "foreign-type"

    def __init__(self, type: str, service: str) -> None:
        mend = Text("send it to POST /v1/events of {service}", service=service)
        fault = FieldProblem("/type", Text("belongs to {service}", service=service), mend)
        super().__init__([fault], Text("{type} belongs to {service}.", type=type, service=service))
        self.members = {"service": service}


class UnknownType(Faulty):
    """No service takes commands of this type."""

    slug = "unknown-type"

    def __init__(self, type: str, known: list[str]) -> None:
        fault = FieldProblem("/type", Text("is no command"), Text("send one of {known}", known=known))
        super().__init__([fault], Text("{type} is no command.", type=type))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, when it arrived, and the trace it belongs to unless an event names its own."""

    caller: Caller
    received_at: datetime
    traceparent: str | None

    @property
    def scope(self) -> str:
        """Where source and id are one key: the caller's agency, or the caller when it has none.

        A department's and an enterprise's events are its own: the first answer is not told to others of the agency.
        """
        own = [one for one in (self.caller.department, self.caller.enterprise) if one is not None]
        return "/".join([f"events:{self.caller.agency or '/' + self.caller.sub}", *own])


def binary(headers: Mapping[str, str], data: Any) -> dict[str, Any]:
    """The event in the attributes of ce- headers (percent-encoded as the binding asks) and a JSON body."""
    event: dict[str, Any] = {name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    return {**event, "data": data}


class Counter:
    """Takes events in and gives each its outcome."""

    def __init__(
        self, book: CommandBook, acceptance: Acceptance, desk: Desk, contracts: Mapping[str, Contract]
    ) -> None:
        self._book = book
        self._acceptance = acceptance
        self._desk = desk
        self._contracts = contracts

    def take(self, events: list[Any], caller: Caller, traceparent: str | None) -> list[Outcome]:
        """The outcome of each event, in order; a bad one does not touch the others."""
        sender = Sender(caller, datetime.now(UTC), traceparent)
        judged = [self._judge(event, sender) for event in events]
        orders = [order for order in judged if isinstance(order, Order)]
        self._mention(orders, sender)
        settled = iter(self._desk.settle(sender.scope, orders) if orders else ())
        return [next(settled) if isinstance(one, Order) else one for one in judged]

    def _mention(self, orders: list[Order], sender: Sender) -> None:
        """An event of another trace than the request's is to be found in the log by its own."""
        for order in orders:
            if order.command.traceparent != sender.traceparent:
                log.info("took %s", order.entry.type, extra={"about": ids(order.command.traceparent)})

    def _judge(self, event: Any, sender: Sender) -> Order | Exception:
        try:
            check_json(event)
            if faults := _envelope_faults(event):
                raise Unreadable(faults)
            return self._acceptance.accept(self._book[self._own(event["type"])], _submission(event, sender))
        except Exception as error:
            if is_refusal(error):
                return error
            raise

    def _own(self, type: str) -> str:
        if type in self._book:
            return type
        contract = self._contracts.get(type)
        if contract is not None and contract.service != self._book.service:
            raise ForeignType(type, contract.service)
        raise UnknownType(type, [entry.type for entry in self._book])


def event_id(event: Any) -> str | None:
    """The id an event names itself by, if it does."""
    id = event.get("id") if isinstance(event, dict) else None
    return id if isinstance(id, str) else None


def _envelope_faults(event: Any) -> list[FieldProblem]:
    if not isinstance(event, dict):
        mend = Text("send a JSON object with the attributes of CloudEvents 1.0")
        return [FieldProblem("", Text("is no event"), mend)]
    faults = [
        FieldProblem(f"/{name}", _wrong(event.get(name)), Text("write a text of 1 to 512 characters"))
        for name in REQUIRED
        if not is_text(event.get(name))
    ]
    if is_text(event.get("specversion")) and event["specversion"] != "1.0":
        faults.append(FieldProblem("/specversion", Text("is not taken here"), Text("write 1.0")))
    faults += [
        FieldProblem(f"/{name}", Text("is no attribute's name"), Text("use lower-case letters and digits"))
        for name in event
        if name != "data_base64" and not _NAME.fullmatch(name)
    ]
    return faults + _data_faults(event)


def _wrong(attribute: object) -> Text:
    if attribute is None:
        return Text("this attribute is required")
    long = isinstance(attribute, str) and len(attribute) > 512
    return Text("is too long") if long else Text("is no such text")


def _data_faults(event: dict[str, Any]) -> list[FieldProblem]:
    media = event.get("datacontenttype")
    if media is not None and not (isinstance(media, str) and _JSON_DATA.fullmatch(media)):
        mend = Text("write application/json or leave it out")
        return [FieldProblem("/datacontenttype", Text("is not taken here"), mend)]
    if "data_base64" in event:
        return [FieldProblem("/data_base64", Text("is not taken here"), Text("send JSON in data"))]
    if not isinstance(event.get("data"), dict):
        return [FieldProblem("/data", Text("is no object"), Text("send the command's fields as an object"))]
    return []


def _submission(event: dict[str, Any], sender: Sender) -> Submission:
    time = event.get("time")
    id = uid(sender.scope, event["source"], event["id"])
    return Submission(
        id=id,
        key=str(id),
        key_name="/id",
        data=event["data"],
        at="/data",
        caller=sender.caller,
        received_at=sender.received_at,
        occurred_at=None if time is None else parse_time(time, "/time"),
        traceparent=parse_traceparent(event.get("traceparent")) or sender.traceparent,
    )
