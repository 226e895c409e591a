"""The tables as the migrations make them, and their hashes."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from bugle.stack.databases import Database
from bugle.verify.hashing import TableHash
from eventkit.ids import uid
from reporting.read_model.hashing import table_hashes
from reporting.read_model.tables import metadata
from reporting.read_model.writer import apply
from tests.unit.reporting.made import courses


def test_definitions_are_what_migrations_make(reporting_database: Database) -> None:
    engine = create_engine(reporting_database.owner_url)
    seen = inspect(engine)

    for table in metadata.sorted_tables:
        made = [(c["name"], c["type"].compile(engine.dialect)) for c in seen.get_columns(table.name, schema="live")]
        defined = [(c.name, c.type.compile(engine.dialect)) for c in table.columns]
        if table.name.endswith("_versions"):  # what a column was added to stands behind `known_to`
            made, defined = sorted(made), sorted(defined)
        assert made == defined
        key = seen.get_pk_constraint(table.name, schema="live")["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
    assert set(seen.get_table_names(schema="live")) == {table.name for table in metadata.sorted_tables}
    engine.dispose()


@pytest.mark.parametrize("schema", ["live", "live_known"])
@pytest.mark.parametrize("table", ["timeline", "records"])
def test_event_is_found_by_its_id(scratch: Connection, schema: str, table: str) -> None:
    """Not by reading every event: a plan may do that only where there is no other way."""
    scratch.execute(text("SET LOCAL enable_seqscan = off"))
    scratch.execute(text("SELECT set_config('bugle.before', '2021-03-01T00:00:00Z', true)"))
    plan = scratch.scalars(text(f"EXPLAIN SELECT * FROM {schema}.{table} WHERE event_id = '{uid(table)}'")).all()
    assert any(f"{table}_event" in line for line in plan), plan


def test_no_name_stands_before_a_table_of_the_consumer(scratch: Connection) -> None:
    """A read looks into the projections' schema first; what it asks of the consumer lies behind it."""
    named = text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = to_regnamespace(:schema)")
    own = set(scratch.scalars(named, {"schema": "public"}))
    assert own
    for schema in ("live", "live_known"):
        assert own.isdisjoint(scratch.scalars(named, {"schema": schema}))


def test_service_may_not_change_the_schema(scratch: Connection) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        scratch.execute(text("CREATE TABLE live.more (id int)"))


def test_hash_is_the_documented_one(scratch: Connection) -> None:
    apply(scratch, courses(5).events)

    hashes = table_hashes(scratch, business=False)

    for table in metadata.sorted_tables:
        named = TableHash()
        for row in scratch.execute(table.select()):
            named.add(tuple(str(v) if type(v).__name__ == "UUID" else v for v in row))
        assert hashes[table.name] == (named.rows, named.text)
        assert named.rows > 0


def test_business_hash_forgets_the_log(scratch: Connection) -> None:
    apply(scratch, courses(3).events)
    whole, business = table_hashes(scratch, business=False), table_hashes(scratch)
    scratch.execute(
        text("UPDATE live.timeline SET log_seq = log_seq + 1, sequenced_at = sequenced_at + interval '1 day'")
    )

    assert table_hashes(scratch) == business
    assert {name for name, held in table_hashes(scratch, business=False).items() if held != whole[name]} == {"timeline"}


def test_hash_sees_one_changed_value(scratch: Connection) -> None:
    apply(scratch, courses(3).events)
    before = table_hashes(scratch)
    scratch.execute(text("UPDATE live.ledger SET level = 9 WHERE ctid = (SELECT min(ctid) FROM live.ledger)"))

    assert {name for name, held in table_hashes(scratch).items() if held != before[name]} == {"ledger"}
