"""The limits of a programme's clocks, as far as a routing rule bears on them. Supervision counts by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Special:
    """A limit for cases of a kind, of a grade, or assigned by a rule; None: whatever it is."""

    kind: str | None
    grade: str | None
    rule: str | None
    limit: str

    def fits(self, kind: str | None, grade: str | None, rule: str | None) -> bool:
        """Whether it is the limit of such a case."""
        return all(want in (None, have) for want, have in ((self.kind, kind), (self.grade, grade), (self.rule, rule)))


@dataclass(frozen=True, slots=True)
class Limits:
    """One clock: its common limit, such as 3wd, and those of some cases, of which the first that fits is taken."""

    clock: str
    limit: str
    specials: tuple[Special, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Limits:
        """From an entry of a programme document's `clocks`."""
        specials = (
            Special(one.get("kind"), one.get("grade"), one.get("rule"), one["limit"]) for one in told.get("limits", ())
        )
        return cls(told["id"], told["limit"], tuple(specials))

    def special(self, kind: str | None, grade: str | None, rule: str | None) -> Special | None:
        """The limit that is special to such a case; None: it has the common one."""
        return next((one for one in self.specials if one.fits(kind, grade, rule)), None)
