"""What the log says of a provider that is away: once that it does not answer, nothing against its configuration."""

from __future__ import annotations

import logging

import httpx
import pytest

from eventkit.problems import Unavailable
from pagekit.discovery import Configuration

NOWHERE = "http://127.0.0.1:9"


def test_resting_provider_is_not_blamed(caplog: pytest.LogCaptureFixture) -> None:
    with httpx.Client(trust_env=False) as http, caplog.at_level(logging.WARNING, "pagekit"):
        configuration = Configuration(NOWHERE, http)
        for _ in range(3):
            with pytest.raises(Unavailable):
                configuration.endpoint("authorization_endpoint")
    assert [(record.levelname, "does not answer" in record.message) for record in caplog.records] == [("WARNING", True)]
