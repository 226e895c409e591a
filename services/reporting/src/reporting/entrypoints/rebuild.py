"""Rebuilds the tables from the topics.

Status 0: what was built is live; 1: it differs from what is live, or a server went away or memory ran out.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import orjson
from kafka.errors import KafkaError

from eventkit import settings
from eventkit.delivery import Policy, policy_of
from eventkit.diagnosis import brief
from reporting.config import RebuildSettings
from reporting.rebuild.running import AnotherRuns, Report, rebuild
from reporting.rebuild.topics import Silent

_WHOLE = "What is live is whole: run it again when that is mended."


def main() -> None:
    """Run one rebuild; progress goes to standard error, the result to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--accept", action="store_true", help="swap even if the tables differ from the live ones")
    asked = parser.parse_args()
    try:
        report = rebuild(settings.read(RebuildSettings), asked.accept, tell)
    except (AnotherRuns, Silent) as error:
        sys.exit(f"rebuild: {type(error).__doc__}")
    except BrokenProcessPool:
        sys.exit(f"rebuild: a process that reads was ended from outside, as where memory runs out. {_WHOLE}")
    except Exception as error:
        if policy_of(error) is not Policy.RETRY and not isinstance(error, KafkaError):
            raise
        sys.exit(f"rebuild: a server is away: {brief(error)}. {_WHOLE}")
    print(orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2).decode() if asked.json else as_text(report))
    sys.exit(0 if report.swapped else 1)


def tell(line: str) -> None:
    """Progress, for whoever watches."""
    print(line, file=sys.stderr, flush=True)


def as_json(report: Report) -> dict[str, Any]:
    """The report as it is printed with --json."""
    return {
        "swapped": report.swapped,
        "equal": not report.differing,
        "events": report.events,
        "aside": report.aside,
        "seconds": round(report.seconds, 3),
        "tables": {name: {"rows": rows, "hash": digest} for name, (rows, digest) in report.tables.items()},
        "differing": [
            {"table": name, "live_rows": report.live[name][0], "live_hash": report.live[name][1], "first": first}
            for name, first in report.differing.items()
        ],
    }


def as_text(report: Report) -> str:
    """The report as a table, and a sentence."""
    lines = [f"{name:17} {rows:>10} rows  {digest}" for name, (rows, digest) in report.tables.items()]
    for name, first in report.differing.items():
        rows, digest = report.live[name]
        lines.append(f"{name} differs: live had {rows} rows, {digest}; first differing keys: {'; '.join(first)}")
    if report.aside:
        lines.append(f"{report.aside} events are parked, waiting or discarded, and in no table: see bugle verify")
    rate = report.events / report.seconds if report.seconds else 0.0
    lines.append(f"{report.events} events in {report.seconds:.1f} s, {rate:,.0f}/s")
    lines.append("The new tables are live." if report.swapped else "Nothing was swapped: see the differences above.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
