"""The cards of each unit as they were issued and withdrawn: what adds up to a supervision letter."""

from __future__ import annotations

from typing import cast

from sqlalchemy import text

from eventkit.envelope import Envelope, instant
from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction

_ISSUED, _OF_DUTY = "bugle.supervision.card_issued.v1", "bugle.supervision.duty_card_issued.v1"
_RESCINDED, _DUTY_RESCINDED = "misses_rescinded", "duty_rescinded"

_INSERT = text(
    "INSERT INTO unit_cards (event_id, programme, agency, unit, colour, case_id, at)"
    " SELECT CAST(:event_id AS uuid), w.programme, w.agency, :unit, :colour, w.case_id, :at"
    " FROM watches w WHERE w.case_id = :case ON CONFLICT DO NOTHING"
)
_INSERT_OF_DUTY = text(
    "INSERT INTO unit_cards (event_id, programme, agency, unit, colour, case_id, at)"
    " SELECT CAST(:event_id AS uuid), d.programme, d.agency, :unit, :colour, d.case_id, :at"
    " FROM duties d WHERE d.duty = CAST(:duty AS uuid) ON CONFLICT DO NOTHING"
)
_CHANGED = text(
    "SELECT programme, unit, min(at) AS at FROM unit_cards WHERE event_id = ANY(CAST(:events AS uuid[]))"
    " GROUP BY programme, unit"
)
_ADD_UP = text(
    "INSERT INTO card_accounts AS a (account, programme, unit, ripe_at) VALUES (:account, :programme, :unit, :at)"
    " ON CONFLICT (account) DO UPDATE SET ripe_at = least(a.ripe_at, excluded.ripe_at)"
)
_WITHDRAW = text("UPDATE unit_cards SET withdrawn = true WHERE event_id = ANY(CAST(:events AS uuid[]))")


def project(tx: Transaction, written: list[Envelope]) -> None:
    """Enter cards and strike those whose ground has gone. The rows of watches and duties are kept before."""
    connection = cast(PostgresTransaction, tx).connection
    entered = []
    for type, statement in ((_ISSUED, _INSERT), (_OF_DUTY, _INSERT_OF_DUTY)):
        issued = [_row(event) for event in written if event.type == type]
        if rows := [row for row in issued if row["unit"] is not None]:
            connection.execute(statement, rows)
            entered += [row["event_id"] for row in rows]
    told = [event.json() for event in written if event.type.split(".")[2] == _RESCINDED]
    gone = [one["event"] for data in told for one in data["withdrawn"] if one["kind"] == "card"]
    told = [event.json() for event in written if event.type.split(".")[2] == _DUTY_RESCINDED]
    gone += [id for data in told for id in data["withdrawn"]]
    if gone:
        connection.execute(_WITHDRAW, {"events": gone})
    changed = [*gone, *entered]
    for account in connection.execute(_CHANGED, {"events": changed}).all() if changed else ():
        key = f"{account.programme}|{account.unit}"
        connection.execute(_ADD_UP, {**account._mapping, "account": key})


def _row(event: Envelope) -> dict[str, object]:
    data = event.json()
    at = instant(event.occurred_at)
    about = {name: data.get(name) for name in ("unit", "colour", "case", "duty")}
    return {**about, "event_id": str(event.id), "at": at}
