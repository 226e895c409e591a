"""A service's refusal, told by the names that a command's user gave."""

from __future__ import annotations

import httpx
import pytest
import typer

from bugle.answers import check

FAULT = {"field": "limits", "problem": "'2x' is no limit", "mend": "write contact:3wd"}


def refusal(*faults: dict[str, str]) -> httpx.Response:
    return httpx.Response(422, json={"title": "Invalid", "errors": faults})


@pytest.mark.parametrize(
    ("faults", "hint", "said"),
    [
        ([FAULT], "--limit", "'2x' is no limit; write contact=3wd"),
        ([FAULT | {"field": "/limits.contact"}], "--limit", "'2x' is no limit; write contact=3wd"),
        ([FAULT | {"field": "other"}], None, "other: '2x' is no limit; write contact=3wd"),
        ([FAULT | {"field": ""}], None, "'2x' is no limit; write contact=3wd"),
        (
            [FAULT, FAULT | {"field": "other"}],
            None,
            "--limit: '2x' is no limit; write contact=3wd\nother: '2x' is no limit; write contact=3wd",
        ),
    ],
)
def test_refusal_is_told_by_the_option(faults: list[dict[str, str]], hint: str | None, said: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        check(refusal(*faults), "supervision", {"limits": "--limit"}, lambda text: text.replace(":", "="))
    assert (refused.value.param_hint, refused.value.message) == (hint, said)
