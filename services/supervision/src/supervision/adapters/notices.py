"""Causes, notifications and deliveries as the events make them; nothing here looks at the clock or the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, text

from eventkit.envelope import Envelope
from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.domain.notice import HEARD, NAMES

Payload = dict[str, Any]

_CAUSE = text(
    """
    INSERT INTO causes (event_id, name, programme, stream, occurred_at, recorded_at, next_at)
    SELECT n.event_id, n.name, p.programme, n.stream, n.occurred_at, :recorded_at, :recorded_at
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:streams AS text[]), CAST(:keys AS text[]),
        CAST(:occurred AS timestamptz[])
    ) AS n(event_id, name, stream, key, occurred_at)
    CROSS JOIN LATERAL (
        SELECT CASE split_part(n.stream, '-', 1)
            WHEN 'watch' THEN (SELECT w.programme FROM watches w WHERE w.case_id = n.key)
            WHEN 'duty' THEN (SELECT d.programme FROM duties d WHERE d.duty = CAST(n.key AS uuid))
            ELSE (SELECT a.programme FROM papers a WHERE a.id = CAST(n.key AS uuid))
        END AS programme
    ) p
    WHERE EXISTS (SELECT FROM notify_names r WHERE r.programme = p.programme AND r.name = n.name)
    ON CONFLICT DO NOTHING
    """
)
_EVENTS_GONE = text("UPDATE causes SET withdrawn = true WHERE event_id = ANY(CAST(:events AS uuid[]))")
_LETTER_GONE = text(
    "UPDATE causes SET withdrawn = true WHERE stream = :stream AND name = 'supervision_letter_issued'"
    " RETURNING event_id"
)
_CANCEL = text(
    """
    WITH told AS (
        UPDATE notifications SET withdrawn = true WHERE cause = ANY(CAST(:events AS uuid[])) RETURNING notification
    )
    UPDATE deliveries d SET state = 'cancelled', reason = 'its ground has gone', done_at = :at, claim = NULL,
        claimed_until = NULL
    FROM told WHERE d.notification = told.notification AND d.state IN ('waiting', 'held', 'no_address', 'dead')
    """
)
"""A statement of its own: marking the cause waits for a notifier that raises of it; only this sees what it raised."""

_RAISED = text(
    """
    INSERT INTO notifications (notification, cause, name, programme, programme_version, agency, case_id,
        recipient_kind, recipient, unit, access, inbox, at)
    VALUES (CAST(:notification AS uuid), CAST(:cause AS uuid), :on, :programme, :programme_version, :agency, :case,
        :recipient_kind, :recipient, :unit, :access, :inbox, :at)
    ON CONFLICT DO NOTHING
    """
)
_DELIVERY = text(
    "INSERT INTO deliveries (notification, channel, state, agency, at, next_at, done_at)"
    " VALUES (CAST(:notification AS uuid), :channel, :state, :agency, :at, :at, :done_at) ON CONFLICT DO NOTHING"
)
_DONE = text(
    "UPDATE deliveries SET state = :state, attempts = :attempts, reason = :reason, done_at = :at, claim = NULL,"
    " claimed_until = NULL"
    " WHERE notification = CAST(:notification AS uuid) AND channel = :channel AND state = ANY(:before)"
)
_AGAIN = text(
    "UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = :at, reason = NULL, done_at = NULL, claim = NULL,"
    " claimed_until = NULL WHERE notification = CAST(:notification AS uuid) AND channel = :channel"
    " AND state IN ('dead', 'no_address')"
)
_READ = text("UPDATE notifications SET read_at = :at, read_by = :by WHERE notification = CAST(:notification AS uuid)")


def project(tx: Transaction, written: list[Envelope]) -> None:
    """Enter causes and notifications, in order. The rows of watches, duties and papers must have been kept before."""
    connection = cast(PostgresTransaction, tx).connection
    if causes := [(event, name) for event in written if (name := _name(event)) in NAMES]:
        _enter(connection, causes)
    for event in written:
        handle = _HANDLERS.get(_short(event))
        if handle is not None:
            handle(connection, event, event.json())


def _short(event: Envelope) -> str:
    return event.type.split(".")[2]


def _name(event: Envelope) -> str:
    """What a programme calls the event: a fact that was learnt is called as routing calls what happened."""
    short = _short(event)
    return HEARD.get(event.json()["fact"], "") if short == "fact_learnt" else short


def _enter(connection: Connection, causes: list[tuple[Envelope, str]]) -> None:
    events = [event for event, _ in causes]
    columns = {
        "ids": [str(event.id) for event in events],
        "names": [name for _, name in causes],
        "streams": [event.stream for event in events],
        "keys": [event.key for event in events],
        "occurred": [event.occurred_at for event in events],
    }
    connection.execute(_CAUSE, {**columns, "recorded_at": events[0].recorded_at})


def _rescinded(connection: Connection, event: Envelope, data: Payload) -> None:
    withdrawn = [one["event"] if isinstance(one, dict) else one for one in data["withdrawn"]]
    connection.execute(_EVENTS_GONE, {"events": withdrawn})
    connection.execute(_CANCEL, {"events": withdrawn, "at": event.recorded_at})


def _letter_gone(connection: Connection, event: Envelope, data: Payload) -> None:
    withdrawn = [str(id) for id in connection.execute(_LETTER_GONE, {"stream": event.stream}).scalars()]
    connection.execute(_CANCEL, {"events": withdrawn, "at": event.recorded_at})


def _raised(connection: Connection, event: Envelope, data: Payload) -> None:
    at = event.occurred_at
    connection.execute(_RAISED, {**data, "at": at, "inbox": "inbox" in data["channels"]})
    about = {"notification": data["notification"], "agency": data["agency"], "at": at}
    rows = [
        {**about, "channel": way, "state": "delivered", "done_at": at}
        if way == "inbox"
        else {**about, "channel": way, "state": "waiting", "done_at": None}
        for way in data["channels"]
    ]
    connection.execute(_DELIVERY, rows)


def _delivered(connection: Connection, event: Envelope, data: Payload) -> None:
    # also when its ground went while it was on its way: it has arrived, and that is what is told
    about = {**data, "state": "delivered", "reason": None, "at": event.occurred_at}
    connection.execute(_DONE, {**about, "before": ["waiting", "held", "no_address", "dead", "cancelled"]})


def _given_up(connection: Connection, event: Envelope, data: Payload) -> None:
    connection.execute(_DONE, {**data, "state": "dead", "before": ["waiting"], "at": event.occurred_at})


def _redriven(connection: Connection, event: Envelope, data: Payload) -> None:
    connection.execute(_AGAIN, {**data, "at": event.recorded_at})


def _seen(connection: Connection, event: Envelope, data: Payload) -> None:
    connection.execute(_READ, {**data, "at": event.occurred_at})


_HANDLERS: Mapping[str, Any] = {
    "misses_rescinded": _rescinded,
    "duty_rescinded": _rescinded,
    "supervision_letter_withdrawn": _letter_gone,
    "notification_raised": _raised,
    "notification_delivered": _delivered,
    "delivery_given_up": _given_up,
    "delivery_redriven": _redriven,
    "notification_read": _seen,
}
