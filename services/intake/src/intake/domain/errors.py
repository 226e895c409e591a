"""Why intake refuses a command. The first line of each docstring is the default message; `mend` says what to do."""

from __future__ import annotations

from intake.domain.text import Text


class Refusal(Exception):
    """The command was refused."""

    slug = "refused"
    status = 409
    mend_hint: str | None = None

    def __init__(self, message: Text | None = None, *, field: str | None = None, mend: Text | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.field = field
        self.mend = mend or self.mend_hint


class ForeignAgency(Refusal):
    """The token does not act for this agency."""

    slug = "foreign-agency"
    status = 403
    mend_hint = "use a token of that agency"


class NotFound(Refusal):
    """There is no such resource in the agency."""

    slug = "not-found"
    status = 404
    mend_hint = "check the id; only resources of your own agency can be addressed"


class UnknownReference(Refusal):
    """The command names something that the agency does not have."""

    slug = "unknown-reference"
    status = 422


class UnknownProgramme(UnknownReference):
    """The agency has no such programme."""

    slug = "unknown-programme"
    mend_hint = "publish the programme first, or correct its id"


class UnknownEnterprise(UnknownReference):
    """No enterprise of the agency is registered under this id or name."""

    slug = "unknown-enterprise"
    mend_hint = "register the enterprise first, or give its exact registered name"


class UnknownUnit(UnknownReference):
    """The agency's directory has no such unit."""

    slug = "unknown-unit"
    mend_hint = "publish a directory that has the unit, or correct the unit's id"


class UnknownPerson(UnknownReference):
    """The agency's directory has no such person."""

    slug = "unknown-person"
    mend_hint = "publish a directory that has the person, or leave the person out"


class UnknownKind(UnknownReference):
    """The programme has no such kind of issue."""

    slug = "unknown-kind"
    mend_hint = "use a kind of the programme, or leave the kind out"


class FutureDate(Refusal):
    """The date lies in the future."""

    slug = "future-date"
    status = 422
    mend_hint = "give the moment when it happened; it may not lie ahead of the server's clock"


class TooEarly(Refusal):
    """The date lies before 1990-01-01."""

    slug = "too-early"
    status = 422
    mend_hint = "correct the date; nothing before 1990-01-01 is recorded"


class BadDueDate(Refusal):
    """The issue is due more than 10 years before its report, or more than 20 years after it."""

    slug = "bad-due-date"
    status = 422
    mend_hint = "correct due_at, or leave it out: at most 10 years before the report and 20 years after it"


class BackDated(Refusal):
    """The date lies further back than allowed."""

    slug = "back-dated"
    status = 422


class BadHistory(Refusal):
    """The history cannot have happened as told."""

    slug = "bad-history"
    status = 422


class ClosedWhileLongTerm(Refusal):
    """The row strikes off an issue whose result puts it off for long."""

    slug = "closed-while-long-term"
    status = 422
    mend_hint = "tell the final result with its date, or leave the close-out out: the issue stays on the long-term list"


class BadDocument(Refusal):
    """The document contradicts itself or its surroundings."""

    slug = "bad-document"
    status = 422


class VersionTaken(Refusal):
    """This version is already published with other content, or a later one is."""

    slug = "version-taken"


class ZoneKept(Refusal):
    """A programme keeps its time zone: days and months that were counted must not become others."""

    slug = "zone-kept"


class AlreadyRegistered(Refusal):
    """It is already registered with other content."""

    slug = "already-registered"


class RowChanged(Refusal):
    """The ledger row differs from what was imported in something that never changes."""

    slug = "row-changed"


class NotInProgramme(Refusal):
    """The programme has no rule for this."""

    slug = "not-in-programme"
    mend_hint = "publish a version of the programme that has the key, or leave this be"


class WrongMode(Refusal):
    """The programme has no visits of this mode."""

    slug = "wrong-mode"
    status = 422


class UnknownPurpose(Refusal):
    """The programme's visits have no such purpose."""

    slug = "unknown-purpose"
    status = 422


class UnknownService(Refusal):
    """The programme counts no services of this kind."""

    slug = "unknown-service"
    status = 422


class AmountMissing(Refusal):
    """A service of this kind needs its amount."""

    slug = "amount-missing"
    status = 422
    mend_hint = "give the amount in whole yuan"


class OutsideWindow(Refusal):
    """The programme does not run on that day."""

    slug = "outside-window"
    status = 422
    mend_hint = "correct the date"


class OtherEnterprise(Refusal):
    """The other issue is of another enterprise or programme."""

    slug = "other-enterprise"
    status = 422
    mend_hint = "name an issue of the same enterprise and programme"


class NotEarlier(Refusal):
    """What is raised again was raised before."""

    slug = "not-earlier"
    status = 422
    mend_hint = "name an issue that was reported earlier"


class TooLongAgo(Refusal):
    """The earlier issue lies further back than the programme counts."""

    slug = "too-long-ago"
    status = 422
    mend_hint = "leave the link out"


class TooMany(Refusal):
    """The programme does not allow so many at once."""

    slug = "too-many"
    status = 422
    mend_hint = "send them in several acts"


class LinkedAlready(Refusal):
    """The issues are linked so already."""

    slug = "linked-already"
    mend_hint = "nothing more is needed"


class NotLinked(Refusal):
    """The issues are not linked so."""

    slug = "not-linked"
    mend_hint = "take the links from GET /v1/issues/{issue}/links"


class PartOfAnother(Refusal):
    """The issue is itself a part of another."""

    slug = "part-of-another"
    mend_hint = "divide the issue it is a part of"


class IntoItself(Refusal):
    """An issue cannot be merged into itself."""

    slug = "into-itself"
    status = 422
    mend_hint = "name another issue"


class WholeAndPart(Refusal):
    """One of the two issues is a part of the other, which ends with its parts."""

    slug = "whole-and-part"
    mend_hint = "withdraw the part if it is no matter of its own, or merge it into another part"


class MergedAlready(Refusal):
    """One of the two issues was merged into another, or that was asked for."""

    slug = "merged-already"
    mend_hint = "undo that merger first"


class NotMerged(Refusal):
    """The issue was not merged."""

    slug = "not-merged"
    mend_hint = "nothing needs to be undone"


class WithdrawnAlready(Refusal):
    """The withdrawal of the issue was asked for."""

    slug = "withdrawn-already"
    mend_hint = "see at GET /v1/issues/{issue} whether routing has confirmed it"


class StruckOff(Refusal):
    """The issue has been struck off."""

    slug = "struck-off"
    mend_hint = "report what is left of it as an issue of its own"


class OtherVisit(Refusal):
    """The visit was to another enterprise or under another programme."""

    slug = "other-visit"
    status = 422
    mend_hint = "name a visit to the same enterprise under the same programme, or leave it out"


class ForeignUnit(Refusal):
    """A department answers for itself alone."""

    slug = "foreign-unit"
    status = 403
    mend_hint = "leave `unit` out, or let the office record the answer"


class BeforeSuggestion(Refusal):
    """The answer lies before the suggestion."""

    slug = "before-suggestion"
    status = 422
    mend_hint = "correct the date of the answer"


class AnsweredAlready(Refusal):
    """The suggestion has another answer already."""

    slug = "answered-already"
    mend_hint = "see it at GET /v1/suggestions/{suggestion}"


class BeforeFormation(Refusal):
    """The team was formed only later."""

    slug = "before-formation"
    status = 422
    mend_hint = "correct the date: a team ends after it was formed"


class DisbandedAlready(Refusal):
    """The team was disbanded at another instant."""

    slug = "disbanded-already"
    mend_hint = "leave it: a team ends once; see its end at GET /v1/teams"


class TeamEnded(Refusal):
    """The team had been disbanded by then."""

    slug = "team-disbanded"
    status = 422
    mend_hint = "name the team that was formed in its place, correct the date, or leave the team out"


class BadPeriod(Refusal):
    """The policy ends before it begins."""

    slug = "bad-period"
    status = 422
    mend_hint = "give a last day that is not before the first, or leave it out"


class HelpsNobody(Refusal):
    """A policy with neither kinds nor keywords would be told to nobody."""

    slug = "helps-nobody"
    status = 422
    mend_hint = "name kinds of issues that it helps, or words of their titles"


class Erased(Refusal):
    """The contact has been erased: its key is destroyed and nobody can read it any more."""

    slug = "contact-erased"
    status = 410
    mend_hint = "record the person anew, if the person agrees"


class Keyless(Refusal):
    """The contact's key is missing, though nobody has erased the contact: it cannot be read."""

    slug = "contact-keyless"
    status = 409
    mend_hint = "the operator looks for another copy of the keys; `bugle verify` names such contacts"


class KeyChanged(Refusal):
    """The key of the contacts is just being changed."""

    slug = "key-changed"
    status = 503
    mend_hint = "send the same request again in a few seconds; if it stays so, the operator runs `bugle erase`"
