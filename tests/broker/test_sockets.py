"""The gathering socket against a real pair of sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from broker.sockets import GatheringSocket


@pytest.fixture
def pair() -> Iterator[tuple[GatheringSocket, socket.socket]]:
    here, there = socket.socketpair()
    here.setblocking(False)
    gathering = GatheringSocket(here)
    yield gathering, there
    gathering.close()
    there.close()


def test_small_reads_are_served_from_one_large_read(pair: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, there = pair
    there.sendall(b"abcdef")
    assert gathering.recv(1) == b"a"
    assert gathering.pending() == 5
    assert gathering.recv(3) == b"bcd"
    assert gathering.recv(100) == b"ef"
    assert gathering.pending() == 0


def test_a_read_of_nothing_would_block_and_does_not_end_the_connection(
    pair: tuple[GatheringSocket, socket.socket],
) -> None:
    gathering, there = pair
    with pytest.raises(BlockingIOError):
        gathering.recv(1)
    there.sendall(b"x")
    assert gathering.recv(1) == b"x"


def test_the_end_of_the_connection_reads_as_nothing(pair: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, there = pair
    there.close()
    assert gathering.recv(1) == b""


def test_writes_wait_for_the_flush(pair: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, there = pair
    assert gathering.send(b"one") == 3
    assert gathering.send(b"two") == 3
    there.setblocking(False)
    with pytest.raises(BlockingIOError):
        there.recv(1)
    assert gathering.unsent == 6
    gathering.flush()
    assert there.recv(100) == b"onetwo"
    assert gathering.unsent == 0


def test_what_the_network_does_not_take_now_waits_in_order(pair: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, there = pair
    sent = bytes(range(256)) * 20_000
    gathering.send(sent)
    gathering.flush()
    assert gathering.unsent > 0
    came = bytearray()
    while len(came) < len(sent):
        came += there.recv(1 << 20)
        gathering.flush()
    assert bytes(came) == sent


def test_a_flush_to_a_peer_that_is_gone_says_so(pair: tuple[GatheringSocket, socket.socket]) -> None:
    gathering, there = pair
    there.close()
    gathering.send(b"x")
    with pytest.raises(OSError):
        gathering.flush()
