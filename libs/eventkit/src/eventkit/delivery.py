"""What is done with an event whose handling failed."""

from __future__ import annotations

from enum import Enum

from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError, TimeoutError

from eventkit.errors import NotYet, VersionConflict

_CONTENTION = (
    postgres.SerializationFailure,
    postgres.DeadlockDetected,
    postgres.LockNotAvailable,
    postgres.QueryCanceled,
)


class Policy(Enum):
    """Every failure has exactly one; none is silent."""

    RETRY = "retry"
    """The whole batch again: a server is away or another writer was first."""
    WAIT = "wait"
    """The event and those behind it in its topic and key wait for a predecessor."""
    PARK = "park"
    """The event and everything later of its key is set aside for an operator; other keys go on."""
    STOP = "stop"
    """The process ends with status 1: its program and its tables do not fit, and parking all would hide that."""


def policy_of(error: BaseException) -> Policy:
    """The policy for what a handler or the database raised."""
    if isinstance(error, NotYet):
        return Policy.WAIT
    if isinstance(error, VersionConflict | OperationalError | InterfaceError | TimeoutError):
        return Policy.RETRY
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error.orig, _CONTENTION):
            return Policy.RETRY
        return Policy.STOP if isinstance(error, ProgrammingError) else Policy.PARK
    return Policy.PARK if isinstance(error, Exception) else Policy.STOP
