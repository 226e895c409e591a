"""A receiver that drips its answer is left in the end, whatever each single read takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event, Thread

import httpx
import pytest

from supervision.adapters.webhook import _closed_after, _is_public


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that sends one byte of its answer every 50 ms, for as long as it is listened to."""
    ended = Event()

    def drip(server: socket.socket) -> None:
        with server.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not ended.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=drip, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        ended.set()


def test_dripping_answer_is_cut_off(dripping: int) -> None:
    client = httpx.Client(timeout=1, trust_env=False)
    with client, pytest.raises((httpx.HTTPError, OSError)), _closed_after(0.3, client):
        client.get(f"http://127.0.0.1:{dripping}/")


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("2001:4860:4860::8888", True),
        ("::1", False),
        ("::7f00:1", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_no_address_leads_inside(host: str, public: bool) -> None:
    assert _is_public(host) is public
