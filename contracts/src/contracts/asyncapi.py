"""The AsyncAPI 3 document of all topics and commands, made from the schemas; it refers to them, so they stay the truth.

python -m contracts.asyncapi        writes contracts/asyncapi.yaml
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts import COMMANDS, EVENTS, Contract
from contracts.loader import ROOT

FILE = ROOT.parents[1] / "asyncapi.yaml"
_SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
_TEXT = {"type": "string"}
_INSTANT = {"type": "string", "format": "date-time"}

_HEADERS = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid"},
    "ce_type": _TEXT,
    "ce_source": _TEXT,
    "ce_subject": {**_TEXT, "description": "The stream."},
    "ce_time": {**_INSTANT, "description": "When it happened."},
    "ce_dataschema": _TEXT,
    "ce_recordedat": {**_INSTANT, "description": "When the service recorded it."},
    "ce_sequencedat": {**_INSTANT, "description": "When it got its place in the service's log."},
    "ce_logseq": {"type": "string", "pattern": "^[0-9]+$", "description": "That place, without gaps."},
    "ce_streamversion": {"type": "string", "pattern": "^[0-9]+$", "description": "Its place in its stream."},
    "traceparent": _TEXT,
}
_WATERMARK = {
    "name": "watermark",
    "title": "Watermark",
    "summary": "Every event of the service sequenced up to this instant stands before this record in its partition.",
    "contentType": "application/json",
    "payload": {"type": "object", "properties": {"upto": _INSTANT, "log_seq": {"type": "integer"}}},
}


def document() -> dict[str, Any]:
    """The whole document; addresses of servers are the operator's."""
    services = sorted({contract.service for contract in EVENTS.values()})
    takers = sorted({contract.service for contract in COMMANDS.values()})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Bugle", "version": "1.0.0", "description": "Events on Kafka and commands over HTTP."},
        "defaultContentType": "application/json",
        "channels": {
            **{f"{name}Events": _topic(name) for name in services},
            **{f"{name}Commands": _inlet(name) for name in takers},
        },
        "operations": {
            **{f"{name}Publishes": _operation("send", f"{name}Events") for name in services},
            **{f"{name}Takes": _operation("receive", f"{name}Commands") for name in takers},
        },
        "components": {
            "messages": {
                **{_name(contract): _event(contract) for contract in EVENTS.values()},
                **{_name(contract): _message(contract) for contract in COMMANDS.values()},
                "watermark": _WATERMARK,
            },
            "messageTraits": {
                "cloudEvent": {"headers": {"type": "object", "properties": _HEADERS}},
            },
        },
    }


def _topic(service: str) -> dict[str, Any]:
    names = [_name(contract) for contract in EVENTS.values() if contract.service == service]
    return {
        "address": f"{service}.events",
        "description": f"What {service} recorded, CloudEvents 1.0 in binary mode, in order by key.",
        "messages": _references([*names, "watermark"]),
        "bindings": {
            "kafka": {"partitions": 12, "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1}}
        },
    }


def _inlet(service: str) -> dict[str, Any]:
    names = [_name(contract) for contract in COMMANDS.values() if contract.service == service]
    return {
        "address": "/v1/events",
        "description": f"Commands to {service} as CloudEvents 1.0 over HTTP: binary, structured or batched.",
        "messages": _references(names),
    }


def _references(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _name(contract: Contract) -> str:
    return contract.type.removeprefix("bugle.")


def _event(contract: Contract) -> dict[str, Any]:
    key = {"description": f"Such as {contract.example['partitionkey']}", "type": "string"}
    return {
        **_message(contract),
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "bindings": {"kafka": {"key": key}},
    }


def _message(contract: Contract) -> dict[str, Any]:
    path = contract.path.relative_to(FILE.parent).as_posix()
    return {
        "name": contract.type,
        "title": contract.schema["title"],
        "summary": contract.schema["description"],
        "contentType": "application/json",
        "payload": {"schemaFormat": _SCHEMA_FORMAT, "schema": {"$ref": f"./{path}"}},
    }


def to_yaml(value: Any) -> str:
    """YAML 1.2 in block style; keys are plain where they can be, every other scalar is JSON, which YAML includes."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    pairs = [(f"{_key(key)}:", held) for key, held in value.items()] if isinstance(value, dict) else []
    for head, held in pairs or [("-", held) for held in value]:
        if isinstance(held, dict | list) and held:
            yield f"{indent}{head}"
            yield from _lines(held, f"{indent}  ")
        else:
            yield f"{indent}{head} {_scalar(held)}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_$][\w.$/-]*", key) else _scalar(key)


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(file: Path = FILE) -> None:
    """Write the document."""
    file.write_text(to_yaml(document()), encoding="utf-8")


if __name__ == "__main__":
    main()
