"""docs/benchmarks.md, written by `bugle bench --all`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bench.harness import Reading, machine, versions

_HEAD = """\
# Benchmarks

Written by `bugle bench --all --size {size}` on {day}. A figure is a ratio to a limit measured in the same run on the
same machine, system and limit in turn; medians of {repeats} repeats; the spread is the width of the ratios over their
median. `fsync` and `synchronous_commit` are on, payloads about 400 bytes, streams drawn from a Zipf distribution with
fixed seeds.

{machine}

| workload | ours | limit | ratio | spread |
|---|---|---|---|---|
"""

_WHAT = {
    "append": """\
One event per transaction, with version check, inbox row and idempotency row, through `PostgresStore`. Limit: one plain
`INSERT` of the same bytes per transaction, by psycopg alone, into a table with a primary key only. The figure is that
of the number of writers (threads of one process) at which we do worst; `cpu_ms` is what this process spends a commit.

Below 0.4, because a commit here is six exchanges with the server (the pool's check of the connection, begin, the event
with its pending row, the inbox row, the answer, commit) where the limit has three, and because SQLAlchemy prepares each
statement in Python under one interpreter lock: with 16 writers that interpreter is busy, not the disk. A batch costs
the same six, which is why imports and reactions, which append hundreds of events at a time, do not feel it.
""",
    "relay": """\
Draining a backlog of committed events into Kafka: sequence, chain, publish, confirm. Limit: kafka-python's producer
alone, with the same settings and with records made beforehand. `lag_p99_ms`: from commit to Kafka's acknowledgement at
100 events/s.

Below 0.4 when sequencing and kafka-python's encoding of thirteen headers an event share two cores with the broker and
PostgreSQL: the limit's records are made beforehand, ours are read, hashed and encoded in the same process.
""",
    "react": """\
One Faust worker that notes each event in the inbox, loads its stream, folds, decides, appends an event and commits
before it acknowledges. Limit: an agent with an empty body on the same topic.
""",
    "rebuild": """\
All projections from three topics into new tables, indexed, caught up, compared and swapped, while 50 events/s go on
arriving. Every rebuild came out equal, or there would be no figure. Limit: one kafka-python consumer that only decodes
the JSON. `worker`: events/s of the live worker that filled the tables.
""",
    "query": """\
Reading through the HTTP process, with authorisation, warm: pages of the ledger by filters from the beginning and from
deep within, rates, league tables and scores of departments, each as it stands and as of a day that is past. Not a ratio
to a measured limit: `limit` is the target, and the figure is the 99th percentile that stands worst against its own.
""",
}


def document(readings: Sequence[Reading], size: str) -> str:
    """The whole page."""
    held = machine()
    told = ", ".join(f"{name} {number}" for name, number in versions().items())
    where = f"Machine: {held['cores']} cores, {held['memory_gb']} GB, {held['system']}. Versions: {told}."
    head = _HEAD.format(size=size, day=f"{datetime.now(UTC):%Y-%m-%d}", repeats=readings[0].repeats, machine=where)
    return head + "".join(map(_row, readings)) + "".join(map(_section, readings))


def _row(reading: Reading) -> str:
    figures = f"{reading.ours:,.0f} {reading.unit} | {reading.limit:,.0f} {reading.unit}"
    return f"| `{reading.name}` | {figures} | {reading.ratio:.2f} | {reading.spread:.2f} |\n"


def _section(reading: Reading) -> str:
    facts = []
    for name, value in reading.extra.items():
        facts += [_facts(one) for one in value] if isinstance(value, list) else [f"`{name}` {value}"]
    listed = "".join(f"- {fact}\n" for fact in facts)
    return f"\n## {reading.name}\n\n{_WHAT[reading.name]}" + (f"\n{listed}" if listed else "")


def _facts(values: Mapping[str, float]) -> str:
    return ", ".join(f"`{name}` {value}" for name, value in values.items())
