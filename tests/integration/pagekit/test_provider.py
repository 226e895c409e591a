"""Signing in at an identity provider, a process of its own: the way there and back, and how it is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from bugle.stack.home import ROOT
from console.bootstrap import application
from console.config import ConsoleSettings
from eventkit import auth
from eventkit.postgres import make_engine
from eventkit.settings import MissingSetting
from pagekit import discovery
from pagekit.provider import Begun
from pagekit.session import BEGUN, COOKIE
from reporting.bootstrap import application as pages
from reporting.config import PageSettings
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE

CLIENT, HERE = "console", "https://console.test"
REDIRECT = f"{HERE}/sign-in/done"


@dataclass
class Providing:
    """A provider that runs, and the folder by which it is told what to say."""

    address: str
    folder: Path
    process: subprocess.Popen[str]

    def says(self, **claims: Any) -> None:
        (self.folder / "claims.json").write_text(json.dumps(claims))

    def asked(self) -> int:
        """How often its configuration was."""
        return len((self.folder / "asked").read_text().splitlines())

    def errs(self, **fault: Any) -> None:
        (self.folder / "fault.json").write_text(json.dumps(fault))


@pytest.fixture
def providing(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Providing]:
    """Signs everybody in as the office of jinxian, by EdDSA or the algorithm that a test asks for."""
    command = [sys.executable, "-m", "tests.support.provider", str(tmp_path), CLIENT, REDIRECT]
    command.append(getattr(request, "param", "EdDSA"))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        held = Providing(process.stdout.readline().strip(), tmp_path, process)
        held.says(roles=["office"], agency="jinxian", sub="office-1")
        yield held
        process.kill()


def settings(providing: Providing, **more: Any) -> ConsoleSettings:
    urls = {f"{name}_url": f"http://{name}.test" for name in ("intake", "routing", "supervision", "reporting")}
    keys = {"jwks_file": str(providing.folder / "jwks.json"), "issuer": providing.address, "audience": AUDIENCE}
    about = {"http_port": 0, "oidc_client_id": CLIENT, "oidc_redirect_url": REDIRECT}
    return ConsoleSettings(**(urls | keys | about | more))


def visiting(providing: Providing, **more: Any) -> TestClient:
    return TestClient(application(settings(providing, **more)), base_url=HERE, follow_redirects=False)


@pytest.fixture
def visitor(providing: Providing) -> TestClient:
    return visiting(providing)


def there(visitor: TestClient, back: str = "/report") -> str:
    """To the provider and back: the address that the browser comes back to."""
    sent = visitor.get("/sign-in/begin", params={"back": back})
    assert sent.status_code == 303, sent.text
    returned = httpx.get(sent.headers["location"])
    assert returned.status_code == 302, returned.text
    return returned.headers["location"].removeprefix(HERE)


def test_visitor_is_signed_in(visitor: TestClient) -> None:
    """A strict cookie does not come along when another site leads here, so the page goes on from here."""
    answer = visitor.get(there(visitor, "/report?lang=en"))
    assert answer.status_code == 200 and 'url=/report?lang=en"' in answer.text
    session, begun = answer.headers.get_list("set-cookie")
    assert session.startswith(f"{COOKIE}=ey") and begun.startswith(f'{BEGUN}="";')
    assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/"} <= {one.strip() for one in session.split(";")}
    assert visitor.app.state.tokens.verify(visitor.cookies[COOKIE]).sub == "office-1"


@pytest.mark.parametrize("providing", ["RS256", "PS256", "ES256"], indirect=True)
def test_provider_signs_by_its_algorithm(visitor: TestClient) -> None:
    assert visitor.get(there(visitor)).status_code == 200
    assert visitor.app.state.tokens.verify(visitor.cookies[COOKIE]).sub == "office-1"


def test_form_leads_to_the_provider(visitor: TestClient) -> None:
    for address in ("/report?kind=power&lang=en", "/sign-in?lang=en"):
        text = visitor.get(address).text
        assert "Sign in with your account" in text
    text = visitor.get("/report?kind=power&lang=en").text
    assert 'href="/sign-in/begin?back=%2Freport%3Fkind%3Dpower%26lang%3Den"' in text


def test_what_is_asked_of_the_provider(visitor: TestClient) -> None:
    sent = visitor.get("/sign-in/begin")
    asked = httpx.URL(sent.headers["location"]).params
    begun = Begun.load(visitor.cookies[BEGUN])
    assert (asked["state"], asked["nonce"], asked["scope"]) == (begun.state, begun.nonce, "openid")
    assert begun.verifier not in sent.headers["location"] and len({begun.state, begun.nonce, begun.verifier}) == 3
    kept = {one.strip() for one in sent.headers["set-cookie"].split(";")}
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/sign-in", "Max-Age=600"} <= kept


def refused(visitor: TestClient, address: str, status: int, word: str) -> None:
    """The form again, which says why; nobody is signed in."""
    answer = visitor.get(address, params=None if "lang=" in address else {**httpx.URL(address).params, "lang": "en"})
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert COOKIE not in visitor.cookies and "Traceback" not in answer.text


def test_code_of_another_browser_is_refused(visitor: TestClient, providing: Providing) -> None:
    """Whoever is sent somebody else's way back would be signed in as him."""
    address = there(visiting(providing))
    refused(visitor, address, 401, "begun in another window")
    there(visitor)
    refused(visitor, address, 401, "begun in another window")


def test_code_works_once(visitor: TestClient) -> None:
    address = there(visitor)
    kept = visitor.cookies[BEGUN]
    visitor.get(address)
    visitor.cookies.clear()
    visitor.cookies.set(BEGUN, kept)
    refused(visitor, address, 401, "has not signed you in")


def test_stolen_code_needs_the_verifier(visitor: TestClient) -> None:
    address = there(visitor)
    begun = Begun.load(visitor.cookies[BEGUN])
    visitor.cookies.clear()
    visitor.cookies.set(BEGUN, Begun(begun.state, begun.nonce, "guessed", "/").dump())
    refused(visitor, address, 401, "has not signed you in")


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        ({"authorize": {"error": "access_denied"}}, 401, "has not signed you in"),
        ({"id_token": {"nonce": "another"}}, 401, "begun in another window"),
        ({"id_token": {"aud": "another"}}, 401, "not valid here"),
        ({"id_token": {"iss": "https://elsewhere.test"}}, 401, "not valid here"),
        ({"access_token": {"aud": "another"}}, 401, "not valid here"),
        ({"access_token": {"exp": 1}}, 401, "expired"),
        ({"access_token": {"roles": ["analyst"]}}, 403, "roles"),
        ({"secret": "unknown"}, 401, "has not signed you in"),
    ],
)
def test_wrong_answer_signs_nobody_in(
    visitor: TestClient, providing: Providing, fault: dict[str, Any], status: int, word: str
) -> None:
    providing.errs(**fault)
    refused(visitor, there(visitor), status, word)


def test_secret_proves_the_client(providing: Providing, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    providing.errs(secret="s3cret")  # pragma: allowlist secret
    visitor = visiting(providing, oidc_secret_file=str(tmp_path / "secret"))
    assert visitor.get(there(visitor)).status_code == 200


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://elsewhere.test"},
        {"authorization_endpoint": "http://elsewhere.test"},
        {"authorization_endpoint": 1},
    ],
)
def test_foreign_configuration_is_not_followed(
    visitor: TestClient, providing: Providing, configuration: dict[str, Any]
) -> None:
    providing.errs(configuration=configuration)
    refused(visitor, "/sign-in/begin", 503, "does not answer")


def test_silent_provider_is_told(providing: Providing) -> None:
    visitor = visiting(providing, issuer="http://127.0.0.1:9")
    refused(visitor, "/sign-in/begin", 503, "does not answer")


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    then = monotonic() + seconds
    for module in (discovery, auth):
        monkeypatch.setattr(module, "monotonic", lambda: then)


def test_configuration_is_kept_for_minutes(
    visitor: TestClient, providing: Providing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        assert visitor.get(there(visitor)).status_code == 200
    assert providing.asked() == 1
    later(monkeypatch, discovery.KEPT_SECONDS + 1)
    assert visitor.get(there(visitor)).status_code == 200 and providing.asked() == 2


def test_silent_provider_is_left_alone(
    visitor: TestClient, providing: Providing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sign-in would else wait for it, and hold a thread meanwhile."""
    providing.errs(configuration={"issuer": "https://elsewhere.test"})
    for _ in range(3):
        refused(visitor, "/sign-in/begin", 503, "does not answer")
    providing.errs()
    refused(visitor, "/sign-in/begin", 503, "does not answer")
    assert providing.asked() == 1
    later(monkeypatch, discovery.REST_SECONDS + 1)
    assert visitor.get(there(visitor)).status_code == 200 and providing.asked() == 2


def test_sessions_outlive_the_provider(
    visitor: TestClient, providing: Providing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys lie in a file: that the provider is away ends nobody's session, whatever is no longer remembered."""
    visitor.get(there(visitor))
    providing.process.kill()
    providing.process.wait()
    later(monkeypatch, discovery.KEPT_SECONDS + 1)
    assert visitor.app.state.tokens.verify(visitor.cookies[COOKIE]).sub == "office-1"
    assert "office-1" in visitor.get("/report?lang=en").text
    elsewhere = visiting(providing)
    refused(elsewhere, "/sign-in/begin", 503, "does not answer")


def test_foreign_way_back_is_not_followed(visitor: TestClient) -> None:
    assert 'url=/"' in visitor.get(there(visitor, "https://evil.test/")).text


def test_unregistered_process_says_so(providing: Providing) -> None:
    visitor = visiting(providing, oidc_client_id="")
    for address in ("/sign-in/begin", "/sign-in/done?code=1&state=2"):
        refused(visitor, address, 404, "no sign-in service")
    assert "Sign in with your account" not in visitor.get("/sign-in?lang=en").text


@pytest.mark.parametrize("redirect", ["", "http://console.test/sign-in/done"])
def test_half_a_registration_stops_the_start(providing: Providing, redirect: str) -> None:
    with pytest.raises(MissingSetting, match="BUGLE_OIDC_REDIRECT_URL"):
        visiting(providing, oidc_redirect_url=redirect)


def test_pages_of_reporting_sign_in_alike(providing: Providing) -> None:
    about = {"jwks_file": str(providing.folder / "jwks.json"), "issuer": providing.address, "audience": AUDIENCE}
    held = PageSettings(database_url="", http_port=0, oidc_client_id=CLIENT, oidc_redirect_url=REDIRECT, **about)
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none", pool=1)
    with TestClient(pages(held, nowhere), base_url=HERE, follow_redirects=False) as visitor:
        assert visitor.get(there(visitor, "/overview")).status_code == 200
        assert visitor.app.state.tokens.verify(visitor.cookies[COOKIE]).agency == "jinxian"  # type: ignore[attr-defined]
    nowhere.dispose()
