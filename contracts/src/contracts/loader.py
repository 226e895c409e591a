"""Reads contracts from the folders beside this file, each one when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from contracts.formats import FORMATS

ROOT = Path(__file__).parent

MANY = 20_000
"""Values in data of which every fault is told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One violation: a JSON pointer into the validated data ("/facts/0/at", "" for the whole) and a sentence.

    The sentence never repeats the offending value, which may be a phone number. `keyword` of the schema failed, with
    `values` as jsonschema-rs tells them ({"limit": 3}), for whoever says it in words of their own.
    """

    pointer: str
    message: str
    keyword: str = field(default="", compare=False)
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Contract:
    """One version of one message or document type; `example` is a whole CloudEvent (a document: the document)."""

    type: str
    service: str
    name: str
    version: int
    path: Path = field(repr=False)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of `data`."""
        return _read(self.path)

    @cached_property
    def example(self) -> dict[str, Any]:
        """The frozen example beside the schema."""
        return _read(self.path.with_suffix(".example.json"))

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(
            self.schema, validate_formats=True, formats=dict(FORMATS), mask="the value", offline=True
        )

    def validate(self, data: object) -> list[Fault]:
        """All faults of `data` against the schema, formats included; empty when it is valid.

        Of data with more than MANY values the first fault alone: jsonschema-rs makes all errors before it gives one,
        and each is hundreds of times as large as a value.
        """
        if self._validator.is_valid(data):
            return []
        if _many(data):
            return list(islice(self._first(data), 1))
        return [fault for error in self._validator.iter_errors(data) for fault in _faults(error)]

    def _first(self, data: object) -> Iterator[Fault]:
        try:
            self._validator.validate(data)
        except ValidationError as error:
            yield from _faults(error)


class Catalogue(Mapping[str, Contract]):
    """The contracts under one folder by type: <service>/<name>/v<n>.json is bugle.<service>.<name>.v<n>.

    Given a `service`, the folder has no service level: <name>/v<n>.json is bugle.<service>.<name>.v<n>.
    """

    def __init__(self, folder: Path, service: str | None = None) -> None:
        self._folder = folder
        self._service = service

    @cached_property
    def _contracts(self) -> dict[str, Contract]:
        depth = "*/v*.json" if self._service else "*/*/v*.json"
        paths = sorted(path for path in self._folder.glob(depth) if path.stem.removeprefix("v").isdigit())
        return {contract.type: contract for contract in map(self._contract, paths)}

    def _contract(self, path: Path) -> Contract:
        service = self._service or path.parts[-3]
        name, version = path.parts[-2], int(path.stem[1:])
        return Contract(f"bugle.{service}.{name}.v{version}", service, name, version, path)

    def __getitem__(self, type_: str) -> Contract:
        return self._contracts[type_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contracts)

    def __len__(self) -> int:
        return len(self._contracts)


def _many(data: object) -> bool:
    """Whether it holds more than MANY values, counted level by level."""
    level, count = [data], 1
    while level and count <= MANY:
        nests = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        count += sum(map(len, nests))
        level = [inner for nest in nests for inner in nest] if count <= MANY else []
    return count > MANY


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _faults(error: ValidationError) -> Iterator[Fault]:
    """One fault per error; a missing or an unknown field is named by its own pointer, not by that of its parent."""
    kind = error.kind.as_dict()
    at = "".join(f"/{_escape(str(part))}" for part in error.instance_path)
    if "property" in kind:
        yield Fault(f"{at}/{_escape(kind['property'])}", "this field is required", "required")
    elif "unexpected" in kind:
        for name in kind["unexpected"]:
            yield Fault(f"{at}/{_escape(name)}", "this field is unknown", "additionalProperties")
    else:
        yield Fault(at, error.message, error.kind.name, kind)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
