"""What tokens the embedded issuer signs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bugle.stack import StackError
from bugle.stack.home import Home
from bugle.stack.keys import Keys


@pytest.mark.parametrize("hours", [math.nan, math.inf, 1e300, 8785, 0, -1])
def test_token_lasts_a_year_at_most(tmp_path: Path, hours: float) -> None:
    with pytest.raises(StackError, match="at most 8784 hours"):
        Keys(Home(tmp_path)).token(["office"], hours=hours)
