"""Who held an issue when, who returned it to whom, what looks odd: hand-made histories, and innocent ones beside."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from bugle.stack import Stack
from eventkit.ids import uid
from eventkit.paging import Window
from pagekit.session import COOKIE
from reporting.queries.lists import HANDLED, listed
from reporting.queries.scope import Scope
from reporting.read_model.writer import apply
from tests.integration.reporting.serving import holding, reading
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

ALL, CASE = Scope("jinxian", None), str(uid("case", "handled"))
SIGNALS = {
    "reopened": {"times": 2, "days": 30},
    "extended": {"times": 3},
    "withdrawn": {"times": 3},
    "backdated": {"times": 2, "days": 7},
}


@pytest.fixture
def log() -> Log:
    """A programme that names what it asks about."""
    log = Log()
    said = programme()
    said["document"] = {**said["document"], "signals": SIGNALS}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **said)
    return log


def rows(scratch: Connection, log: Log, name: str, scope: Scope = ALL) -> list[dict[str, Any]]:
    apply(scratch, log.events)
    scratch.execute(text("SET LOCAL search_path TO live, public"))
    listing = HANDLED[name]
    return listed(scratch, listing, scope, "jinxian", "jinxian", Window(200, None))


def assigned(log: Log, case: str, at: float, lead: str, round_: int = 1, *supporting: str) -> None:
    said = {"lead": lead, "supporting": list(supporting), "letter": None, "meeting": None, "rule": None}
    log.case("routing", "case_assigned", case, day(at), **said, round=round_, by="office")


def overdue(log: Log, case: str, unit: str, due: float, stopped: float) -> None:
    """A deadline of the unit that was missed, and met late."""
    about = {
        "clock": f"contact-{unit}",
        "generation": 1,
        "unit": unit,
        "started_at": iso(day(0)),
        "due_at": iso(day(due)),
    }
    log.case("supervision", "clock_started", case, day(0), **about, stages=[], provisional=False, limit="2d")
    stop = {"clock": f"contact-{unit}", "generation": 1, "fact": "contacted", "stopped_at": iso(day(stopped))}
    log.case("supervision", "clock_stopped", case, day(stopped), **stop, in_time=False)


def test_delay_is_told_apart(scratch: Connection, log: Log) -> None:
    """Lead overdue for four days, of which it waited two for a supporter who itself was overdue for one."""
    log.reported(CASE, day(0))
    assigned(log, CASE, 1, "bank", 1, "park", "tax")
    overdue(log, CASE, "bank", 4, 8)
    overdue(log, CASE, "park", 5, 6)
    for unit, at in (("tax", 2), ("park", 6)):
        log.case("routing", "support_reported", CASE, day(at), unit=unit, note=None, by=unit)
    log.case("routing", "result_reported", CASE, day(8), unit="bank", outcome="solved", by="bank")
    log.case("routing", "result_fed_back", CASE, day(9), unit="bank", copied_to_office=True, by="bank")
    log.case("supervision", "case_closed_out", CASE, day(11), round=1, by="office")
    found = rows(scratch, log, "contributions")
    told = [
        (r["holder"], r["unit"], float(r["days"]), float(r["overdue_days"]), float(r["awaited_days"])) for r in found
    ]
    assert told == [
        ("office", None, 1, 0, 0),
        ("lead", "bank", 7, 4, 2),
        ("supporter", "park", 5, 1, 0),
        ("supporter", "tax", 1, 0, 0),
        ("lead", "bank", 1, 0, 0),
        ("office", None, 2, 0, 0),
    ]
    by_unit = {
        r["unit"]: (r["holder"], r["issues"], float(r["days"])) for r in rows(scratch, log, "contributions_by_unit")
    }
    assert by_unit == {"bank": ("lead", 1, 8), "park": ("supporter", 1, 5), "tax": ("supporter", 1, 1)}


def test_supporters_word_counts_for_its_round(scratch: Connection, log: Log) -> None:
    log.reported(CASE, day(0))
    assigned(log, CASE, 0, "bank", 1, "park")
    log.case("routing", "support_reported", CASE, day(1), unit="park", note=None, by="park")
    log.case("routing", "case_returned", CASE, day(2), unit="bank", reason="not_ours", round=2, transfers=1, by="bank")
    assigned(log, CASE, 3, "tax", 2, "park")
    log.case("routing", "result_reported", CASE, day(5), unit="tax", outcome="solved", by="tax")
    found = [
        (r["holder"], r["unit"], float(r["days"]))
        for r in rows(scratch, log, "contributions")
        if r["state"] != "result_reported"
    ]
    assert found == [
        ("lead", "bank", 2),
        ("supporter", "park", 1),
        ("office", None, 1),
        ("lead", "tax", 2),
        ("supporter", "park", 2),
    ]


def test_return_chain_is_told(scratch: Connection, log: Log) -> None:
    """Bank to tax, tax to bank again, and arbitration for the park, which closes."""
    log.reported(CASE, day(0))
    assigned(log, CASE, 1, "bank")
    log.case("routing", "case_returned", CASE, day(3), unit="bank", reason="not_ours", round=2, transfers=1, by="bank")
    assigned(log, CASE, 4, "tax", 2)
    log.case("routing", "case_transferred", CASE, day(6), unit="tax", to="bank", round=3, transfers=2, by="office")
    assigned(log, CASE, 6, "bank", 3)
    log.case("routing", "case_arbitrated", CASE, day(7), lead="park", round=4, by="office")
    assigned(log, CASE, 7, "park", 4)
    log.case("supervision", "case_closed_out", CASE, day(9), round=4, by="office")
    names = ("how", "from_unit", "to_unit", "reason", "days", "again", "lead", "state")
    assert [tuple(r[name] for name in names) for r in rows(scratch, log, "returns")] == [
        ("case_returned", "bank", "tax", "not_ours", 2, False, "park", "closed_out"),
        ("case_transferred", "tax", "bank", None, 2, True, "park", "closed_out"),
        ("case_arbitrated", "bank", "park", None, 1, False, "park", "closed_out"),
    ]
    pairs = {(r["from_unit"], r["to_unit"]): (r["times"], r["back"]) for r in rows(scratch, log, "returns_by_unit")}
    assert pairs == {("bank", "tax"): (1, 0), ("tax", "bank"): (1, 1), ("bank", "park"): (1, 0)}


def test_arbitration_after_a_return_is_its_end(scratch: Connection, log: Log) -> None:
    """Nobody had the issue when it was arbitrated: the return led to the park, and is the one link."""
    log.reported(CASE, day(0))
    assigned(log, CASE, 1, "bank")
    log.case("routing", "case_returned", CASE, day(3), unit="bank", reason="not_ours", round=2, transfers=1, by="bank")
    log.case("routing", "case_arbitrated", CASE, day(4), lead="park", round=3, by="office")
    assigned(log, CASE, 4, "park", 3)
    log.case("routing", "case_transferred", CASE, day(6), unit="park", to="bank", round=4, transfers=2, by="office")
    names = ("ordinal", "how", "from_unit", "to_unit", "again")
    assert [tuple(r[name] for name in names) for r in rows(scratch, log, "returns")] == [
        (1, "case_returned", "bank", "park", False),
        (2, "case_transferred", "park", "bank", True),
    ]
    pairs = [(r["from_unit"], r["to_unit"], r["times"]) for r in rows(scratch, log, "returns_by_unit")]
    assert pairs == [("bank", "park", 1), ("park", "bank", 1)]


def test_case_that_stays_has_no_chain(scratch: Connection, log: Log) -> None:
    log.reported(CASE, day(0))
    assigned(log, CASE, 1, "bank")
    assigned(log, CASE, 2, "bank")
    assert rows(scratch, log, "returns") == rows(scratch, log, "returns_by_unit") == []


def test_return_that_waits_has_no_end(scratch: Connection, log: Log) -> None:
    log.reported(CASE, day(0))
    assigned(log, CASE, 1, "bank")
    log.case("routing", "case_returned", CASE, day(3), unit="bank", reason="not_ours", round=2, transfers=1, by="bank")
    [one] = rows(scratch, log, "returns")
    assert (one["to_unit"], one["again"], one["lead"], one["state"]) == (None, False, None, "returned")
    assert [row["to_unit"] for row in rows(scratch, log, "returns_by_unit")] == [""]


def closed_and_reopened(log: Log, case: str, times: int, after: float = 2, gap: float = 5) -> None:
    log.reported(case, day(0))
    assigned(log, case, 0, "bank")
    for n in range(times):
        log.case("supervision", "case_closed_out", case, day(1 + n * 40), round=n + 1, by="office")
        log.case("supervision", "reopening_ordered", case, day(1 + n * 40 + gap), round=n + 2, reason=None, by="office")


def extended(log: Log, case: str, granted: int, refused: int = 0) -> None:
    log.reported(case, day(0))
    assigned(log, case, 0, "bank")
    for n in range(granted + refused):
        said = {"extension": n + 1, "clock": "contact", "generation": n + 1, "limit": "3wd", "by": "office"}
        log.case(
            "supervision", "extension_decided", case, day(n), decision="granted" if n < granted else "refused", **said
        )


def withdrawn(log: Log, days: list[float], lead: str = "bank") -> None:
    for n, at in enumerate(days):
        case = str(uid("case", "withdrawn", lead, n))
        log.reported(case, day(0))
        assigned(log, case, 0, lead)
        log.case("routing", "case_withdrawn", case, day(at), reason="done")


def dated_back(log: Log, late: list[float], reason: str | None = "forgotten") -> None:
    """Contacts that are told so many days after they were made, all in one month."""
    for n, gap in enumerate(late):
        case = str(uid("case", "dated back", n))
        log.reported(case, day(0))
        said = {"unit": "bank", "note": None, "by": "bank", "backdating_reason": reason}
        told = log.case("routing", "enterprise_contacted", case, day(1), **said)
        log.events[-1] = replace(told, sequenced_at=day(1) + timedelta(days=gap))


GUILTY = {
    "reopened": lambda log: closed_and_reopened(log, CASE, 2),
    "extended": lambda log: extended(log, CASE, 3),
    "withdrawn": lambda log: withdrawn(log, [1, 1.1, 1.2]),
    "backdated": lambda log: dated_back(log, [8, 9]),
}
INNOCENT = {
    "reopened once": lambda log: closed_and_reopened(log, CASE, 1),
    "reopened long after": lambda log: closed_and_reopened(log, CASE, 2, gap=31),
    "extended twice": lambda log: extended(log, CASE, 2),
    "asked often and refused": lambda log: extended(log, CASE, 2, refused=3),
    "withdrawn on several days": lambda log: withdrawn(log, [1, 2, 3]),
    "withdrawn by several": lambda log: (withdrawn(log, [1, 1.1]), withdrawn(log, [1.2], "tax")),
    "told within the week": lambda log: dated_back(log, [6, 6.9, 2]),
    "a ledger of long ago": lambda log: dated_back(log, [30, 30, 30], reason=None),
}


@pytest.mark.parametrize("signal", GUILTY)
def test_signal_has_its_events(scratch: Connection, log: Log, signal: str) -> None:
    GUILTY[signal](log)
    [one] = rows(scratch, log, "signals")
    threshold = SIGNALS[signal]["times"]
    assert (one["signal"], one["unit"], one["times"], one["threshold"]) == (signal, "bank", threshold, threshold)
    known = {str(event.id) for event in log.events}
    assert set(one["events"]) <= known
    assert len(one["events"]) == threshold * (2 if signal == "reopened" else 1)
    assert str(one["case_id"]) == (CASE if signal in ("reopened", "extended") else "None")
    scratch.rollback()
    assert len(rows(scratch, log, "signals", Scope("jinxian", "bank"))) == 1
    scratch.rollback()
    assert rows(scratch, log, "signals", Scope("jinxian", "tax")) == []


@pytest.mark.parametrize("history", INNOCENT)
def test_innocent_history_gives_none(scratch: Connection, log: Log, history: str) -> None:
    INNOCENT[history](log)
    assert rows(scratch, log, "signals") == []


def test_programme_that_names_none_has_none(scratch: Connection) -> None:
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    closed_and_reopened(log, CASE, 5)
    assert rows(scratch, log, "signals") == []


def test_lists_over_http_and_pages(filled: Engine, issuer: Issuer) -> None:
    """Every such list: page by page, as a file, on a page whose links lead somewhere, and as of then."""
    office = issuer.headers("office")
    with reading(filled, issuer, headers={"accept": "text/html"}) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        for name in HANDLED:
            address, found, after = f"/v1/lists/{name}?programme=jinxian&limit=5", 0, ""
            while after is not None:
                told = client.get(f"{address}&after={after}" if after else address, headers=office).json()
                found, after = found + len(told["items"]), told["next"]
            assert found > 0 or name == "signals"
            file = client.get(f"/v1/exports/lists.{name}?programme=jinxian&format=csv", headers=office).text
            assert len(file.splitlines()) == found + 1
            page = client.get(f"/lists/{name}?programme=jinxian&lang=en")
            assert page.status_code == 200 and f"<h1>{told['en']}</h1>" in page.text
            now, early = (
                client.get(f"{address}{m}", headers=office).json()["items"] for m in ("", "&as_of=2021-03-02")
            )
            assert early != now or name == "signals"
        assert "/lists/signals" in client.get("/programme?programme=jinxian").text


def test_events_of_signals_have_pages(scratch: Connection, log: Log, servers: Stack, issuer: Issuer) -> None:
    withdrawn(log, [1, 1.1, 1.2])
    with holding(servers, "reportingodd", log.events) as engine, reading(engine, issuer) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        page = client.get("/lists/signals?programme=jinxian&lang=en").text
        assert "Why were one unit" in page
        links = re.findall(r'href="(/events/[^"]*)"', page)
        assert len(links) == 3
        assert all("case_withdrawn" in client.get(html.unescape(link)).text for link in links)
        client.cookies.set(COOKIE, issuer.token("office", agency="elsewhere"))
        assert client.get(html.unescape(links[0]).split("?")[0]).status_code == 404


def test_issue_page_has_its_contributions(filled: Engine, issuer: Issuer) -> None:
    """The page and its files have the rows of the list that are the issue's, and its events; no others."""
    office = issuer.headers("office")
    with reading(filled, issuer) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        listed = client.get("/v1/lists/contributions?programme=jinxian&limit=200", headers=office).json()["items"]
        case = max({one["case_id"] for one in listed}, key=[one["case_id"] for one in listed].count)
        mine = [one for one in listed if one["case_id"] == case]
        page = client.get(f"/issues/{case}?lang=en").text
        block = page.split('aria-labelledby="contributions"')[1].split("</section>")[0]
        assert len(mine) > 1 and block.count("<tr>") == len(mine) + 1
        numbers = [float(n) for n in re.findall(r'<td class="n[^"]*">([0-9.]+)</td>', block)]
        assert numbers == [one[name] for one in mine for name in ("days", "overdue_days", "awaited_days")]
        files = re.findall(r'href="(/exports/(?:lists.contributions|events)[^"]+csv[^"]*)"', page)
        rows = {one.split("?")[0]: len(client.get(html.unescape(one)).text.splitlines()) for one in files}
        told = client.get(f"/v1/issues/{case}/timeline", headers=office).json()["items"]
        assert rows == {"/exports/events": len(told) + 1, "/exports/lists.contributions": len(mine) + 1}
        at = mine[1]["from_at"][:10]
        then = client.get(f"/v1/lists/contributions?programme=jinxian&limit=200&at={at}", headers=office).json()
        stood = [one for one in then["items"] if one["case_id"] == case]
        assert all(one["to_at"] < f"{at}T16:00:01" for one in stood)  # that day ends at 16:00 in UTC
        page = client.get(f"/issues/{case}?at={at}").text
        assert page.split('aria-labelledby="contributions"')[1].split("</section>")[0].count("<tr>") == len(stood) + 1


def test_files_of_an_issue_ask_for_one(filled: Engine, issuer: Issuer) -> None:
    with reading(filled, issuer, headers=issuer.headers("office")) as client:
        for name in ("lists.contributions", "events"):
            refused = client.get(f"/v1/exports/{name}?programme=jinxian&issue=12")
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "issue")
        assert client.get(f"/v1/exports/lists.returns?programme=jinxian&issue={CASE}").status_code == 422


def test_files_of_an_issue_keep_its_scope(filled: Engine, issuer: Issuer) -> None:
    """A department that has no part in it is given no rows."""
    with reading(filled, issuer) as client:
        listed = client.get("/v1/ledger?programme=jinxian&limit=1", headers=issuer.headers("office")).json()["items"]
        stranger = issuer.headers("department", department="nobody")
        for name in ("lists.contributions", "events"):
            address = f"/v1/exports/{name}?programme=jinxian&format=csv&issue={listed[0]['case_id']}"
            assert len(client.get(address, headers=stranger).text.splitlines()) == 1
