"""A publisher's own reading of PUBACK agrees with paho's, for every form that the standard allows."""

from __future__ import annotations

import pytest
from paho.mqtt.client import MQTTMessageInfo
from paho.mqtt.reasoncodes import ReasonCode

from broker.client import SingleThreadClient


def answer(packet: bytes, *, plain: bool) -> tuple[list[int], int]:
    """The reason codes that a client with one message in flight is told of, and how many are in flight after it."""
    client = SingleThreadClient("x")
    told: list[int] = []

    def on_publish(_c: object, _u: object, _mid: int, reason: ReasonCode, _p: object) -> None:
        told.append(reason.value)

    client.on_publish = on_publish
    if plain:
        client.on_plain_acknowledgement = told.append
    info: MQTTMessageInfo = client.publish("a", b"1", qos=1)
    assert info.mid == 1
    # Not connected, paho keeps the message for later; connected, it would be in flight.
    client._inflight_messages = 1
    client._in_packet["command"] = 0x40
    client._in_packet["packet"] = bytearray(packet)
    client._handle_pubackcomp("PUBACK")
    return told, len(client._out_messages)


@pytest.mark.parametrize(
    ("packet", "codes"),
    [
        (b"\0\1", [0]),
        (b"\0\1\x00", [0]),
        (b"\0\1\x10", [0x10]),
        (b"\0\1\x10\x00", [0x10]),
        (b"\0\1\x87", [0x87]),
        (b"\0\1\x87\x00", [0x87]),
        (b"\0\1\x00\x05\x1f\x00\x02ok", [0]),
        (b"\0\1\x87\x05\x1f\x00\x02no", [0x87]),
        (b"\0\2", []),
        (b"\0\2\x10\x00", []),
    ],
)
def test_both_ways_tell_the_same(packet: bytes, codes: list[int]) -> None:
    assert answer(packet, plain=True) == answer(packet, plain=False) == (codes, 0 if codes else 1)
