"""Identifiers that a redelivery, a re-import or a second run makes again.

Everything that follows from a cause (a ledger row, a consumed event, a clock's stage) takes its id from that cause by
UUID version 5 (RFC 9562), so doing the work twice makes the same ids and the store refuses the second.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_URL, "urn:bugle")
_SEPARATOR = "\x1f"


def uid(*parts: object) -> UUID:
    """The id that these parts always give; a leading UUID is the namespace, otherwise Bugle's own is.

    Parts are joined by the ASCII unit separator, which none of them may hold, so ("a", "bc") and ("ab", "c") differ.
    """
    namespace, names = (parts[0], parts[1:]) if isinstance(parts[0], UUID) else (NAMESPACE, parts)
    return uuid5(namespace, _SEPARATOR.join(map(str, names)))
