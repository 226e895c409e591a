"""What services answer to commands: what the caller can mend, and what he cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import typer

from bugle.stack.errors import StackError

MENDABLE = (400, 404, 422)


def check(answer: httpx.Response, service: str) -> None:
    """BadParameter names what is wrong with a question, StackError tells any other refusal."""
    if answer.status_code == 200:
        return
    told: Mapping[str, Any] = orjson.loads(answer.read())
    faults = told.get("errors") or [{"field": "", "problem": told.get("detail", ""), "mend": ""}]
    said = "\n".join(f"{one['field'].lstrip('/')}: {one['problem']}; {one['mend']}".strip(": ;") for one in faults)
    if answer.status_code in MENDABLE:
        raise typer.BadParameter(said)
    raise StackError(f"{service} refuses ({answer.status_code}): {told.get('detail', '')}")
