"""Where issues gather, of more kinds and places than a page shows: what it leaves out is in its sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from bugle.stack import Stack
from eventkit.ids import uid
from pagekit.session import COOKIE
from reporting.web.overview import COLUMNS, ROWS
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, enterprise_of, programme

KINDS, PLACES = ROWS + 1, COLUMNS + 5
SHOWN = "/overview?programme=jinxian&place=township&lang=en"


def wide() -> Log:
    """An issue of each kind in each township, more than a thousand of them."""
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    for place in range(PLACES):
        firm = str(uid("wide", place))
        said = enterprise_of(firm) | {"township": f"township {place:02}"}
        log.add("intake", "enterprise_registered", f"enterprise-{firm}", firm, START, **said)
        for kind in range(KINDS):
            log.reported(str(uid("wide", place, kind)), day(1), enterprise=firm, kind=f"kind-{kind:02}")
    return log


@pytest.fixture(scope="module")
def client(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    with holding(servers, "reportingwide", wide().events) as engine, reading(engine, issuer) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def grid(client: TestClient, address: str = SHOWN) -> str:
    page = client.get(address)
    assert page.status_code == 200, page.text
    return page.text.partition('<section aria-labelledby="grid">')[2]


def test_sums_of_the_grid_are_complete(client: TestClient) -> None:
    sums = re.findall(r'class="n sum"><a href="([^"]*)">([0-9,]+)</a>', grid(client))
    whole = f"{KINDS * PLACES:,}"
    assert [said for _, said in sums] == [str(PLACES)] * ROWS + [str(KINDS)] * COLUMNS + [whole]
    for address, said in (sums[0], sums[ROWS - 1], sums[ROWS], sums[-2], sums[-1]):
        [behind] = re.findall(r'<p class="count" role="status">([0-9,]+)', client.get(unescape(address)).text)
        assert behind == said, address


def test_grid_says_what_it_leaves_out(client: TestClient) -> None:
    """What is left out is in the file; all places are shown where they are asked for."""
    [kinds, places] = re.findall(r"<a ([^>]+)>([0-9]+) further (?:kinds|places) with fewer", grid(client))
    assert (kinds[1], places[1]) == ("1", "5")
    [file] = re.findall(r'href="([^"]*)"', kinds[0])
    assert len(client.get(unescape(file)).text.splitlines()) == 1 + KINDS * PLACES
    [all_places] = re.findall(r'href="([^"#]*)', places[0])
    shown = grid(client, unescape(all_places))
    assert shown.count('<th scope="col"') == PLACES + 2 and "further places" not in shown
