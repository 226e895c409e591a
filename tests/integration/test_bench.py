"""Every workload once at toy size, to see that it runs and tells what it must. Nothing here looks at a clock."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bench.command import WORKLOADS, run
from bench.harness import SIZES
from bugle.cli import app
from bugle.stack import Stack, StackError


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", WORKLOADS)
def test_workload_runs_at_toy_size(servers: Stack, name: str) -> None:
    (reading,) = run(servers, [name], SIZES["toy"])
    assert (reading.name, reading.repeats) == (name, 1)
    assert reading.ours > 0
    assert reading.limit > 0


@pytest.mark.parametrize("names", [[], ["fly"]])
def test_unknown_workload_is_refused(names: list[str]) -> None:
    answer = CliRunner().invoke(app, ["bench", *names])
    assert isinstance(answer.exception, StackError)
    assert "Choose from: append, relay, react, rebuild, query." in str(answer.exception)
