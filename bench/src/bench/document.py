"""docs/benchmarks.md, written by `bugle bench --all`."""

from __future__ import annotations

from collections.abc import Sequence
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
`INSERT` of the same bytes per transaction, by psycopg alone, into a table with a
primary key only. The figure is that of the number of writers (threads of one process) at which we do worst.
""",
    "relay": """\
Draining a backlog of committed events into Kafka: sequence, chain, publish, confirm. Limit: kafka-python's producer
alone, with the same settings and with records made beforehand. `lag_p99_ms`: from commit to Kafka's acknowledgement at
100 events/s.
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
    extra = "".join(f"- `{name}`: {value}\n" for name, value in reading.extra.items())
    return f"\n## {reading.name}\n\n{_WHAT[reading.name]}" + (f"\n{extra}" if extra else "")
