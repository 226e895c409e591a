"""The harness's arithmetic, and the page made of its readings."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

import pytest

from bench.cases import walks
from bench.document import document
from bench.harness import SIZES, Reading, compare
from bench.workload import CASE_LENGTH, envelopes, payload, streams
from contracts import EVENTS

READING = Reading(
    "append", "commits/s", 1_000, 4_000, 0.25, 0.1, 5, {"arms": [{"writers": 1, "ratio": 0.25}], "lag": 3}
)


def test_ratio_is_the_median_of_pairs() -> None:
    ours, limit = iter([10.0, 30.0, 20.0]), iter([100.0, 100.0, 50.0])
    reading = compare("x", "events/s", lambda repeat: next(ours), lambda repeat: next(limit), 3)
    assert (reading.ours, reading.limit, reading.ratio) == (20, 100, 0.3)
    assert reading.spread == pytest.approx(1.0)


def test_arms_take_turns_in_going_first() -> None:
    order: list[str] = []

    def arm(name: str) -> float:
        order.append(name)
        return 1.0

    compare("x", "events/s", lambda repeat: arm("ours"), lambda repeat: arm("limit"), 3)
    assert order == ["ours", "limit", "limit", "ours", "ours", "limit"]


def test_figure_has_at_least_five_repeats() -> None:
    assert all(size.repeats >= 5 for name, size in SIZES.items() if name != "toy")


def test_reading_is_one_json_line() -> None:
    told = json.loads(json.dumps(READING.json()))
    assert [told[name] for name in ("name", "ours", "limit", "ratio", "spread")] == ["append", 1000, 4000, 0.25, 0.1]
    assert {"versions", "machine"} <= told.keys()


def test_page_has_a_row_and_a_section() -> None:
    page = document([READING], "small")
    assert "| `append` | 1,000 commits/s | 4,000 commits/s | 0.25 | 0.10 |" in page
    assert page.endswith("\n- `writers` 1, `ratio` 0.25\n- `lag` 3\n")


def test_streams_are_the_same_for_a_seed() -> None:
    first = list(islice(streams(7), 5_000))
    assert first == list(islice(streams(7), 5_000))
    assert first != list(islice(streams(8), 5_000))


def test_streams_are_skewed_but_cases_end() -> None:
    drawn = Counter(islice(streams(1), 20_000))
    assert max(drawn.values()) == CASE_LENGTH
    assert sum(count == CASE_LENGTH for count in drawn.values()) > sum(count == 1 for count in drawn.values())


def test_payload_is_about_400_bytes() -> None:
    assert 350 <= len(payload(1)) <= 450


def test_stream_versions_have_no_gap() -> None:
    versions: Counter[str] = Counter()
    for event in envelopes(2_000, seed=1):
        versions[event.stream] += 1
        assert event.version == versions[event.stream]


def test_walks_keep_to_the_contracts() -> None:
    events = list(walks(40, seed=1))
    assert len(events) >= 40
    assert [EVENTS[event.type].validate(event.json()) for event in events] == [[]] * len(events)
    assert len({event.id for event in events}) == len(events)
    assert {event.stream.partition("-")[2] for event in events} == {event.key for event in events}
