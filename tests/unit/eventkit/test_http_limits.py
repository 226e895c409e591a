"""How much one request, one caller and all callers may ask for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from threading import Event
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Response
from starlette.types import Receive, Scope, Send

from eventkit import readiness
from eventkit.auth import SESSION
from eventkit.depths import Depths
from eventkit.http import Limits
from eventkit.http.buckets import MOST, Buckets
from eventkit.http.limits import PARAMETERS, Busy, Gate, Stranger, TooManyRequests
from eventkit.http.server import server
from eventkit.memory import MemoryStore
from eventkit.paging import Window, keyset
from eventkit.settings import ServingSettings
from tests.support.ledger_service import Bank, running_bank


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Hanging(Depths):
    """Counts how often it is looked up; may let whoever looks wait."""

    def __init__(self) -> None:
        self.looks = 0
        self.looked, self.let_go = Event(), Event()
        self.let_go.set()

    def tell(self) -> None:
        self.looks += 1
        if self.looks > 1:
            self.looked.set()
        self.let_go.wait()


def test_bucket_empties_and_refills() -> None:
    clock = Clock()
    buckets = Buckets(rate=2, burst=3, clock=clock)
    assert [buckets.take("a").remaining for _ in range(3)] == [2, 1, 0]
    refused = buckets.take("a")
    assert (refused.granted, refused.wait, refused.full_in) == (False, 1, 2)
    assert buckets.take("b").granted, "another's bucket is full"
    clock.now = 0.5
    assert (buckets.take("a").granted, buckets.take("a").granted) == (True, False)
    clock.now = 100
    assert buckets.take("a").remaining == 2, "never more than the burst"


def test_bucket_of_strangers_is_bounded() -> None:
    clock = Clock()
    buckets = Buckets(rate=1, burst=2, clock=clock)
    for stranger in range(MOST):
        buckets.take(stranger)
    buckets.take("busy")
    assert len(buckets._held) == MOST, "those used first were thrown away"
    clock.now = 10
    buckets.take("busy")
    buckets.take("new")
    assert set(buckets._held) == {"busy", "new"}, "full ones are like new ones"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    router = APIRouter()

    @router.get("/pages")
    def pages(window: Annotated[Window, Depends(keyset(str))]) -> dict[str, Any]:
        return {"limit": window.limit}

    limits = Limits(rate=0.001, burst=4, in_hand=3, each=2, seconds=0.2)
    with running_bank(tmp_path, MemoryStore("ledgers"), routers=[router], limits=limits) as bank:
        yield bank


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]


def test_too_fast_a_caller_is_429(bank: Bank) -> None:
    answers = [bank.http.get("/v1/pages", headers=bank.office()) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert told(answers[4]) == (429, "too-many-requests")
    assert 900 < int(answers[4].headers["retry-after"]) <= 1000  # a place in 1,000 s, less what the five took
    assert answers[4].headers["ratelimit-policy"] == '"caller";q=4;w=4000'
    assert [a.headers["ratelimit"].split(";")[1] for a in answers] == ["r=3", "r=2", "r=1", "r=0", "r=0"]
    assert bank.http.get("/v1/pages", headers=bank.office(sub="second")).status_code == 200
    said = bank.http.get("/v1/pages", headers=bank.office() | {"Accept-Language": "zh"})
    assert said.json()["title"] == "请求过于频繁"


def test_refusals_tell_what_is_left(bank: Bank) -> None:
    refused = bank.deposit("b9", {"amount": 5})
    assert (told(refused), refused.headers["ratelimit"].split(";")[1]) == ((409, "not-open"), "r=3")


def test_new_tokens_are_no_new_bucket(bank: Bank) -> None:
    statuses = [bank.http.get("/v1/pages", headers=bank.office(jti=str(n))).status_code for n in range(5)]
    assert statuses[3:] == [200, 429]


def test_made_up_tokens_share_a_bucket(bank: Bank) -> None:
    body = {"amount": 5}
    tokens = [{"Authorization": f"Bearer made.up.{n}"} for n in range(5)]
    answers = [bank.http.post("/v1/books/b1/deposits", json=body, headers=token) for token in tokens]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429]


def visit(bank: Bank, token: str, **headers: str) -> int:
    """The status of what a browser asks for, which has its token in a cookie."""
    return bank.http.get("/v1/none", headers={"Cookie": f"{SESSION}={token}", **headers}).status_code


def token(bank: Bank, **claims: str) -> str:
    return bank.office(**claims)["Authorization"].removeprefix("Bearer ")


def test_signed_in_visitors_have_buckets_of_their_own(bank: Bank) -> None:
    """All come from one address, that of the proxy. A browser's bucket is the same person's as that of his tokens."""
    assert [visit(bank, token(bank, sub="first", jti=str(n))) for n in range(5)] == [404] * 4 + [429]
    assert visit(bank, token(bank, sub="second")) == 404
    assert bank.http.get("/v1/pages", headers=bank.office(sub="first")).status_code == 429


def test_made_up_cookies_share_a_bucket(bank: Bank) -> None:
    assert [visit(bank, f"made.up.{n}") for n in range(5)] == [404] * 4 + [429]
    assert bank.http.get("/v1/pages").status_code == 429, "it is the address's"


def test_cookie_covers_no_false_token(bank: Bank) -> None:
    """Whoever sends a header is who it says: a cookie beside it is not asked."""
    false = {"Authorization": "Bearer made.up"}
    assert [visit(bank, token(bank), **false) for _ in range(5)] == [404] * 4 + [429]
    assert visit(bank, token(bank)) == 404


def test_cookie_opens_no_interface(bank: Bank) -> None:
    """It names whose bucket pays, and nothing else: another site's form would bring it along."""
    assert bank.http.post("/v1/books/b1/deposits", headers={"Cookie": f"{SESSION}={token(bank)}"}).status_code == 401


def behind(bank: Bank, proxy: str, held: ServingSettings) -> list[int]:
    """Statuses of five requests of one visitor and one of another, who come by a proxy, under our server."""
    config = server(bank.app, held).config
    config.load()

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(config.loaded_app, client=(proxy, 1))  # type: ignore[arg-type]  # an ASGI app
        async with httpx.AsyncClient(transport=transport, base_url="http://toy") as http:
            visitors = ["198.51.100.1"] * 5 + ["198.51.100.2"]
            return [
                (await http.get("/v1/none", headers={"X-Forwarded-For": f"x, {who}"})).status_code for who in visitors
            ]

    return asyncio.run(ask())


def from_addresses(bank: Bank, addresses: Sequence[str]) -> list[int]:
    """Statuses of a request from each of these addresses, without a token."""

    async def ask() -> list[int]:
        statuses = []
        for address in addresses:
            transport = httpx.ASGITransport(bank.app, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://toy") as http:
                statuses.append((await http.get("/v1/none")).status_code)
        return statuses

    return asyncio.run(ask())


def test_one_site_of_ipv6_has_one_bucket(bank: Bank) -> None:
    assert from_addresses(bank, [f"2001:db8:0:1::{n}" for n in range(1, 6)]) == [404] * 4 + [429]
    assert from_addresses(bank, ["2001:db8:0:1:ffff::1", "2001:db8:0:2::1"]) == [429, 404]


def test_ipv4_by_ipv6_is_the_same_address(bank: Bank) -> None:
    assert from_addresses(bank, ["198.51.100.1", "::ffff:198.51.100.1"] * 3) == [404] * 4 + [429] * 2
    assert from_addresses(bank, ["::ffff:198.51.100.2"]) == [404]


def test_trusted_proxy_tells_addresses_apart(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    held = ServingSettings(jwks_file="", issuer="", audience="", http_port=0)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.1.0.0/16")
    assert behind(bank, "10.1.2.3", held) == [404] * 4 + [429, 404]
    assert behind(bank, "10.9.2.3", held) == [404] * 4 + [429, 429], "anybody may say where he comes from"


def test_health_is_told_however_often(bank: Bank) -> None:
    assert {bank.http.get("/live").status_code for _ in range(9)} == {200}
    assert "ratelimit" not in bank.http.get("/live").headers


def test_scrapes_take_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token and past every limit: were each to look, they would take threads and database from all others."""
    monkeypatch.setattr(readiness, "monotonic", Clock())
    depths = Hanging()
    with running_bank(tmp_path, MemoryStore("ledgers"), depths=depths) as bank:
        assert {bank.http.get("/metrics").status_code for _ in range(50)} == {200}
    assert depths.looks == 1


def test_scrapes_do_not_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(readiness, "monotonic", clock)
    depths = Hanging()
    with running_bank(tmp_path, MemoryStore("ledgers"), depths=depths) as bank, ThreadPoolExecutor(1) as pool:
        old = bank.http.get("/metrics").text
        clock.now += readiness.LOOK_SECONDS
        depths.let_go.clear()
        looking = pool.submit(bank.http.get, "/metrics")
        try:
            assert depths.looked.wait(20)
            assert {bank.http.get("/metrics").text for _ in range(50)} == {old}
            clock.now += readiness.LONG_SECONDS + 1
            assert told(bank.http.get("/metrics")) == (503, "unavailable"), "what hangs is away"
        finally:
            depths.let_go.set()
        assert (looking.result().status_code, depths.looks) == (200, 2)


def test_too_many_parameters_are_422(bank: Bank) -> None:
    fits = "&".join("limit=1" for _ in range(PARAMETERS))
    assert bank.http.get(f"/v1/pages?{fits}").status_code == 200
    answer = bank.http.get(f"/v1/pages?{fits}&limit=1")
    assert told(answer) == (422, "invalid")
    assert answer.json()["errors"] == [
        {"field": "query", "problem": "51 parameters are too many", "mend": "send at most 50 parameters"}
    ]


def test_long_address_and_headers_are_refused(bank: Bank) -> None:
    assert told(bank.http.get("/v1/pages", params={"after": "a" * 9000})) == (414, "address-too-long")
    assert told(bank.http.get("/v1/pages", headers={"X-Long": "a" * 17_000})) == (431, "headers-too-large")


def test_page_has_a_largest_size(bank: Bank) -> None:
    assert bank.http.get("/v1/pages?limit=200").json() == {"limit": 200}
    answer = bank.http.get("/v1/pages?limit=201")
    assert told(answer) == (422, "invalid")
    [fault] = answer.json()["errors"]
    assert (fault["field"], "200" in fault["problem"]) == ("limit", True)


def held_app(tmp_path: Path, limits: Limits, opened: asyncio.Event) -> Any:
    """The toy's application with a read that is in hand until the event is set."""
    router = APIRouter()

    @router.get("/held")
    async def held() -> Response:
        await opened.wait()
        return Response("{}")

    return running_bank(tmp_path, MemoryStore("ledgers"), routers=[router], limits=limits)


async def asked_together(tmp_path: Path, limits: Limits, callers: list[str]) -> list[httpx.Response]:
    """Answers to requests of these subjects that are in hand at the same time."""
    opened = asyncio.Event()
    with held_app(tmp_path, limits, opened) as bank:
        transport = httpx.ASGITransport(app=bank.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://toy") as http:
            asked = [asyncio.create_task(http.get("/v1/held", headers=bank.office(sub=who))) for who in callers]
            while sum(one.done() for one in asked) == 0:
                await asyncio.sleep(0)
            assert (await http.get("/live")).status_code == 200, "health is told when all hands are full"
            opened.set()
            answers = await asyncio.gather(*asked)
            after = await http.get("/v1/held", headers=bank.office(sub=callers[0]))
            assert after.status_code == 200, "what was in hand has been let go"
            return list(answers)


def test_full_hands_are_503(tmp_path: Path) -> None:
    answers = asyncio.run(asked_together(tmp_path, Limits(in_hand=2), ["a", "b", "c"]))
    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert (told(answers[2]), answers[2].headers["retry-after"]) == ((503, "busy"), "2")


def test_one_caller_leaves_hands_free(tmp_path: Path) -> None:
    answers = asyncio.run(asked_together(tmp_path, Limits(in_hand=3, each=1), ["a", "a", "b"]))
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert (told(answers[1]), answers[1].headers["retry-after"]) == ((429, "too-many-requests"), "1")


def test_greedy_callers_leave_room(tmp_path: Path) -> None:
    """Each asks for all he can get: the first has half, every further one half of what is left; one more gets in."""
    greedy = [*"aaaaaaaaaa", *"bbbbbbbbbb", *"cccccccccc"]
    answers = asyncio.run(asked_together(tmp_path, Limits(in_hand=16, each=8), [*greedy, "d"]))
    got = [sum(answer.status_code == 200 for answer in answers[n : n + 10]) for n in (0, 10, 20, 30)]
    assert got == [8, 4, 2, 1]
    assert {answer.status_code for answer in answers} == {200, 429}


async def no_app(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("only places are taken here")


@pytest.mark.parametrize("in_hand", [1, 2, 3, 16, 17])
def test_strangers_leave_half_to_callers(in_hand: int) -> None:
    """Who has no valid token has as many addresses as he likes."""
    gate = Gate(no_app, Limits(in_hand=in_hand, each=in_hand))
    taken: list[ExitStack] = []
    with suppress(Busy):
        for n in range(100):
            _take_all(gate, Stranger(str(n)), taken)
    assert len(taken) == (in_hand + 1) // 2
    callers: list[ExitStack] = []
    with suppress(Busy):
        for n in range(100):
            _take_all(gate, n, callers)
    assert len(callers) == in_hand // 2
    taken.pop().close()
    with gate._taken(Stranger("next")):
        pass


def test_greedy_callers_come_to_equal_shares() -> None:
    """Who came first has half, and shrinks as it is answered, until each has on the average as much as is free."""
    chance = Random(7)
    gate = Gate(no_app, Limits(in_hand=64, each=32))
    held: dict[str, list[ExitStack]] = {"a": [], "b": [], "c": []}
    seen = Counter[str]()
    for turn in range(3_000):
        for who in sorted(held, key=lambda _: chance.random() if turn else 0):
            _take_all(gate, who, held[who])
        if turn >= 1_000:
            seen.update({who: len(places) for who, places in held.items()})
        chance.choice([places for places in held.values() for _ in places]).pop().close()
    assert [round(seen[who] / 2_000) for who in held] == [16, 16, 16]


def _take_all(gate: Gate, who: Hashable, places: list[ExitStack]) -> None:
    with suppress(TooManyRequests):
        while True:
            place = ExitStack()
            place.enter_context(gate._taken(who))
            places.append(place)
