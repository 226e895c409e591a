"""The command `bugle rebuild`."""

from __future__ import annotations

from types import SimpleNamespace

import orjson
import pytest
import typer

import bugle.rebuild
from bugle.stack import StackError
from tests.integration.reporting.delivery import Delivery
from tests.unit.reporting.made import courses, day


@pytest.mark.timeout(240)
def test_command_runs_the_services_rebuild(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    delivery.publish(courses(5).events, mark=day(90))
    delivery.apply()
    stack = SimpleNamespace(system=delivery.system, running=lambda: True, half_restored=lambda: False)
    monkeypatch.setattr(bugle.rebuild, "Stack", lambda: stack)

    with pytest.raises(typer.Exit) as ended:
        bugle.rebuild.rebuild("reporting", as_json=True)

    told = orjson.loads(capfd.readouterr().out)
    assert ended.value.exit_code == 0
    assert (told["swapped"], told["equal"], told["tables"]["ledger"]["rows"]) == (True, True, 5)


def test_service_without_projections() -> None:
    with pytest.raises(StackError, match="bugle rebuild reporting"):
        bugle.rebuild.rebuild("intake")


def test_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bugle.rebuild, "Stack", lambda: SimpleNamespace(running=lambda: False))

    with pytest.raises(StackError, match="bugle up"):
        bugle.rebuild.rebuild("reporting")
