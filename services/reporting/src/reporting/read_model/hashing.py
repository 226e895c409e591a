"""Hashes of the tables, as docs/projections.md defines them."""

from __future__ import annotations

from hashlib import sha256

import orjson
from sqlalchemy import ColumnElement, Connection, Table, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import Text

from reporting.read_model.tables import LIVE, MARKS, TALLIES, VERSIONS, metadata, records

_RUN = {"version", "sequenced_at", "log_seq"}
_NOT_BUSINESS = {"timeline": _RUN, "records": _RUN, "programmes": {"published_at"}}
_RECORDED_TIMES = ["learnt_at", "known_at"]
"""Fields of a payload that say when Bugle was told, not when it happened."""
_MODULUS = 1 << 256


def table_hashes(connection: Connection, schema: str = LIVE, *, business: bool = True) -> dict[str, tuple[int, str]]:
    """Rows and hash of every table of a schema.

    A row's line is the JSON array of its columns in the order of reporting.read_model.tables: compact, UTF-8, keys of
    objects sorted; ids and text as strings; instants in UTC as YYYY-MM-DDTHH:MM:SS.ffffffZ with six digits always; JSON
    columns as their value. The hash is the sum of SHA-256(line) over all rows, each read as a big-endian integer,
    modulo 2**256, as 64 hexadecimal digits: it needs no order, so neither collation nor plan can change it.

    `business`: without what says when a run took place, in which two runs over the same input differ: of timeline and
    records `version`, `sequenced_at`, `log_seq` and, in their data, `learnt_at` and `known_at`; the programmes'
    `published_at`; the records of calendars, which Bugle publishes at its start; versions and tallies.
    Reads every row: seconds for a million.
    """
    of_runs = (*VERSIONS.values(), *TALLIES, *MARKS)
    hashed = [table for table in metadata.sorted_tables if not (business and table in of_runs)]
    return {str(table.name): _hash(connection, table, schema, business) for table in hashed}


def _hash(connection: Connection, table: Table, schema: str, business: bool) -> tuple[int, str]:
    left_out = _NOT_BUSINESS.get(table.name, set()) if business else set()
    columns = [_shown(column, business) for column in table.columns if column.name not in left_out]
    wanted = select(cast(func.json_build_array(*columns), Text))
    if business and table is records:
        wanted = wanted.where(records.c.stream.not_like("calendar-%"))
    lines = connection.execute(
        wanted,
        execution_options={"yield_per": 5000, "schema_translate_map": {LIVE: schema}},
    )
    rows = total = 0
    for (line,) in lines:
        canonical = orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS)
        total += int.from_bytes(sha256(canonical).digest(), "big")
        rows += 1
    return rows, f"{total % _MODULUS:064x}"


def _shown(column: ColumnElement[object], business: bool) -> ColumnElement[object]:
    if business and column.name == "data":
        return column.op("-")(cast(_RECORDED_TIMES, ARRAY(Text)))
    if isinstance(column.type, TIMESTAMP):
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return column
