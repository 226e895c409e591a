"""What infra/acl.toml grants is what the services do, no more and no less."""

from __future__ import annotations

import tomllib

import pytest

import intake.application.reactions
import reporting
import routing.bootstrap
import supervision.application.reactions
from bugle.stack.home import ROOT

READS = {
    "intake": intake.application.reactions.TOPICS,
    "routing": routing.bootstrap.TOPICS,
    "supervision": supervision.application.reactions.TOPICS,
    "reporting": reporting.TOPICS,
}
USERS = tomllib.loads((ROOT / "infra" / "acl.toml").read_text("utf-8"))["users"]
TOPICS = tomllib.loads((ROOT / "infra" / "topics.toml").read_text("utf-8"))["partitions"]


@pytest.mark.parametrize("service", READS)
def test_service_is_granted_what_it_needs(service: str) -> None:
    own = [f"{service}.events"] if f"{service}.events" in TOPICS else []
    granted = USERS[service]
    assert (granted.get("writes", []), sorted(granted["reads"])) == (own, sorted(READS[service]))
    assert granted["groups"] == [service]


def test_service_is_granted_nothing_else() -> None:
    assert {field for service in READS for field in USERS[service]} == {"writes", "reads", "groups"}


def test_others_read_or_restore() -> None:
    others = {name: user for name, user in USERS.items() if name not in READS}
    restorer = {"remakes": [*TOPICS], "forgets": [*READS]}
    assert others == {"operator": {"reads": [*TOPICS]}, "restorer": restorer}
