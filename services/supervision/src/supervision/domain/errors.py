"""Why supervision refuses. The docstring of a refusal is its message; `mend` says what to do about it."""

from __future__ import annotations


class Refusal(Exception):
    """The request was refused."""

    slug = "refused"
    status = 409
    field: str | None = None
    mend: str | None = None

    def __init__(self, message: str | None = None, *, field: str | None = None, mend: str | None = None) -> None:
        super().__init__(message or " ".join((self.__doc__ or "").split()))
        self.field = field or self.field
        self.mend = mend or self.mend


# --- which


class UnknownCase(Refusal):
    """There is no such case among those you may see."""

    slug = "unknown-case"
    status = 404
    field = "case"
    mend = "Take the id of a case from GET /v1/watches; one that was just reported is watched a moment later."


class UnknownCalendar(Refusal):
    """No calendar of this name has been published."""

    slug = "unknown-calendar"
    status = 404
    field = "calendar"
    mend = "Publish it with PUT /v1/calendars/{calendar}."


# --- what may follow what


class NothingFedBack(Refusal):
    """The result of this round has not been fed back to the enterprise."""

    slug = "nothing-fed-back"
    mend = "Let the department feed the result back first; it is known here a moment later."


class NotCopiedToOffice(Refusal):
    """The programme closes a case out only with a copy of the result to the office."""

    slug = "not-copied-to-office"
    mend = "Let the department feed the result back with copied_to_office."


class NotVerified(Refusal):
    """The programme closes a case out only when the enterprise is satisfied with the result of this round."""

    slug = "not-verified"
    mend = "Record the enterprise's answer with POST /v1/cases/{case}/verification first."


class AlreadyVerified(Refusal):
    """The enterprise's answer of this round has been recorded."""

    slug = "already-verified"
    mend = "Go on with the close-out."


class AlreadyClosedOut(Refusal):
    """The case has been closed out."""

    slug = "already-closed-out"
    mend = "Report a new issue."


class BackInTime(Refusal):
    """It is dated before the step it follows."""

    slug = "back-in-time"
    status = 422
    field = "occurred_at"
    mend = "Correct occurred_at."


# --- when


class FutureDate(Refusal):
    """It is dated in the future."""

    slug = "future-date"
    status = 422
    field = "occurred_at"
    mend = "Leave occurred_at out, or give a moment that has passed."


class TooFarBack(Refusal):
    """It is dated further back than the programme allows."""

    slug = "too-far-back"
    status = 422
    field = "occurred_at"
    mend = "Ask the office to record it."


class ReasonMissing(Refusal):
    """What is dated back needs a reason."""

    slug = "reason-missing"
    status = 422
    field = "reason"
    mend = "Say in `reason` why it is recorded late."


# --- calendars


class StaleCalendar(Refusal):
    """A version that is not newer than the published one may not differ from it."""

    slug = "stale-calendar"
    field = "version"
    mend = "Raise the version."


class BadCalendar(Refusal):
    """The calendar contradicts itself."""

    slug = "bad-calendar"
    status = 422
    field = "years"
