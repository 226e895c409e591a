"""What schemathesis checks besides its own, in its process: a request that fits the document is no fault of form."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.checks import CheckContext

DATA_DEPENDENT = {"after", "at", "as_of", "period", "month", "programme", "group_by"}
"""Parameters whose right values hang on what is recorded: cursors, moments, periods and ids of programmes."""
UNQUOTED = {"If-Match"}
"""A header whose value is a quoted text: schemathesis sends it without the quotes."""


class PromiseBroken(AssertionError):
    """The document lets a request pass that the service calls ill-formed."""


@schemathesis.check  # type: ignore[arg-type]  # takes functions of any response
def a_promise_is_kept(ctx: CheckContext, response: Any, case: Any) -> None:
    """A request that fits its document is not called `invalid` or `unreadable`."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in (400, 422):
        return
    told = response.json()
    if told["type"] not in ("urn:bugle:problem:invalid", "urn:bugle:problem:unreadable"):
        return
    fields = {fault["field"] for fault in told["errors"]}
    # the shape of `data` is that of the command's contract, which the event's schema only names
    open_to_data = {field for field in fields if field in DATA_DEPENDENT or field.startswith("/data")}
    if fields - open_to_data - UNQUOTED and not case.operation.path.endswith("/events"):
        raise PromiseBroken(f"{case.operation.label}: {sorted(fields)} fit the document, and were refused")
