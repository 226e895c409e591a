"""The faults that can be done to an arena, each by its name.

Each returns when it has had its effect; the arena heals what it leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bugle.chaos.arena import Arena
from bugle.chaos.faults import crashes, days, handlers, hosts, records, repeats, servers, slowness, ways

_MODULES = (crashes, servers, handlers, records, repeats, slowness, hosts, ways, days)

FAULTS: Mapping[str, Callable[[Arena], None]] = {
    name: inflict for module in _MODULES for name, inflict in module.FAULTS.items()
}
