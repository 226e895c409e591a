"""Every fault, on a system at work: nothing is lost, nothing happens twice, nothing is hidden."""

from __future__ import annotations

import pytest

from bugle.chaos.arena import Arena, Unavailable
from bugle.chaos.faults import FAULTS
from bugle.chaos.faults.crashes import rebuild

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_breaks_no_invariant(ring: Arena, name: str) -> None:
    try:
        with ring.trial(name):
            FAULTS[name](ring)
    except Unavailable as missing:
        pytest.skip(str(missing))
    assert ring.last.ok, ring.last.broken


def test_rebuild_equals_live_tables(ring: Arena) -> None:
    """The other half of I6, after all that has been done to the system."""
    done = rebuild(ring)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"equal": true' in done.stdout
