"""Whether an error says that a server is away, as both are while a stop is going on, or shuts out who asks, as after
half a restore; every command may meet that."""

from __future__ import annotations

from bugle.stack.errors import HALF_RESTORED
from eventkit.diagnosis import brief

_AWAY = ("08", "57P")
"""SQLSTATE of a lost connection and of a server that starts, ends or was ended; no connection at all has none."""
_SHUT_OUT = "permission denied for database"
"""What PostgreSQL says to whom a restore has shut out, and until it is whole to nobody else."""


def away(error: BaseException) -> str | None:
    """Which server is away and what was heard of it, in a sentence for the operator; None for any other error."""
    if _postgres(error):
        if _SHUT_OUT in str(error):
            return f"PostgreSQL takes no connection ({brief(error)}). {HALF_RESTORED}"
        server = "PostgreSQL"
    elif _kafka(error):
        server = "Kafka"
    else:
        return None
    return f"{server} does not serve, or has just been stopped ({brief(error)}). See: bugle status"


def _postgres(error: BaseException) -> bool:
    from psycopg import OperationalError
    from sqlalchemy.exc import DBAPIError

    told = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(told, OperationalError) and (told.sqlstate is None or told.sqlstate.startswith(_AWAY))


def _kafka(error: BaseException) -> bool:
    from kafka.errors import BrokerNotAvailableError, KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError

    return isinstance(error, BrokerNotAvailableError | KafkaConnectionError | KafkaTimeoutError | NodeNotReadyError)
