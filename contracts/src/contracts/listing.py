"""The list of every event and every command for readers, made from the schemas and their examples.

python -m contracts.listing        writes docs/events.md
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from contracts import COMMANDS, EVENTS, Contract
from contracts.loader import ROOT

FILE = ROOT.parents[2] / "docs" / "events.md"

_HEAD = """\
# Events and commands

Made by `python -m contracts.listing` from the schemas in `contracts/`; a test checks that it is current.

Events travel as CloudEvents 1.0 on the topic `<service>.events`. `stream` is the CloudEvents subject; its versions are
1, 2, 3 and so on. `key` is Kafka's: order holds within a key. Beside its events each topic carries watermarks
(`bugle.<service>.watermark.v1`, without a key, in every partition): "every event of this service sequenced up to this
instant stands before this record".
"""


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for service, contracts in groupby(EVENTS.values(), lambda contract: contract.service):
        parts.append(f"\n## Events of {service}\n\n| type | stream | key | meaning |\n|---|---|---|---|\n")
        parts.extend(map(_event, contracts))
    for service, contracts in groupby(COMMANDS.values(), lambda contract: contract.service):
        parts.append(f"\n## Commands to {service}\n\n| type | meaning |\n|---|---|\n")
        parts.extend(f"| `{c.type}` | {c.schema['description']} |\n" for c in contracts)
    return "".join(parts)


def _event(contract: Contract) -> str:
    example = contract.example
    prefix, id = example["subject"].split("-", 1)
    stream = f"{prefix}-<{_field(example['data'], id)}>"
    key = _field(example["data"], example["partitionkey"])
    return f"| `{contract.type}` | `{stream}` | {key} | {contract.schema['description']} |\n"


def _field(data: dict[str, object], value: str) -> str:
    """The name of the payload's field that holds an id."""
    return next((name for name, held in data.items() if held == value), "id")


def main(file: Path = FILE) -> None:
    """Write the page."""
    file.write_text(markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
