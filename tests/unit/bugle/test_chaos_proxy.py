"""The proxy of a fault run: passes on, breaks, and heals."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from threading import Thread
from time import sleep

import pytest

from bugle.chaos.proxy import Proxy
from bugle.stack.ports import HOST


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything again."""
    with socket.create_server((HOST, 0)) as listening:
        Thread(target=_serve, args=[listening], daemon=True).start()
        yield listening.getsockname()[1]


def _serve(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            while data := connection.recv(100):
                connection.sendall(data)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with closing(Proxy(echo)) as proxy:
        yield proxy


def said_again(connection: socket.socket) -> bytes:
    connection.settimeout(5)
    try:
        connection.sendall(b"hello")
        return connection.recv(100)
    except ConnectionError:
        return b""


def test_open_proxy_passes_everything_on(proxy: Proxy) -> None:
    with socket.create_connection((HOST, proxy.port)) as connection:
        assert said_again(connection) == b"hello"
        proxy.slow(0.01)
        assert said_again(connection) == b"hello"


def test_closed_proxy_holds_nothing_back(echo: int) -> None:
    proxy = Proxy(echo)
    with socket.create_connection((HOST, proxy.port)) as connection:
        assert said_again(connection) == b"hello"
        proxy.slow(600)
        connection.sendall(b"never heard")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        proxy.close()


def test_cut_proxy_breaks_old_and_new(proxy: Proxy) -> None:
    with socket.create_connection((HOST, proxy.port)) as old:
        assert said_again(old) == b"hello"
        proxy.cut()
        assert said_again(old) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, proxy.port))
    proxy.heal()
    with socket.create_connection((HOST, proxy.port)) as healed:
        assert said_again(healed) == b"hello"


def test_proxy_of_absent_server_refuses_until_it_is_back() -> None:
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    with closing(Proxy(port)) as proxy:
        with socket.create_connection((HOST, proxy.port)) as first:
            assert said_again(first) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, proxy.port))
        with socket.create_server((HOST, port)) as listening:
            Thread(target=_serve, args=[listening], daemon=True).start()
            assert eventually_said_again(proxy) == b"hello"


def eventually_said_again(proxy: Proxy) -> bytes:
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection((HOST, proxy.port)) as connection:
            return said_again(connection)
        sleep(0.01)
