"""What other rules would have made of deadlines, asked over HTTP: real figures with the same rules, misses by hand."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bugle.whatif.sums import Sum
from eventkit.ids import uid
from tests.integration.supervision.place import Place
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.supervision.made import LEARNT, china, document, issue_reported, programme_published, step

RECEIVED = china("2021-03-11T09:30")
CONTACTED = ("2021-03-12T12:00", "2021-03-15T12:00", "2021-03-16T12:00", "2021-03-18T12:00", None)
"""When the unit of each case met the enterprise; the limit of three working days ends on the 16th at 24:00."""
CASES = [str(uid("whatif", n)) for n in range(len(CONTACTED))]


@pytest.fixture
def past(place: Place) -> Place:
    """Five cases of two units, and all that has run out."""
    place.hear(programme_published(document()))
    for number, (case, contacted) in enumerate(zip(CASES, CONTACTED, strict=True)):
        unit = "power" if number % 2 else "water"
        place.hear(issue_reported(LEARNT, case=case, at=china("2021-03-10T10:00")))
        place.hear(step("received", RECEIVED, LEARNT, case=case, unit=unit))
        if contacted is not None:
            place.hear(step("contacted", china(contacted), LEARNT, case=case, unit=unit))
    place.watermark(LEARNT.replace(year=2022))
    while place.sweeper().sweep():
        pass
    return place


def ask(client: TestClient, issuer: Issuer, role: str = "office", **parameters: Any) -> Any:
    claims = {"agency": parameters.pop("agency", "jinxian")}
    headers = issuer.headers(role, **claims)
    answer = client.get("/v1/what-if", params={"programme": "jinxian", **parameters}, headers=headers)
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def test_same_rules_give_the_real_figures(past: Place, client: TestClient, issuer: Issuer) -> None:
    for rules in ({}, {"limits": "contact:3wd"}):
        told = ask(client, issuer, **rules)
        assert (told["clocks"], told["items"], told["next"]) == (5, [], None)
        assert {unit["unit"]: unit["before"] for unit in told["units"]} == {
            "water": {"met": 2, "missed": 1},
            "power": {"met": 1, "late": 1},
        }
        assert all(unit["before"] == unit["after"] for unit in told["units"])


def test_shorter_limit_shows_who_would_have_missed(past: Place, client: TestClient, issuer: Issuer) -> None:
    told = ask(client, issuer, limits="contact:2wd")
    [one] = told["items"]
    assert (one["case"], one["unit"], one["before"]["status"], one["after"]["status"]) == (
        *(CASES[2], "water", "met", "late"),
    )
    assert (one["before"]["limit"], one["after"]["limit"]) == ("3wd", "2wd")
    total = Sum()
    total.add(told)
    assert [(unit["unit"], unit["before"]["rank"], unit["after"]["rank"]) for unit in total.units()] == [
        ("power", 2, 1),
        ("water", 1, 2),
    ]
    assert total.worse == 1


def test_pages_join_up(past: Place, client: TestClient, issuer: Issuer) -> None:
    whole, total, after = ask(client, issuer, limits="contact:1d"), Sum(), None
    while True:
        page = ask(client, issuer, limits="contact:1d", limit=2, **({"after": after} if after else {}))
        total.add(page)
        after = page["next"]
        if after is None:
            break
    assert (total.clocks, sorted(one["case"] for one in total.items)) == (
        whole["clocks"],
        sorted(one["case"] for one in whole["items"]),
    )
    assert len(total.items) == 2  # one on each page of two clocks that has any


def test_days_choose_clocks(past: Place, client: TestClient, issuer: Issuer) -> None:
    assert ask(client, issuer, **{"from": "2021-03-11", "to": "2021-03-11"})["clocks"] == 5
    assert ask(client, issuer, **{"from": "2021-03-12"})["clocks"] == 0


def test_nothing_is_changed(past: Place, client: TestClient, issuer: Issuer) -> None:
    def rows() -> list[Any]:
        with past.engine.connect() as connection:
            return [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("events", "pending")]

    before, events = rows(), past.events()
    ask(client, issuer, limits="contact:1h", calendar="none")
    assert (rows(), past.events()) == (before, events)


@pytest.mark.parametrize(
    ("parameters", "status", "word"),
    [
        ({"limits": "luck:2wd"}, 422, "no clock"),
        ({"limits": "contact:2x"}, 422, "no limit"),
        ({"limits": "contact"}, 422, "no limit"),
        ({"calendar": "luck"}, 404, "calendar"),
        ({"from": "yesterday"}, 422, "from"),
    ],
)
def test_wrong_question_is_named(
    past: Place, client: TestClient, issuer: Issuer, parameters: dict[str, str], status: int, word: str
) -> None:
    told = ask(client, issuer, **parameters)
    assert told[0] == status and word in str(told[1])


def test_other_agency_sees_nothing(past: Place, client: TestClient, issuer: Issuer) -> None:
    assert ask(client, issuer, agency="daan") == {"items": [], "units": [], "clocks": 0, "next": None}
    assert ask(client, issuer, role="enterprise")[0] == 403
