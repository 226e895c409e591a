"""What the tests of the console begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from console.bootstrap import application
from console.config import ConsoleSettings
from pagekit.session import COOKIE
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer

Answer = Callable[[httpx.Request], httpx.Response]
CASE = "6f0e8b1c-4d2a-5c7e-9b10-000000000004"
TOLD = {
    "case": CASE,
    "programme": "help",
    "agency": "jinxian",
    "enterprise": CASE,
    "title": "电压不稳",
    "text": None,
    "kind": None,
    "lead": "power",
    "supporting": [],
    "letter": None,
    "round": 1,
    "outcome": None,
    "milestones": [],
    "moves": ["accept"],
}
"""What routing says of the case, besides its state and version."""


def settings(issuer: Issuer, **more: Any) -> ConsoleSettings:
    """A console whose services are addresses that only a test's own transport answers for."""
    urls = {f"{name}_url": f"http://{name}.test" for name in ("intake", "routing", "supervision", "reporting")}
    about = {"jwks_file": str(issuer.file), "issuer": ISSUER, "audience": AUDIENCE, "http_port": 0}
    return ConsoleSettings(**about, **urls, **more)


def visiting(issuer: Issuer, answer: Answer, role: str = "frontend", **claims: Any) -> TestClient:
    """Somebody at a console whose services answer so; real ones stand behind tests/e2e/test_console.py."""
    app = application(settings(issuer), httpx.Client(transport=httpx.MockTransport(answer)))
    return TestClient(app, cookies={COOKIE: issuer.token(role, **claims)}, follow_redirects=False)


def silent(request: httpx.Request) -> httpx.Response:
    """The answer of a service that is away."""
    raise httpx.ConnectError("nobody is there", request=request)


def hidden_in(page: httpx.Response) -> dict[str, str]:
    """What a form brings along that nobody sees."""
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))
