"""Why routing refuses. The docstring of a refusal is its message; `mend` says what to do about it."""

from __future__ import annotations

from routing.domain.text import Text


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


# --- who may


class UnknownCase(Refusal):
    """There is no such case among those you may see."""

    slug = "unknown-case"
    status = 404
    field = "case"
    mend = "Take the id of a case from GET /v1/cases; one just reported is known here a moment later."


class NotYourCase(Refusal):
    """Another department leads this case."""

    slug = "not-your-case"
    status = 403
    mend = "Leave the move to the lead department; a supporting one may report progress."


# --- what may follow what


class NotClassified(Refusal):
    """The case has no kind yet."""

    slug = "not-classified"
    mend = "Classify the case first."


class NotAssigned(Refusal):
    """The case has not been assigned to a lead department."""

    slug = "not-assigned"
    mend = "The office assigns the case first."


class NotReceived(Refusal):
    """The lead department has not recorded the receipt of the letter."""

    slug = "not-received"
    mend = "Record the receipt first."


class NotAccepted(Refusal):
    """The lead department has not accepted the case."""

    slug = "not-accepted"
    mend = "Accept the case first."


class NoResult(Refusal):
    """No result has been reported, so there is nothing to feed back."""

    slug = "no-result"
    mend = "Report the result first."


class AlreadyAssigned(Refusal):
    """The case has been assigned in this round."""

    slug = "already-assigned"
    mend = "Read the case: its lead department and letter number are there."


class AlreadyReceived(Refusal):
    """The receipt of the letter has been recorded in this round."""

    slug = "already-received"
    mend = "Go on with the acceptance."


class AlreadyAccepted(Refusal):
    """The case has been accepted in this round."""

    slug = "already-accepted"
    mend = "Go on with the contact or the plan."


class AlreadyContacted(Refusal):
    """The first contact of this round has been recorded."""

    slug = "already-contacted"
    mend = "Record later contacts as progress."


class AlreadyPlanned(Refusal):
    """The case has a plan in this round."""

    slug = "already-planned"
    mend = "Report progress on the milestones of the plan."


class ResultAlreadyReported(Refusal):
    """The result of this round has been reported."""

    slug = "result-already-reported"
    mend = "Feed the result back; if the enterprise is not satisfied the case is reopened."


class AlreadyFedBack(Refusal):
    """The result of this round has been fed back."""

    slug = "already-fed-back"
    mend = "Wait for the verification by the enterprise or the office."


class CaseIsConcluded(Refusal):
    """The case has been closed out."""

    slug = "case-concluded"
    mend = "Report a new issue."


class BackInTime(Refusal):
    """The move is dated before the step it follows."""

    slug = "back-in-time"
    field = "occurred_at"
    mend = "Correct occurred_at."


# --- when


class FutureDate(Refusal):
    """The move is dated in the future."""

    slug = "future-date"
    status = 422
    field = "occurred_at"
    mend = "Leave occurred_at out, or give a moment that has passed."


class TooFarBack(Refusal):
    """The move is dated further back than the programme allows."""

    slug = "too-far-back"
    status = 422
    field = "occurred_at"
    mend = "Ask the office to record it."


class TooEarly(Refusal):
    """The move is dated before 1990."""

    slug = "too-early"
    status = 422
    field = "occurred_at"
    mend = "Correct occurred_at."


class ReasonMissing(Refusal):
    """A back-dated move needs a reason."""

    slug = "reason-missing"
    status = 422
    field = "reason"
    mend = "Say in `reason` why it is recorded late."


# --- with what


class UnknownKind(Refusal):
    """The programme has no such kind of issue."""

    slug = "unknown-kind"
    status = 422
    field = "kind"


class UnknownUnit(Refusal):
    """The agency's directory has no such unit."""

    slug = "unknown-unit"
    status = 422
    field = "lead"
    mend = "Take the id of a unit from the directory, or publish a new version of the directory."


class LeadSupportsItself(Refusal):
    """The lead department stands among the supporting ones."""

    slug = "lead-supports-itself"
    status = 422
    field = "supporting"
    mend = "Name the lead once only."


class NoRuleMatches(Refusal):
    """No rule of the programme names a lead for this case."""

    slug = "no-rule-matches"
    field = "lead"
    mend = "Name the lead department."


class DuplicateMilestone(Refusal):
    """Two milestones of the plan have one name."""

    slug = "duplicate-milestone"
    status = 422
    field = "milestones"
    mend = "Give each milestone a name of its own."


class MilestoneInThePast(Refusal):
    """A milestone is due before the day of the plan."""

    slug = "milestone-in-the-past"
    status = 422
    field = "milestones"
    mend = "Plan for the day of the plan or later."


class MilestoneTooFar(Refusal):
    """A milestone is due more than 20 years after the plan."""

    slug = "milestone-too-far"
    status = 422
    field = "milestones"
    mend = "Give a day at most 20 years after the day of the plan."


class UnknownMilestone(Refusal):
    """The plan has no milestone of this name."""

    slug = "unknown-milestone"
    status = 422
    field = "milestone"


class PolicyMissing(Refusal):
    """The outcome "explained" needs the policy it rests on."""

    slug = "policy-missing"
    status = 422
    field = "policy"
    mend = "Name the policy that was explained to the enterprise."


# --- handing over, and what is said of a case


class NotInProgramme(Refusal):
    """The programme has no rule for this."""

    slug = "not-in-programme"
    mend = "Publish a version of the programme that has the key, or leave this be."

    @classmethod
    def of(cls, key: str) -> NotInProgramme:
        """The refusal that names the missing key of the programme document."""
        return cls(Text("The programme has no [{key}].", key=key), field=key)


class WrongKindOfUnit(Refusal):
    """The programme does not let units of this kind lead or support."""

    slug = "wrong-kind-of-unit"
    status = 422


class UnknownReason(Refusal):
    """The programme has no such reason."""

    slug = "unknown-reason"
    status = 422
    field = "reason"


class ReturnTooLate(Refusal):
    """The time for returning the case is over."""

    slug = "return-too-late"
    mend = "Accept the case, or ask the office to transfer it."


class TransferCapReached(Refusal):
    """The case has gone to another unit as often as the programme allows."""

    slug = "transfer-cap-reached"
    mend = "Arbitrate: POST /v1/cases/{case}/arbitration decides finally."


class DecisionIsFinal(Refusal):
    """The office has decided finally who leads the case."""

    slug = "decision-is-final"
    mend = "Work on the case; it is neither returned nor transferred any more."


class NothingDisputed(Refusal):
    """No unit has returned the case, nor was it transferred: there is nothing to decide."""

    slug = "nothing-disputed"
    mend = "Assign the case, or transfer it; arbitration decides who leads once units give it to each other."


class LeadsAlready(Refusal):
    """This unit leads the case already."""

    slug = "leads-already"
    field = "lead"
    mend = "Name another unit."


class UnknownBody(Refusal):
    """The programme passes nothing on to this body."""

    slug = "unknown-body"
    status = 422
    field = "body"


class PassedOn(Refusal):
    """The case was passed on to a body outside."""

    slug = "passed-on"
    mend = "The office reports what comes of it: POST /v1/cases/{case}/result."


class UnknownGrade(Refusal):
    """The programme has no such grade."""

    slug = "unknown-grade"
    status = 422
    field = "grade"


class UnknownCause(Refusal):
    """The programme has no such cause."""

    slug = "unknown-cause"
    status = 422
    field = "cause"


class NotSupporting(Refusal):
    """Only a supporting unit reports its support."""

    slug = "not-supporting"
    status = 403
    mend = "The lead reports progress or the result instead."


class SupportAlreadyReported(Refusal):
    """This unit has reported its support in this round."""

    slug = "support-already-reported"
    mend = "Tell what has changed as progress."


class CaseIsMerged(Refusal):
    """The case was merged into another."""

    slug = "case-is-merged"
    mend = "Work on the other case, or have the merger undone."


class CaseIsWithdrawn(Refusal):
    """The enterprise has withdrawn the issue."""

    slug = "case-is-withdrawn"
    mend = "Report the issue anew if it came up again."


# --- joint sessions


class UnknownSession(Refusal):
    """There is no such session among those you may see."""

    slug = "unknown-session"
    status = 404
    field = "session"
    mend = "Take the id of a session from GET /v1/sessions."


class SessionInThePast(Refusal):
    """A session begins after it is called."""

    slug = "session-in-the-past"
    status = 422
    field = "starts_at"
    mend = "Give a later time, or date the calling back."


class SessionTooFar(Refusal):
    """The session begins more than 20 years after it is called."""

    slug = "session-too-far"
    status = 422
    field = "starts_at"
    mend = "Give a time at most 20 years ahead."


class SessionNotBegun(Refusal):
    """The session has not begun."""

    slug = "session-not-begun"
    mend = "Write the minutes after it."


class SessionNotOpen(Refusal):
    """The unit reports in before the day of the session, or before it was called."""

    slug = "session-not-open"
    field = "occurred_at"
    mend = "Report in at the enterprise, on the day of the session."


class SessionHeldAlready(Refusal):
    """The session was held and its minutes are written."""

    slug = "session-held-already"
    mend = "Call another session."


class SessionIsCancelled(Refusal):
    """The session was cancelled."""

    slug = "session-is-cancelled"
    mend = "Call another session."


class ReportedInAlready(Refusal):
    """This unit has reported in."""

    slug = "reported-in-already"
    mend = "Nothing more is needed."


class OtherEnterprise(Refusal):
    """The case belongs to another enterprise, programme or agency."""

    slug = "other-enterprise"
    status = 422


class NamedTwice(Refusal):
    """The case stands twice on the list."""

    slug = "named-twice"
    status = 422
    mend = "Leave one of the two out."


class UnknownVersion(Refusal):
    """No such version of the programme has arrived."""

    slug = "unknown-version"
    status = 404
    field = "version"
    mend = "Leave it out for the newest."


class UnknownProgramme(Refusal):
    """No version of this programme has arrived."""

    slug = "unknown-programme"
    status = 404
    field = "programme"
    mend = "Publish it at intake; it is known here a moment later."
