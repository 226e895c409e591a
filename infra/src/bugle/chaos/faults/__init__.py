"""The faults that can be done to an arena, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bugle.chaos.arena import Arena
from bugle.chaos.faults import crashes, handlers, hosts, records, servers, slowness, ways


@dataclass(frozen=True, slots=True)
class Fault:
    """`inflict` returns when the fault has had its effect; the arena heals what it leaves behind.

    `waived`: invariants that cannot be judged afterwards, and why.
    """

    inflict: Callable[[Arena], None]
    waived: Mapping[str, str] = field(default_factory=dict)


_WAIVED = {
    "an event does not fit its schema": {
        "I6": "what no program can read is in no table: bugle verify names it, rightly"
    }
}
_MODULES = (crashes, servers, handlers, records, slowness, hosts, ways)

FAULTS: Mapping[str, Fault] = {
    name: Fault(inflict, _WAIVED.get(name, {})) for module in _MODULES for name, inflict in module.FAULTS.items()
}
