"""What the tests of the console begin with."""

from __future__ import annotations

from typing import Any

from console.config import ConsoleSettings
from tests.support.tokens import AUDIENCE, ISSUER, Issuer

CASE = "6f0e8b1c-4d2a-5c7e-9b10-000000000004"


def settings(issuer: Issuer, **more: Any) -> ConsoleSettings:
    """A console whose services are addresses that only a test's own transport answers for."""
    urls = {f"{name}_url": f"http://{name}.test" for name in ("intake", "routing", "supervision", "reporting")}
    about = {"jwks_file": str(issuer.file), "issuer": ISSUER, "audience": AUDIENCE, "http_port": 0}
    return ConsoleSettings(**about, **urls, **more)
