"""A visitor in a browser, with the eyes of axe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SIZES = {"desk": (1280, 900), "phone": (360, 740)}
SERIOUS = ("serious", "critical")


class Visit:
    """One page of a browser; every look at it is checked and kept as a picture."""

    def __init__(self, page: Any, name: str, shots: Path) -> None:
        self.page, self.name, self.shots = page, name, shots
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if told.type == "error" else None)

    def look(self, what: str) -> None:
        """No script failed, nothing was blocked, nothing is wider than the screen, and axe has no serious finding."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.shots / f"{self.name}-{what}.png", full_page=True)
        assert [fault for fault in self.faults if "401" not in fault] == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what
        assert serious(self.page) == []


def serious(page: Any) -> list[tuple[str, Any]]:
    """What axe finds that keeps somebody out."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: `make browser` installs it")
    found = axe.Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in SERIOUS]
