"""Asks the running HTTP process again and again, warm, and tells the 99th percentile of each kind of request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import httpx
import psycopg
from psycopg import sql

from bench.harness import Reading, Size
from bench.query.filling import PROGRAMME, SEED, fill
from bench.query.questions import PAST_MS, QUESTIONS, Drawer, asked, drawer
from bugle.stack import Stack, System
from bugle.stack.system import SERVICES
from pagekit.session import COOKIE

_HTTP = "reporting-http"
_SELDOM = 50
"""Of so many requests one, where a kind has no target."""
_SECONDS = 300.0
"""Of patience for one answer: what is far too slow is to be measured, too."""


def measure(servers: Stack, size: Size) -> Reading:
    """The p99 that stands worst against its target. `arms` has all, each with its spread over the repeats."""
    with _filled(servers, size) as system:
        system.start([_HTTP])
        token = servers.keys.token(["analyst"], agency=PROGRAMME)
        headers = {"Authorization": f"Bearer {token}"}
        address, session = system.url("reporting"), {COOKIE: token}
        kinds: list[tuple[str, str | None]] = [(name, None) for name in QUESTIONS]
        kinds += [(name, past) for past in ("as_of", "at") for name in QUESTIONS if past in QUESTIONS[name].past]
        with httpx.Client(base_url=address, headers=headers, cookies=session, timeout=_SECONDS) as client:
            arms = [_arm(client, size, *kind) for kind in kinds]
    aimed = [arm for arm in arms if arm["target_ms"] is not None]
    worst = max(aimed, key=lambda arm: arm["p99_ms"] / arm["target_ms"])
    ratio = worst["p99_ms"] / worst["target_ms"]
    told = {"issues": size.query_issues, "asked": size.query_asked, "arms": arms}
    return Reading("query", "ms", worst["p99_ms"], worst["target_ms"], ratio, worst["spread"], size.repeats, told)


def _arm(client: httpx.Client, size: Size, name: str, past: str | None) -> dict[str, Any]:
    of, random, most_ms = drawer(size.query_issues), Random(SEED), QUESTIONS[name].most_ms
    count = size.query_asked if most_ms is not None else -(-size.query_asked // _SELDOM)
    times = [_round(client, of, random, name, past, count) for _ in range(size.repeats + 1)]
    tails = [_p99(one) for one in times[1:]]  # the first round only warms
    middle = median(tails)
    arm = {
        "asked": f"{name}{f' {past}' if past else ''}",
        "p50_ms": round(median(t for one in times[1:] for t in one), 1),
        "p99_ms": round(middle, 1),
        "spread": round((max(tails) - min(tails)) / middle, 2),
        "target_ms": PAST_MS if past and most_ms is not None else most_ms,
    }
    print(", ".join(f"{name} {value}" for name, value in arm.items()), flush=True)
    return arm


def _round(client: httpx.Client, of: Drawer, random: Random, name: str, past: str | None, count: int) -> list[float]:
    """Milliseconds of each of so many requests; RuntimeError for an answer that is none."""
    times = []
    for _ in range(count):
        path, parameters = asked(name, of, random, past)
        began = perf_counter()
        answer = client.get(path, params=parameters)
        times.append((perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"{answer.url} is answered with {answer.status_code}: {answer.text}")
    return times


def _p99(times: list[float]) -> float:
    """By nearest rank."""
    return sorted(times)[ceil(0.99 * len(times)) - 1]


@contextmanager
def _filled(servers: Stack, size: Size) -> Iterator[System]:
    """A system whose reporting holds the issues. It is dropped afterwards, but where the servers are kept."""
    system = servers.create_system(f"query{size.query_issues}" + ("" if size.kept else f"p{os.getpid()}"))
    try:
        fill(system.database("reporting"), size.query_issues, lambda line: print(line, flush=True))
        yield system
    finally:
        system.stop()
        if not size.kept:
            _drop(servers, system)


def _drop(servers: Stack, system: System) -> None:
    with psycopg.connect(servers.postgres.admin_url(), autocommit=True) as connection:
        for service in SERVICES:
            name = sql.Identifier(system.database(service).name)
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
