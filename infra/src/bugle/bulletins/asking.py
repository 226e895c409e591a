"""Reporting as the command asks it: what documents there are, issuing one, fetching its files."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from bugle.answers import AsOperator, Json, check, pages

OPTIONS = {"programme": "--programme", "about": "--about", "as_of": "--as-of"}
FORMATS = ("docx", "pdf", "md")


class Asking(AsOperator):
    """What documents reporting has issued."""

    service = "reporting"
    subject = "operator"

    def reports(self, programme: str) -> list[Json]:
        """What documents the programme has."""
        return list(self._json("GET", "/v1/documents", {"programme": programme})["items"])

    def newest(self, programme: str, kind: str, about: str) -> str | None:
        """The id of the document that stands; None before the first."""
        asked = {"programme": programme, "kind": kind, "about": about, "limit": "200"}
        found = pages(lambda more: self._json("GET", "/v1/issued", asked | more))
        ids = [str(one["document"]) for page in found for one in page["items"]]
        return ids[-1] if ids else None

    def issue(self, programme: str, kind: str, named: tuple[str, str], as_of: str | None = None) -> str | None:
        """The id of the document that was issued; None where there is nothing to restate.

        `named`: "about" and an id, or the kind of a period and its name; `as_of`: the day or instant of whose knowledge
        it is, else all that is known.
        """
        asked = {"programme": programme, "about" if named[0] == "about" else "period": named[1]}
        asked |= {} if as_of is None else {"as_of": as_of}
        answer = self._send("POST", f"/v1/documents/{kind}", asked)
        if answer.status_code == 409 and answer.json()["type"].endswith(":nothing-changed"):
            return None
        check(answer, self.service, OPTIONS | {"period": f"--{named[0]}"})
        return str(answer.json()["document"])

    def document(self, id: str) -> Json:
        """A document; its `content` as JSON has it."""
        told = self._json("GET", f"/v1/issued/{id}", {})
        return told | {"content": orjson.loads(told["content"])}

    def file(self, id: str, format: str, lang: str) -> bytes:
        """A document in one format and language."""
        answer = self._send("GET", f"/v1/issued/{id}/{format}", {"lang": lang})
        check(answer, self.service, OPTIONS)
        return answer.content

    def _json(self, method: str, path: str, parameters: Mapping[str, str]) -> Json:
        answer = self._send(method, path, parameters)
        check(answer, self.service, OPTIONS)
        told: Json = answer.json()
        return told
