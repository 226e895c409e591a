"""Teams, visits and services: what an agency does for its enterprises besides answering their issues."""

from __future__ import annotations

from collections.abc import Iterable

from eventkit.commands import Command, Done
from eventkit.session import Session
from intake.application.context import Context, Wanted, record, timing
from intake.application.naming import named, referred
from intake.application.ports import Lookups, Streams
from intake.domain import service_record, team, visit
from intake.domain.commands import DisbandTeam, FormTeam, RecordService, RecordVisit
from intake.domain.errors import NotFound, UnknownReference
from intake.domain.events import Member
from intake.domain.programme import Programme
from intake.domain.text import Text


class Fieldwork(Context):
    """Handlers of form_team, disband_team, record_visit and record_service."""

    def __init__(self, streams: Streams, lookups: Lookups) -> None:
        super().__init__(streams)
        self._lookups = lookups

    def team_streams(self, command: Command) -> Iterable[Wanted]:
        """The team, its programme, directory and enterprises."""
        team = (self.streams.team, named(command, command.caller.agency or "", "team"))
        return [team, *self.wanted(command, *command.data.get("enterprises", ()))]

    def form_team(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownEnterprise and what `team.form` raises."""
        data, programme = command.data, self.programme(session, command)
        given = enumerate(data.get("enterprises", ()))
        wanted = (self.streams.team, named(command, programme.agency, "team"))
        asked = FormTeam(
            team=wanted[1],
            name=data["name"],
            tier=data.get("tier", "ordinary"),
            batch=data.get("batch"),
            enterprises=tuple(self.enterprise(session, programme.agency, e, f"enterprises/{n}") for n, e in given),
            members=tuple(Member(**member) for member in data.get("members", ())),
            synthetic=data.get("synthetic", False),
            timing=timing(command, from_ledger="ref" in data),
        )
        led = self._led(session, asked, programme)
        decided = team.form(session.get(*wanted), asked, programme, self.directory(session, programme.agency), led)
        findings = [{"code": f.code, "detail": f.detail} for event in decided for f in event.findings]
        return record(session, command, wanted, decided, findings=findings)

    def _led(self, session: Session, asked: FormTeam, programme: Programme) -> dict[tuple[str, str], set[str]]:
        """What the team's leaders have in other teams that stand then, those of the same batch among them."""
        at, opened = asked.timing.at, session.opened(self.streams.team)
        formed = {id: held.formed for id, held in opened.items() if held.formed is not None and held.stands(at)}
        led: dict[tuple[str, str], set[str]] = {}
        for role, person in team.leaders(asked, programme):
            known = self._lookups.led(session.tx, programme.id, role, person, at)
            teams = {id: enterprises for id, enterprises in known.items() if id not in opened or opened[id].stands(at)}
            for id, event in formed.items():
                serves = any((member.role, member.person) == (role, person) for member in event.members)
                if event.programme == programme.id and serves:
                    teams[id] = list(event.enterprises)
            led[role, person] = {e for id, enterprises in teams.items() if id != asked.team for e in enterprises}
        return led

    def disband_streams(self, command: Command) -> Iterable[Wanted]:
        """The team alone: its programme is known once it is read."""
        yield self.streams.team, referred(command.caller.agency or "", "team", command.data["team"])

    def disband_team(self, session: Session, command: Command) -> Done:
        """Raises NotFound, also for another agency's team, and what `team.disband` raises."""
        caller = command.caller
        (wanted,) = self.disband_streams(command)
        state = session.get(*wanted)
        if state.formed is None or not caller.acts_for(state.formed.agency):
            raise NotFound(field="team")
        programme = session.get(self.streams.programme, state.formed.programme)
        asked = DisbandTeam(command.data.get("reason"), caller.sub, timing(command))
        return record(session, command, wanted, team.disband(state, asked, programme))

    def visit_streams(self, command: Command) -> Iterable[Wanted]:
        """The visit, its programme, directory and enterprise, and the team that went."""
        agency, given = command.caller.agency or "", command.data.get("team")
        visit = (self.streams.visit, named(command, agency, "visit"))
        team = [] if given is None else [(self.streams.team, referred(agency, "team", given))]
        return [visit, *self.wanted(command, command.data["enterprise"]), *team]

    def record_visit(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownEnterprise, UnknownReference (team) and what `visit.record` raises."""
        data, programme = command.data, self.programme(session, command)
        wanted = (self.streams.visit, named(command, programme.agency, "visit"))
        given = self._team(session, programme.agency, data.get("team"))
        went = None if given is None else session.get(self.streams.team, given)
        asked = RecordVisit(
            visit=wanted[1],
            enterprise=self.enterprise(session, programme.agency, data["enterprise"]),
            mode=data.get("mode", "visit"),
            purposes=tuple(data.get("purposes", ())),
            team=given,
            people=tuple(data.get("people", ())),
            batch=data.get("batch"),
            note=data.get("note"),
            synthetic=data.get("synthetic", False),
            timing=timing(command, from_ledger="ref" in data),
        )
        directory = self.directory(session, programme.agency)
        return record(session, command, wanted, visit.record(session.get(*wanted), asked, programme, directory, went))

    def _team(self, session: Session, agency: str, given: str | None) -> str | None:
        if given is None:
            return None
        id = referred(agency, "team", given)
        formed = session.get(self.streams.team, id).formed
        if formed is None or formed.agency != agency:
            raise UnknownReference(Text("The agency has no such team."), field="team", mend=Text("form the team first"))
        return id

    def service_streams(self, command: Command) -> Iterable[Wanted]:
        """The record, its programme, directory and enterprise."""
        given = command.data.get("enterprise")
        service = (self.streams.service, named(command, command.caller.agency or "", "service"))
        return [service, *self.wanted(command, *([] if given is None else [given]))]

    def record_service(self, session: Session, command: Command) -> Done:
        """Raises UnknownProgramme, UnknownEnterprise and what `service_record.record` raises."""
        data, programme = command.data, self.programme(session, command)
        given, agency = data.get("enterprise"), programme.agency
        wanted = (self.streams.service, named(command, agency, "service"))
        asked = RecordService(
            record=wanted[1],
            enterprise=None if given is None else self.enterprise(session, agency, given),
            unit=data.get("unit"),
            person=data.get("person"),
            kind=data["kind"],
            count=data.get("count", 1),
            amount=data.get("amount"),
            batch=data.get("batch"),
            note=data.get("note"),
            synthetic=data.get("synthetic", False),
            timing=timing(command, from_ledger="ref" in data),
        )
        directory = self.directory(session, agency)
        decided = service_record.record(session.get(*wanted), asked, programme, directory)
        return record(session, command, wanted, decided)
