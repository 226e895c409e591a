"""Who acts, and when: of a command, as the domain judges it."""

from __future__ import annotations

from eventkit.commands import Command
from supervision.domain import times
from supervision.domain.commands import Act
from supervision.domain.policy import Policy


def act_of(command: Command, policy: Policy) -> Act:
    """Raises what `times.act` raises."""
    return times.act(
        command.caller.sub,
        command.occurred_at,
        command.received_at,
        backdating=policy.backdating,
        reason=command.data.get("reason"),
        office="office" in command.caller.roles,
    )
