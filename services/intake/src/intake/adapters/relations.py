"""How issues belong together, beside the list of issues."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from eventkit.envelope import Envelope, instant

_LINK = text(
    "INSERT INTO links (issue, relation, other, linked_at) VALUES (CAST(:issue AS uuid), :relation,"
    " CAST(:to AS uuid), :at) ON CONFLICT DO NOTHING"
)
_UNLINK = text(
    "DELETE FROM links WHERE issue = CAST(:issue AS uuid) AND relation = :relation AND other = CAST(:to AS uuid)"
)
_DIVIDE = text("UPDATE issues SET parts = parts || CAST(:parts AS uuid[]) WHERE issue = CAST(:issue AS uuid)")
_MERGE = text("UPDATE issues SET merged_into = CAST(:into AS uuid), merger = :state WHERE issue = CAST(:issue AS uuid)")
_WITHDRAW = text("UPDATE issues SET withdrawal = :state WHERE issue = CAST(:issue AS uuid)")

_CHANGES = {
    "issue_linked": _LINK,
    "issue_unlinked": _UNLINK,
    "issue_divided": _DIVIDE,
    "merger_requested": _MERGE,
    "merger_undone": _MERGE,
    "merger_declined": _MERGE,
    "withdrawal_requested": _WITHDRAW,
    "withdrawal_declined": _WITHDRAW,
}
_STATES = {"merger_undone": None, "merger_declined": "refused", "withdrawal_declined": "refused"}
"""What the read model says of a merger or withdrawal after the event; after any other it is pending."""


def relate(connection: Connection, written: Sequence[Envelope]) -> None:
    """Bring links, parts, mergers and withdrawals up to the newly recorded events, in their order."""
    for event in written:
        name = event.type.split(".")[2]
        if name in _CHANGES:
            more = {"at": instant(event.occurred_at), "state": _STATES.get(name, "pending")}
            undone = {"into": None} if name == "merger_undone" else {}
            connection.execute(_CHANGES[name], {**event.json(), **more, **undone})
