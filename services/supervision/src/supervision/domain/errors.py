"""Why supervision refuses. The docstring of a refusal is its message; `mend` says what to do about it."""

from __future__ import annotations

from collections.abc import Collection

from supervision.domain.text import Text


class Refusal(Exception):
    """The request was refused."""

    slug = "refused"
    status = 409
    field: str | None = None
    mend: str | None = None

    def __init__(self, message: Text | None = None, *, field: str | None = None, mend: Text | None = None) -> None:
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
    """The last result of this round has not been fed back to the enterprise."""

    slug = "nothing-fed-back"
    mend = "Let the department feed the result back first; it is known here a moment later."


class NoResult(Refusal):
    """No result of this round has been reported."""

    slug = "no-result"
    mend = "Let the department report its result first; it is known here a moment later."


class StillLongTerm(Refusal):
    """The last result puts the case off for long, so it is worked on and not struck off."""

    slug = "still-long-term"
    mend = "Let the department report the final result and feed it back; until then it reports on its progress."


class NotCopiedToOffice(Refusal):
    """The programme closes a case out only with a copy of the result to the office."""

    slug = "not-copied-to-office"
    mend = "Let the department feed the result back with copied_to_office."


class NotVerified(Refusal):
    """The programme closes a case out only when the enterprise is satisfied with the result of this round."""

    slug = "not-verified"
    mend = "Record the enterprise's answer with POST /v1/cases/{case}/verification first."


class AlreadyVerified(Refusal):
    """The enterprise's answer to the last result of this round has been recorded."""

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


class TooEarly(Refusal):
    """It is dated before 1990."""

    slug = "too-early"
    status = 422
    field = "occurred_at"
    mend = "Correct occurred_at."


class TooFarAhead(Refusal):
    """The day lies more than 20 years ahead."""

    slug = "too-far-ahead"
    status = 422
    mend = "Give a day at most 20 years ahead."


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


# --- leave, and those above


class NotInProgramme(Refusal):
    """The programme has no rule for this."""

    slug = "not-in-programme"
    mend = "Publish a version of the programme that has the key, or leave this be."

    @classmethod
    def of(cls, key: str) -> NotInProgramme:
        """The refusal that names the missing key of the programme document."""
        return cls(Text("The programme has no [{key}].", key=key), field=key)


class NoLongerWorkedOn(Refusal):
    """The case was merged into another or withdrawn."""

    slug = "no-longer-worked-on"
    mend = "Work on the case it was merged into, or undo the merger."


class PartsOpen(Refusal):
    """The case is closed out when all its parts are."""

    slug = "parts-open"
    mend = "Close the parts out; the case follows of itself."


class UnknownReason(Refusal):
    """The programme has no such reason."""

    slug = "unknown-reason"
    field = "reason"


class AlreadyPaused(Refusal):
    """The case is paused, or was until later than this."""

    slug = "already-paused"
    mend = "Resume it first, or wait for the pause's end."


class NotPaused(Refusal):
    """The case is not paused at that moment."""

    slug = "not-paused"
    mend = "Nothing needs to be resumed: its clocks run."


class PauseTooShort(Refusal):
    """The pause would end before it begins."""

    slug = "pause-too-short"
    field = "until"
    mend = "Give a day from today on."


class PauseTooLong(Refusal):
    """The programme does not allow so long a pause."""

    slug = "pause-too-long"
    field = "until"
    mend = "Give an earlier day, or none: it then ends as late as the programme allows."


class UnknownClock(Refusal):
    """The case has no such clock."""

    slug = "unknown-clock"
    status = 404
    field = "clock"

    @classmethod
    def of(cls, known: Collection[str]) -> UnknownClock:
        """The refusal that names the clocks which the case has."""
        if not known:
            return cls(mend=Text("Name a clock of the case: none has started."))
        return cls(mend=Text("Name a clock of the case: {known}.", known=sorted(known)))


class ClockNotRunning(Refusal):
    """The clock has been stopped or cancelled."""

    slug = "clock-not-running"
    field = "clock"
    mend = "Name a clock that runs: see GET /v1/cases/{case}/clocks."


class NotYourClock(Refusal):
    """Another unit answers for this clock."""

    slug = "not-your-clock"
    status = 403
    field = "clock"
    mend = "Name a clock of your unit, or let the lead or the office ask."


class ExtensionTooLate(Refusal):
    """More time must be asked for earlier before it is due."""

    slug = "extension-too-late"
    mend = "Report the result as soon as you can; the miss stands."


class ExtensionTooLong(Refusal):
    """The programme does not extend by so much."""

    slug = "extension-too-long"
    field = "limit"
    mend = "Ask for a shorter span."


class ExtendedOftenEnough(Refusal):
    """The clock has been extended as often as the programme allows."""

    slug = "extended-often-enough"
    mend = "Ask the office to report the case up."


class ExtensionUndecided(Refusal):
    """An extension of this clock is asked for and not decided."""

    slug = "extension-undecided"
    mend = "Wait for the decision."


class UnknownExtension(Refusal):
    """No extension was asked for under this number."""

    slug = "unknown-extension"
    status = 404
    field = "extension"
    mend = "Take the number from GET /v1/watches/{case}."


class ExtensionDecidedAlready(Refusal):
    """This extension has been decided."""

    slug = "extension-decided-already"
    field = "extension"
    mend = "Let the department ask for another."


class NotYoursToDecide(Refusal):
    """Another role decides on extensions."""

    slug = "not-yours-to-decide"
    status = 403
    mend = "Leave the decision to whom the programme names."


class ChangedToWhat(Refusal):
    """A changed extension needs the limit it is changed to."""

    slug = "changed-to-what"
    status = 422
    field = "limit"
    mend = "Give the span that you grant, such as 3wd."


class LadderEnds(Refusal):
    """The case has reached the end of the programme's ladder."""

    slug = "ladder-ends"
    mend = "There is nobody above: the highest level decides."


# --- duties, and what the office does about its departments


class UnknownDuty(Refusal):
    """There is no such duty among those you may see."""

    slug = "unknown-duty"
    status = 404
    field = "duty"
    mend = "Take the id from GET /v1/duties."


class UnknownProgramme(Refusal):
    """The agency has no such programme, or it has not arrived here yet."""

    slug = "unknown-programme"
    status = 422
    field = "programme"
    mend = "Publish the programme with intake first; it is known here a moment later."


class UnknownUnit(Refusal):
    """The agency's directory has no such unit."""

    slug = "unknown-unit"
    status = 422
    mend = "Take a unit id from the agency's directory; one that was just published is known a moment later."


class UnknownEnterprise(Refusal):
    """The agency has no such enterprise."""

    slug = "unknown-enterprise"
    status = 422
    field = "enterprise"
    mend = "Take an id from the agency's enterprises; one that was just registered is known a moment later."


class UnknownPerson(Refusal):
    """The agency's directory has no such person."""

    slug = "unknown-person"
    status = 422
    mend = "Take a person id from the agency's directory; one that was just published is known a moment later."


class AlreadyFulfilled(Refusal):
    """It was done before."""

    slug = "already-fulfilled"
    mend = "Nothing more needs to be done."


class NoLongerOwed(Refusal):
    """It is no longer owed."""

    slug = "no-longer-owed"
    mend = "Nothing more needs to be done."


class DueInThePast(Refusal):
    """It would be due before it is given."""

    slug = "due-in-the-past"
    status = 422
    field = "due_on"
    mend = "Give a day from that of the session on."


class UnknownItem(Refusal):
    """There is no such dispatch or item among those you may see."""

    slug = "unknown-item"
    status = 404
    field = "item"
    mend = "Take dispatch and item from GET /v1/dispatches."


class UnknownLetter(Refusal):
    """There is no such letter among those you may see."""

    slug = "unknown-letter"
    status = 404
    field = "letter"
    mend = "Take the id from GET /v1/letters."


class LetterAnsweredAlready(Refusal):
    """The letter has its reply."""

    slug = "letter-answered-already"
    mend = "See it at GET /v1/letters/{letter}."


class LetterIsWithdrawn(Refusal):
    """The letter was withdrawn."""

    slug = "letter-withdrawn"
    mend = "Nothing needs to be answered."


class UnknownGround(Refusal):
    """The programme knows no such ground of accountability."""

    slug = "unknown-ground"
    status = 422
    field = "ground"


class UnknownMeasure(Refusal):
    """The programme has no such measure for this ground."""

    slug = "unknown-measure"
    status = 422
    field = "measure"


class NobodyAccountable(Refusal):
    """A measure concerns a unit or a person."""

    slug = "nobody-accountable"
    status = 422
    field = "unit"
    mend = "Name a unit, a person, or both."


class UnknownEvidence(Refusal):
    """No event of this id stands against the case, unit or person of the record in this programme."""

    slug = "unknown-evidence"
    status = 422
    mend = "Name the case, unit or person that the event is about, and take ids from its timeline, duties or letters."


class UnknownReport(Refusal):
    """The programme has no such report."""

    slug = "unknown-report"
    status = 422
    field = "report"


class BadPeriod(Refusal):
    """The report has no such period."""

    slug = "bad-period"
    status = 422
    field = "period"


class PeriodNotOver(Refusal):
    """The period has not ended."""

    slug = "period-not-over"
    status = 422
    field = "period"
    mend = "Publish the report after the last day of its period."


class NoSuchMatch(Refusal):
    """No policy has matched this case under that id."""

    slug = "no-such-match"
    status = 404
    field = "policy"
    mend = "Take case and policy from GET /v1/duties?rule=help."


class HelpedAlready(Refusal):
    """The enterprise was helped to apply for this policy."""

    slug = "helped-already"
    mend = "Nothing more needs to be done."


# --- notifications


class UnknownNotification(Refusal):
    """There is no such notification in your inbox."""

    slug = "unknown-notification"
    status = 404
    field = "notification"
    mend = "Take the id from GET /v1/inbox."


class UnknownDelivery(Refusal):
    """There is no such delivery among those you may see."""

    slug = "unknown-delivery"
    status = 404
    field = "notification"
    mend = "Take notification and channel from GET /v1/deliveries."


class NotToRedrive(Refusal):
    """Only a delivery that was given up, or that had no address, is tried again."""

    slug = "not-to-redrive"
    mend = "See its state in GET /v1/deliveries; one that waits or is held goes out by itself."


class UnknownRecipient(Refusal):
    """There is no such recipient among those you may give an address."""

    slug = "unknown-recipient"
    status = 404
    field = "recipient"
    mend = "Take units and people from the directory, roles from the programme; the office's recipient is its agency."


class UnknownAddress(Refusal):
    """The recipient has no address for this channel."""

    slug = "unknown-address"
    status = 404
    field = "channel"


class BadAddress(Refusal):
    """This is no address that can be used."""

    slug = "bad-address"
    status = 422
    field = "address"


class NoAddressKey(Refusal):
    """Addresses are kept encrypted only, and this service was started without a key."""

    slug = "no-address-key"
    mend = "Let the operator set BUGLE_ADDRESS_KEY_FILE, a file of 32 random bytes."
