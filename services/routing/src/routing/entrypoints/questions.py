"""Questions about rules as they arrive: read, checked, and shown in OpenAPI."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self, TypeVar, cast
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts import DOCUMENTS
from eventkit.http.mends import MOST, field_problems
from eventkit.http.reading import COMMAND_LIMIT, in_turn, media_type, parse_object, read_body, unsupported
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from eventkit.wording import of_parameter
from routing.domain.candidates import Fault

JSON = "application/json"
DOCUMENT = DOCUMENTS["bugle.documents.programme.v3"]
MOST_RULES = 1000

_ONE_PLACE = Text("name an enterprise or a township, not both")
_IN_ORDER = Text("`from` is a later day than `to`")
_MENDS = {"missing": Text("give it"), "extra_forbidden": Text("leave it out")}

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Q = TypeVar("Q", bound="Question")


class Question(BaseModel):
    """Which rules are asked: those of a programme's newest version, of `version`, or candidates for it."""

    model_config = ConfigDict(extra="forbid", title="Rules")

    programme: Annotated[Name, Field(description="Programme id.")]
    version: Annotated[
        int | None, Field(strict=True, ge=1, le=10**9, description="Version of the programme; left out: the newest.")
    ] = None
    rules: Annotated[list[Any] | None, Field(description="Candidates, as `rules` of a programme document.")] = None


class Issue(BaseModel):
    """An issue, which need not exist."""

    model_config = ConfigDict(extra="forbid", title="Issue")

    title: Annotated[str, Field(min_length=1, max_length=500)]
    text: Annotated[str | None, Field(max_length=10_000)] = None
    kind: Annotated[Name | None, Field(description="Left out: the rules classify it.")] = None
    enterprise: Annotated[UUID | None, Field(description="Whose township counts.")] = None
    township: Annotated[str | None, Field(min_length=1, max_length=200, description="Instead of an enterprise.")] = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.enterprise is not None and self.township is not None:
            raise ValueError(_ONE_PLACE)
        return self


class TrialQuestion(Question):
    """What would the rules do with this issue?"""

    issue: Issue


class BacktestQuestion(Question):
    """What would the rules have done with the cases opened on these days?"""

    first: Annotated[date | None, Field(alias="from", description="First day, in the programme's zone.")] = None
    last: Annotated[date | None, Field(alias="to", description="Last day, in the programme's zone.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(_IN_ORDER)
        return self


async def ask(request: Request, question: type[Q]) -> Q:
    """The question of a request; Unreadable, or Faulty with every fault by its place."""
    body = await read_body(request, COMMAND_LIMIT)
    if (media := media_type(request)) != JSON and body:
        raise unsupported(media, JSON)
    async with in_turn(request, body):
        return await run_in_threadpool(_judged, body, question)  # a large body takes a while, and others are waiting


def _judged(body: bytes, question: type[Q]) -> Q:
    told = parse_object(body)
    faults = _rule_faults(told.get("rules"))
    try:
        asked = question.model_validate(told)
    except ValidationError as error:
        raise Faulty([*map(_problem, error.errors()[:MOST]), *faults]) from None
    if faults:
        raise Faulty(faults)
    return asked


def refuse(faults: list[Fault]) -> None:
    """Faulty with the faults of candidates, if there are any."""
    if faults:
        raise Faulty([FieldProblem(f"/{fault.field}", _said(fault.problem), _said(fault.mend)) for fault in faults])


def described(question: type[Question]) -> dict[str, Any]:
    """The body for OpenAPI; it has an $id, so that its $refs stay its own."""
    schema = question.model_json_schema()
    whole = DOCUMENT.schema
    schema["properties"]["rules"] = {**whole["properties"]["rules"], "maxItems": MOST_RULES}
    schema["$defs"] = {**schema.get("$defs", {}), **{name: whole["$defs"][name] for name in ("id", "label")}}
    schema["$id"] = f"urn:bugle:question:routing:{question.__name__}"
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def _rule_faults(told: Any) -> list[FieldProblem]:
    """The shape of candidates is that of a programme document, so it is checked by the same schema."""
    if told is None:
        return []
    if isinstance(told, list) and len(told) > MOST_RULES:
        many = Text("the list has more than {limit} items", limit=MOST_RULES)
        return [FieldProblem("/rules", many, Text("leave some out"))]
    found = DOCUMENT.validate({"rules": told})
    return field_problems([f for f in found if f"{f.pointer}/".startswith("/rules/")], DOCUMENT.schema)


def _said(text: str) -> Text:
    """A text of the domain, which has a copy of the class, since it imports no library."""
    return cast(Text, text)


def _problem(error: Any) -> FieldProblem:
    place = "".join(f"/{part}" for part in error["loc"])
    own = {f"Value error, {text}": text for text in (_ONE_PLACE, _IN_ORDER)}
    said = own.get(error["msg"]) or of_parameter(error)
    return FieldProblem(place, said, _MENDS.get(error["type"], Text("correct it")))
