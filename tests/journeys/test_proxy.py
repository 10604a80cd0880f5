"""The proxy itself: each fault that it makes is the fault that it says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.journeys.proxy import HOST, Proxy, Way
from tests.waiting import wait_until


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self) -> None:
        self.got = b""
        self.ended = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, self._listener:
            try:
                while data := connection.recv(1000):
                    self.got += data
                    connection.sendall(data)
            except OSError:
                pass
        self.ended.set()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, proxy.port), timeout=10) as client:
        yield client


def receive(client: socket.socket, count: int) -> bytes:
    """So many bytes, or fewer where the connection ends before."""
    received = b""
    while len(received) < count:
        data = client.recv(count - len(received))
        if not data:
            break
        received += data
    return received


def test_what_goes_in_comes_out_and_an_end_is_an_end(echo: Echo, proxy: Proxy, client: socket.socket) -> None:
    client.sendall(b"good day")
    assert receive(client, 8) == b"good day"
    client.shutdown(socket.SHUT_WR)
    assert receive(client, 1) == b""
    assert echo.ended.wait(10)
    assert proxy.connections == 1


def test_what_is_held_comes_later_and_whole(echo: Echo, proxy: Proxy, client: socket.socket) -> None:
    proxy.hold()
    client.sendall(b"patience")
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    assert echo.got == b""
    proxy.flow()
    client.settimeout(10)
    assert receive(client, 8) == b"patience"


def test_a_cut_is_a_reset_at_both_ends(echo: Echo, proxy: Proxy, client: socket.socket) -> None:
    client.sendall(b"x")
    receive(client, 1)
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert echo.ended.wait(10)


@pytest.mark.parametrize(("way", "seen"), [(Way.UP, b"abc"), (Way.DOWN, b"abcdefgh")])
def test_a_cut_after_so_many_bytes_lets_exactly_these_pass(
    echo: Echo, proxy: Proxy, client: socket.socket, way: Way, seen: bytes
) -> None:
    cut = proxy.cut_after(3, way)
    client.sendall(b"abcdefgh")
    try:
        answer = receive(client, 8)
    except ConnectionResetError:
        answer = b""  # the reset may overtake what was forwarded before it
    assert b"abc".startswith(answer)
    assert echo.ended.wait(10)
    assert echo.got == seen
    assert cut.sprung.is_set()


def test_a_trap_acts_before_the_pattern_is_forwarded_even_when_it_comes_in_pieces(
    echo: Echo, proxy: Proxy, client: socket.socket
) -> None:
    seen_by_server: list[bytes] = []
    trap = proxy.when((Way.UP, b"COPY"), (Way.UP, b"COMMIT"), act=lambda: seen_by_server.append(echo.got))
    for piece in (b"COMMIT ", b"CO", b"PY rows COM"):
        client.sendall(piece)
        receive(client, len(piece))
    assert not trap.sprung.is_set()
    client.sendall(b"MIT now")
    assert receive(client, 7) == b"MIT now"
    assert trap.sprung.is_set()
    assert seen_by_server == [b"COMMIT COPY rows COM"]


def test_a_trap_may_wait_for_the_answer_and_cut_it_off(echo: Echo, proxy: Proxy, client: socket.socket) -> None:
    trap = proxy.when((Way.UP, b"ask"), (Way.DOWN, b"ask"), cut=True)
    client.sendall(b"ask")
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert trap.sprung.is_set()
    assert echo.got == b"ask"


def test_refused_connections_end_at_once_until_they_are_accepted_again(
    echo: Echo, proxy: Proxy, client: socket.socket
) -> None:
    client.sendall(b"x")
    receive(client, 1)
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionResetError), socket.create_connection((HOST, proxy.port), timeout=10) as second:
        second.recv(1)
    proxy.accept()
    assert proxy.connections == 1
    assert echo.ended.wait(10)
    fresh = Echo()
    with Proxy(fresh.port) as other, socket.create_connection((HOST, other.port), timeout=10) as third:
        third.sendall(b"hello")
        assert receive(third, 5) == b"hello"


def test_a_delay_holds_each_piece_for_as_long(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay_seconds = 0.2
    client.sendall(b"x")
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(10)
    assert receive(client, 1) == b"x"


def test_the_end_of_a_proxy_is_the_end_of_its_connections(echo: Echo) -> None:
    with Proxy(echo.port) as proxy:
        client = socket.create_connection((HOST, proxy.port), timeout=10)
        client.sendall(b"x")
        receive(client, 1)
    with client, pytest.raises(ConnectionResetError):
        client.recv(1)
    wait_until(echo.ended.is_set, "the server saw it too")
