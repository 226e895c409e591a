"""Yellow cards that add up to supervision letters: by the rule of their day, and as long as they stand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import orjson

from eventkit.ids import uid
from tests.integration.supervision.place import Place
from tests.integration.supervision.test_owing import LATER, RETURNS, directory, published, standing, sweep
from tests.unit.supervision.made import CASE, LEARNT, china, issue_reported, step

CLOCK = {"id": "contact", "starts": "received", "stops": ["contacted"], "limit": "3wd", "card": "yellow"}
CARDS = {"yellow_to_letter": 2, "per": "year", "reply_within": "3wd"}


def received(place: Place, case: str, at: str = "2021-03-11T09:30", learnt_at: datetime = LEARNT) -> None:
    """A case whose department misses the contact."""
    place.hear(issue_reported(learnt_at, case=case), step("received", china(at), learnt_at, case=case))


def added_up(place: Place, upto: datetime) -> Counter[str]:
    """What there is when all is due and the cards have been added up."""
    sweep(place, upto)
    sweep(place, upto + timedelta(minutes=1))
    return place.kinds()


def test_yellow_cards_of_duties_add_up_too(place: Place) -> None:
    place.hear(published(duties=[{**RETURNS, "card": "yellow"}], cards=CARDS), directory(), issue_reported(LEARNT))
    place.hear(step("accepted", china("2021-03-12T10:00"), LEARNT))
    kinds = added_up(place, china("2021-07-02T00:00"))
    assert (kinds["duty_missed"], kinds["duty_card_issued"], kinds["supervision_letter_issued"]) == (3, 3, 1)
    told_late = china("2021-07-03T10:00")
    for month in ("04", "05"):
        place.hear(step("progress", china(f"2021-{month}-12T10:00"), told_late))
    kinds = added_up(place, china("2021-07-05T00:00"))
    assert kinds["supervision_letter_withdrawn"] == 1


def test_newer_card_rule_leaves_letters_of_the_past(place: Place) -> None:
    place.hear(published(clocks=[CLOCK], cards=CARDS), directory())
    for case in (CASE, str(uid("another"))):
        received(place, case)
    assert added_up(place, LATER)["supervision_letter_issued"] == 1
    place.hear(published(2, LATER, clocks=[CLOCK], cards={**CARDS, "yellow_to_letter": 4}))
    received(place, str(uid("third")), "2021-04-12T09:30", LATER)
    kinds = added_up(place, LATER + timedelta(days=1))
    assert kinds["card_issued"] == 3
    assert (kinds["supervision_letter_issued"], kinds["supervision_letter_withdrawn"]) == (1, 0)


def test_card_after_the_newer_rule_goes_by_it(place: Place) -> None:
    place.hear(published(clocks=[CLOCK], cards=CARDS), directory())
    place.hear(published(2, LATER, clocks=[CLOCK], cards={**CARDS, "yellow_to_letter": 3}))
    received(place, CASE)
    received(place, str(uid("another")), "2021-05-10T09:30", LATER)
    assert added_up(place, china("2021-06-01T00:00"))["supervision_letter_issued"] == 0
    received(place, str(uid("third")), "2021-05-11T09:30", LATER)
    assert added_up(place, china("2021-06-02T00:00"))["supervision_letter_issued"] == 1


def test_third_card_in_place_of_a_withdrawn_one_makes_another_letter(place: Place) -> None:
    place.hear(published(clocks=[CLOCK], cards=CARDS), directory())
    for case in (CASE, str(uid("another"))):
        received(place, case)
    assert added_up(place, LATER)["supervision_letter_issued"] == 1
    place.hear(step("contacted", china("2021-03-12T09:30"), LATER, case=CASE))
    received(place, str(uid("third")), "2021-04-12T09:30", LATER)
    kinds = added_up(place, LATER + timedelta(days=1))
    assert (kinds["supervision_letter_withdrawn"], kinds["supervision_letter_issued"]) == (1, 2)
    gone = _told(place, "misses_rescinded")[0]["withdrawn"]
    assert {one["event"] for one in gone}.isdisjoint(_told(place, "supervision_letter_issued")[-1]["cards"])
    assert ["duty_ended" in lines for lines in standing(place, "letter_reply").values()].count(True) == 1


def _told(place: Place, name: str) -> list[dict[str, Any]]:
    return [orjson.loads(row.data) for row in place.events() if row.type.split(".")[2] == name]
