"""What is owed because of teams: it follows their being formed and disbanded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from eventkit.session import Session
from supervision.application.duties import Duties
from supervision.application.ports import PairedTeam
from supervision.domain import duty as duties
from supervision.domain.policy import Policy


class Pairing:
    """Bound to the duties."""

    def __init__(self, duties: Duties) -> None:
        self._duties = duties

    def follow(self, session: Session, policy: Policy, team: PairedTeam, at: datetime, learnt_at: datetime) -> None:
        """Have what is owed by and to a team follow its having been formed or disbanded."""
        kinds = {rule.subject for rule in policy.obligations.duties.values()}
        subjects = [*(team.enterprises if "enterprise" in kinds else ()), *((team.team,) if "team" in kinds else ())]
        for subject in subjects:
            self._duties.reconcile(session, policy, at, learnt_at, only=subject)
        self._duties.register(session.tx).wake(policy.programme, {*team.people, *team.enterprises}, at)

    def dismiss(self, session: Session, team: str) -> None:
        """A team that was disbanded stands no more: what was owed because of it alone is not owed from its end on."""
        ended = self._duties.register(session.tx).dismiss(team)
        policy = self._duties.newest(session, ended.programme)
        self.follow(session, policy, ended.team, ended.at, ended.learnt_at)
        self._release(session, policy, ended.team.people, ended.at, ended.learnt_at)

    def _release(
        self, session: Session, policy: Policy, people: Collection[str], at: datetime, learnt_at: datetime
    ) -> None:
        """What only somebody in a team can do is judged by the teams that these people are still in."""
        register = self._duties.register(session.tx)
        for rule in policy.obligations.duties.values():
            known = register.of_rule(policy.programme, rule.id) if rule.paired else {}
            for person in sorted(known.keys() & set(people)):
                duty, view = self._duties.judged(session, known[person])
                self._duties.record(session, known[person], duties.release(duty, at, learnt_at, view))
