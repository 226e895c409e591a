"""Users of Kafka and what each may do, as a file says: what is missing is granted, what is too much is taken back.

FILE is TOML: `[users.<name>]` with the topics it `writes`, `reads` and `remakes` (deletes and makes anew), and the
consumer groups it is (`groups`) and whose places it deletes (`forgets`). The password of a user comes from
BUGLE_<NAME>_KAFKA_PASSWORD. A password that has changed is the user's from then on.
"""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from eventkit.settings import MissingSetting

WAIT_SECONDS = 30.0
_EVERYTHING = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a run has changed."""

    users: int
    added: int
    taken: int


class NotGranted(Exception):
    """Kafka did not take a user or a grant; the message says which and why."""


def password_setting(user: str) -> str:
    """The name of the setting that holds a user's password."""
    return f"BUGLE_{user.upper()}_KAFKA_PASSWORD"


def password_from_environment(user: str) -> str:
    """The password that the environment has for a user; ends the process when it has none."""
    name = password_setting(user)
    if not os.environ.get(name):
        raise MissingSetting(f"This process cannot start: set {name} in its environment.")
    return os.environ[name]


def apply(admin: KafkaAdminClient, file: Path, prefix: str, password: Callable[[str], str]) -> Granted:
    """Make users and grants as the file says; returns when the broker itself goes by them.

    Grants on topics and groups of other prefixes, and of users that the file does not name, are left alone.
    """
    users = tomllib.loads(file.read_text("utf-8"))["users"]
    _make_users(admin, {name: password(name) for name in users})
    wanted = {grant for name, user in users.items() for grant in _grants(name, user, prefix)}
    present = _present(admin, users, prefix)
    missing, surplus = wanted - present, present - wanted
    failed = admin.create_acls(list(missing))["failed"] if missing else []
    if failed:
        raise NotGranted(f"Kafka did not take {len(failed)} of {len(missing)} grants: {failed[0].__name__}")
    if surplus:
        _take_back(admin, surplus)
    _await(admin, users, prefix, wanted)
    return Granted(len(users), len(missing), len(surplus))


def _make_users(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    made = admin.alter_user_scram_credentials(
        UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, secret) for name, secret in passwords.items()
    )
    for name, error in made.items():
        if error is not None:
            raise NotGranted(f"Kafka did not take the user {name}: {error}")


def _grants(name: str, user: Mapping[str, list[str]], prefix: str) -> Iterable[ACL]:
    kinds = (
        ("writes", ResourceType.TOPIC, ACLOperation.WRITE),
        ("reads", ResourceType.TOPIC, ACLOperation.READ),
        ("remakes", ResourceType.TOPIC, ACLOperation.DELETE),
        ("remakes", ResourceType.TOPIC, ACLOperation.CREATE),
        ("groups", ResourceType.GROUP, ACLOperation.READ),
        ("forgets", ResourceType.GROUP, ACLOperation.DELETE),
    )
    for field, kind, operation in kinds:
        for resource in user.get(field, ()):
            place = ResourcePattern(kind, prefix + resource)
            yield ACL(f"User:{name}", "*", operation, ACLPermissionType.ALLOW, place)


def _present(admin: KafkaAdminClient, users: Iterable[str], prefix: str) -> set[ACL]:
    principals = {f"User:{name}" for name in users}
    held, _ = admin.describe_acls(_EVERYTHING)
    return {a for a in held if a.principal in principals and a.resource_pattern.resource_name.startswith(prefix)}


def _take_back(admin: KafkaAdminClient, surplus: Iterable[ACL]) -> None:
    for grant, _, error in admin.delete_acls(list(surplus)):  # a grant is the filter that finds it alone
        if error.errno:
            raise NotGranted(f"Kafka did not take back {grant}: {error.__name__}")


def _await(admin: KafkaAdminClient, users: Iterable[str], prefix: str, wanted: set[ACL]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while _present(admin, users, prefix) != wanted:
        if time.monotonic() > until:
            raise NotGranted("The broker does not go by the new grants. Look into its log, then run this again.")
        time.sleep(0.05)
