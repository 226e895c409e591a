"""A small OpenID Connect provider as a process of its own: it signs everybody in, and keeps to the protocol.

`python -m tests.support.provider FOLDER CLIENT REDIRECT [ALGORITHM]`: writes its key set to FOLDER/jwks.json and its
address to its output. Whoever signs in is who FOLDER/claims.json says. FOLDER/fault.json changes an answer. A line of
FOLDER/asked is a request for its configuration.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.tokens import AUDIENCE, Issuer


class Provider(ThreadingHTTPServer):
    """Holds the codes that were given out, each with what it was asked for."""

    def __init__(self, folder: Path, client: str, redirect: str, algorithm: str = "EdDSA") -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.folder, self.client, self.redirect = folder, client, redirect
        self.issuer, self.codes = Issuer(folder, algorithm), dict[str, dict[str, str]]()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def held(self, name: str) -> dict[str, Any]:
        file = self.folder / f"{name}.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, given = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
        if path == "/.well-known/openid-configuration":
            at = self.server.address
            with (self.server.folder / "asked").open("a") as asked:
                asked.write("configuration\n")
            told = {"issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token"}
            self.answer(200, told | self.server.held("fault").get("configuration", {}))
        elif path == "/authorize":
            self.authorise(given)
        else:
            self.answer(404, {})

    def authorise(self, given: dict[str, str]) -> None:
        """Back to the client, with a code or with what the fault says."""
        wanted = {"client_id": self.server.client, "redirect_uri": self.server.redirect, "response_type": "code"}
        if wanted.items() - given.items() or given.get("code_challenge_method") != "S256":
            self.answer(400, {"error": "invalid_request"})
            return
        code = token_urlsafe(16)
        self.server.codes[code] = given
        told = {"state": given["state"]} | (self.server.held("fault").get("authorize") or {"code": code})
        self.send_response(302)
        self.send_header("Location", f"{given['redirect_uri']}?{urlencode(told)}")
        self.end_headers()

    def do_POST(self) -> None:
        sent = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked, fault = self.server.codes.pop(sent.get("code", ""), None), self.server.held("fault")
        if asked is None or not _proves(sent, asked):
            self.answer(400, {"error": "invalid_grant"})
        elif fault.get("secret", sent.get("client_secret")) != sent.get("client_secret"):
            self.answer(401, {"error": "invalid_client"})
        else:
            self.answer(200, {"token_type": "Bearer", **self.tokens(asked, fault)})

    def tokens(self, asked: dict[str, str], fault: dict[str, Any]) -> dict[str, str]:
        about = {"iss": self.server.address, **self.server.held("claims")}
        of = {"aud": asked["client_id"], "nonce": asked["nonce"]}
        access = self.server.issuer.token(**{"aud": AUDIENCE, **about, **fault.get("access_token", {})})
        return {"access_token": access, "id_token": self.server.issuer.token(**about | of | fault.get("id_token", {}))}

    def answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests read what they want from the answers."""


def _proves(sent: dict[str, str], asked: dict[str, str]) -> bool:
    """Whether it is the client that asked, by redirect, id and verifier."""
    digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    told = (sent.get("redirect_uri"), sent.get("client_id"), challenge)
    return told == (asked["redirect_uri"], asked["client_id"], asked["code_challenge"])


def _flat(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query).items()}


if __name__ == "__main__":
    serving = Provider(Path(sys.argv[1]), *sys.argv[2:])
    print(serving.address, flush=True)
    serving.serve_forever()
