"""Where rates count a case that has these values: measures over rows such as the projection and its tallies have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, MetaData, String, Table, create_engine, select

from reporting.queries.evidence import part_of, reason_of
from reporting.queries.measure import Measure
from reporting.queries.measures import RATES
from reporting.queries.weighing import weighed

FLAGS = ("closed", "merged", "withdrawn", "passed_on")
ROWS = Table(
    "rows",
    MetaData(),
    *(Column(name, String) for name in ("outcome", "satisfaction", "status")),
    *(Column(name, Boolean, nullable=False, default=False) for name in FLAGS),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    ROWS.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def placed(connection: Connection, measure: Measure, **values: Any) -> str:
    """The one part in which a rate counts a case: numerator, denominator, or the reason for which it is left out."""
    connection.execute(ROWS.insert().values(values))
    reasons = connection.scalars(select(reason_of(measure, "excluded", ROWS)).where(part_of(measure, "excluded", ROWS)))
    of = [reason for reason in measure.excluded if connection.scalar(select(measure.excluded[reason](ROWS)))]
    assert list(reasons) == of and len(of) <= 1
    held, good = (connection.scalar(select(part_of(measure, part, ROWS))) for part in ("denominator", "numerator"))
    connection.rollback()
    assert bool(held) != bool(of)
    return of[0] if of else "numerator" if good else "denominator"


def rate(id: str, *exclude: str) -> Measure:
    [(measure, _)] = weighed({"appraisal": {"rates": [{"id": id, "weight": 1, "exclude": exclude}]}}).values()
    return measure


@pytest.mark.parametrize(
    ("reason", "became"),
    [
        ("long_term", {"outcome": "long_term"}),
        ("explained", {"outcome": "explained"}),
        ("withdrawn", {"withdrawn": True}),
        ("merged", {"merged": True}),
        ("passed_on", {"passed_on": True}),
    ],
)
def test_unsatisfied_answer_stays_counted(connection: Connection, reason: str, became: dict[str, Any]) -> None:
    measure = rate("satisfaction", "long_term", "explained", "merged", "withdrawn", "passed_on")
    assert placed(connection, measure, satisfaction="unsatisfied", **became) == "denominator"
    assert placed(connection, measure, satisfaction="satisfied", **became) == reason
    assert placed(connection, measure, **became) == reason


def test_resolution_excludes_whatever_was_answered(connection: Connection) -> None:
    measure = rate("resolution", "long_term", "merged", "withdrawn")
    assert placed(connection, measure, satisfaction="unsatisfied", outcome="long_term") == "long_term"
    assert placed(connection, measure, satisfaction="unsatisfied", merged=True, withdrawn=True) == "merged"
    assert placed(connection, measure, satisfaction="unsatisfied", outcome="solved") == "numerator"


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({}, "denominator"),
        ({"outcome": "solved", "closed": True}, "numerator"),
        ({"merged": True}, "merged"),
        ({"outcome": "solved", "merged": True, "withdrawn": True}, "merged"),
        ({"outcome": "long_term", "withdrawn": True}, "withdrawn"),
        ({"outcome": "long_term", "closed": True}, "long_term"),
        ({"closed": True}, "no_result"),  # as a whole is that was closed with its parts
        ({"closed": True, "merged": True}, "merged"),
    ],
)
def test_resolution_asks_about_what_can_be_resolved(connection: Connection, values: dict[str, Any], part: str) -> None:
    assert placed(connection, RATES["resolution"], **values) == part


def test_programme_names_its_reasons_first(connection: Connection) -> None:
    measure = rate("resolution", "long_term", "passed_on", "merged")
    assert placed(connection, measure, outcome="long_term", merged=True) == "long_term"
    assert placed(connection, measure, passed_on=True, withdrawn=True) == "passed_on"
    assert placed(connection, measure, merged=True, withdrawn=True) == "merged"
    assert placed(connection, measure, withdrawn=True, closed=True) == "withdrawn"


@pytest.mark.parametrize("status", ["met", "missed", "running"])
def test_response_leaves_out_clocks_of_excluded_cases(connection: Connection, status: str) -> None:
    plain, part = {"met": "numerator", "missed": "denominator"}.get(status, status), rate("response", "withdrawn")
    assert placed(connection, part, status=status, withdrawn=True, merged=True) == "withdrawn"
    assert placed(connection, part, status=status, merged=True) == plain
    assert placed(connection, RATES["contact_in_time"], status=status, withdrawn=True) == plain


def test_exclusion_is_added_up() -> None:
    assert rate("response", "merged").tallies == RATES["contact_in_time"].tallies
