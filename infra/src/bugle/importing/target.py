"""The running system an import speaks to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from bugle.stack import Stack
from bugle.stack.keys import Keys
from bugle.stack.place import Place


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses of the services, their language, and who makes tokens for an agency (None: an operator of all)."""

    intake: str
    supervision: str
    reporting: str
    token: Callable[[str | None], str]
    language: str = "en"

    @classmethod
    def of(cls, system: Place, language: str = "en") -> Target:
        """The services of a system of the stack."""
        keys = Keys(system.home)

        def token(agency: str | None) -> str:
            return keys.token(["office", "operator"], agency=agency, subject="import")

        return cls(system.url("intake"), system.url("supervision"), system.url("reporting"), token, language)

    @classmethod
    def embedded(cls) -> Target:
        """The operator's system of the embedded stack."""
        return cls.of(Stack().system)

    def client(self, base: str, agency: str | None) -> httpx.Client:
        """A client of one service that acts for an agency."""
        headers = {"Authorization": f"Bearer {self.token(agency)}", "Accept-Language": self.language}
        return httpx.Client(base_url=base, headers=headers, timeout=httpx.Timeout(60, connect=5))
