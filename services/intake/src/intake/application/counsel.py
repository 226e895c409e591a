"""What is suggested to the government, and the library of its policies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from eventkit.commands import Command, Done
from eventkit.session import Session
from intake.application.context import Context, Wanted, record, timing
from intake.application.naming import named, referred
from intake.domain import policy, suggestion
from intake.domain.commands import AnswerSuggestion, PublishPolicy, RecordSuggestion
from intake.domain.errors import ForeignAgency, ForeignUnit, NotFound, OtherVisit

STAFF = frozenset({"frontend", "office"})
"""Roles that act for a whole agency; a department answers for itself alone."""


class Counsel(Context):
    """Handlers of record_suggestion, answer_suggestion and publish_policy."""

    def suggestion_streams(self, command: Command) -> Iterable[Wanted]:
        """The suggestion, its programme, directory and enterprise, and the visit on which it was heard."""
        agency, visit = command.caller.agency or "", command.data.get("visit")
        yield self.streams.suggestion, named(command, agency, "suggestion")
        given = command.data.get("enterprise")
        yield from self.wanted(command, *([] if given is None else [given]))
        if visit is not None:
            yield self.streams.visit, referred(agency, "visit", visit)

    def record_suggestion(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownEnterprise, UnknownReference, OtherVisit, or what `record` raises."""
        data, programme = command.data, self.programme(session, command)
        wanted = (self.streams.suggestion, named(command, programme.agency, "suggestion"))
        given, heard = data.get("enterprise"), self.visit(session, programme.agency, data.get("visit"))
        enterprise = None if given is None else self.enterprise(session, programme.agency, given)
        if heard is not None and (heard.programme != programme.id or enterprise not in (None, heard.enterprise)):
            raise OtherVisit(field="visit")
        asked = RecordSuggestion(
            suggestion=wanted[1],
            enterprise=enterprise if heard is None else heard.enterprise,
            visit=None if heard is None else heard.visit,
            person=data.get("person"),
            title=data["title"],
            text=data.get("text"),
            synthetic=data.get("synthetic", False),
            by=command.caller.sub,
            timing=timing(command, from_ledger="ref" in data),
        )
        directory = self.directory(session, programme.agency)
        decided = suggestion.record(session.get(*wanted), asked, programme, directory)
        return record(session, command, wanted, decided, path="suggestions")

    def answer_streams(self, command: Command) -> Iterable[Wanted]:
        """The suggestion and the directory."""
        yield self.streams.suggestion, command.data["suggestion"]
        yield self.streams.directory, command.caller.agency or ""

    def answer_suggestion(self, session: Session, command: Command) -> Done:
        """Raises NotFound, also for another agency's, ForeignUnit, and what `suggestion.answer` raises."""
        data, caller = command.data, command.caller
        wanted = (self.streams.suggestion, data["suggestion"])
        state = session.get(*wanted)
        if state.recorded is None or not caller.acts_for(state.recorded.agency):
            raise NotFound(field="suggestion")
        unit = data.get("unit")
        if caller.roles.isdisjoint(STAFF):
            if unit not in (None, caller.department):
                raise ForeignUnit(field="unit")
            unit = caller.department
        programme = session.get(self.streams.programme, state.recorded.programme)
        asked = AnswerSuggestion(unit, data["answer"], caller.sub, timing(command))
        directory = self.directory(session, state.recorded.agency)
        return record(
            session, command, wanted, suggestion.answer(state, asked, programme, directory), path="suggestions"
        )

    def policy_streams(self, command: Command) -> Iterable[Wanted]:
        """The policy and the programmes that it names."""
        yield self.streams.policy, named(command, command.caller.agency or "", "policy")
        yield from ((self.streams.programme, programme) for programme in command.data.get("programmes", ()))

    def publish_policy(self, session: Session, command: Command) -> Done:
        """Raises ForeignAgency without an agency, and what `policy.publish` raises."""
        data, agency = command.data, command.caller.agency
        if agency is None:
            raise ForeignAgency
        wanted = (self.streams.policy, named(command, agency, "policy"))
        given = tuple(data.get("programmes", ()))
        known = {id: session.get(self.streams.programme, id) for id in given}
        valid_to = data.get("valid_to")
        asked = PublishPolicy(
            policy=wanted[1],
            agency=agency,
            title=data["title"],
            programmes=given,
            kinds=tuple(data.get("kinds", ())),
            keywords=tuple(data.get("keywords", ())),
            valid_from=date.fromisoformat(data["valid_from"]),
            valid_to=None if valid_to is None else date.fromisoformat(valid_to),
            text=data.get("text"),
            by=command.caller.sub,
            timing=timing(command),
        )
        own = {id: programme for id, programme in known.items() if programme.agency == agency}
        return record(session, command, wanted, policy.publish(session.get(*wanted), asked, own), path="policies")
