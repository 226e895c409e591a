"""Every fault, on a system at work: nothing is lost, nothing happens twice, nothing is hidden."""

from __future__ import annotations

import pytest

from bugle.chaos.arena import Arena, Unavailable
from bugle.chaos.faults import FAULTS

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_breaks_no_invariant(ring: Arena, name: str) -> None:
    try:
        with ring.trial(name):
            FAULTS[name](ring)
    except Unavailable as missing:
        pytest.skip(str(missing))
    assert ring.last.ok, ring.last.broken
