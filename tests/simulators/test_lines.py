"""The connections of a run against a real broker: wills that the broker says, answers that find their message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.session import Delivery
from commune.stack.mosquitto import MosquittoServer
from devices.topics import Channel
from simulators.faults import Parcel
from simulators.faults.lines import WILL
from simulators.lines import Lines
from simulators.manifest import Manifest, Record
from simulators.messages import Message
from tests.simulators.listening import listening
from tests.simulators.moments import at
from tests.waiting import wait_until

NOW = at("2026-11-20 10:00")
OWN, OTHER = "loa-02", "loa-09"


@pytest.fixture
def broker(tmp_path: Path, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of each test's own."""
    with MosquittoServer.start(tmp_path / "broker", local_directory=local_directory) as server:
        yield server


def said(heard: list[Delivery]) -> list[tuple[str, bytes]]:
    return [(delivery.topic, delivery.payload) for delivery in heard]


def topic(device: str, channel: Channel) -> str:
    return f"xa/gia-loc/loudspeaker/{device}/{channel.value}"


def parcel(
    device: str, number: int, channel: Channel = Channel.TELEMETRY, *, by_will: bool = False, lost: bool = False
) -> Parcel:
    """A message of a device, told from others by its number."""
    payload = WILL if by_will else b'{"ts":%d,"volume":%d}' % (NOW + number, number)
    message = Message(NOW, topic(device, channel), payload, "loudspeaker", channel)
    return Parcel(NOW + number, message, NOW, lost=lost, by_will=by_will)


def manifest(path: Path) -> Manifest:
    return Manifest(path, {OWN: "loudspeaker", OTHER: "loudspeaker"}, {"commune": "gia-loc"})


def test_a_line_that_is_lost_makes_the_broker_say_the_will_and_the_device_comes_back(
    broker: MosquittoServer, tmp_path: Path
) -> None:
    with listening(broker, Channel.STATUS, Channel.TELEMETRY) as heard, manifest(tmp_path / "m") as record:
        with Lines(broker.address("simulator"), "sim", own=[OWN], manifest=record) as lines:
            for sent in (
                parcel(OWN, 1),
                parcel(OTHER, 2),
                parcel(OWN, 3, Channel.STATUS, by_will=True),
                parcel(OTHER, 4, lost=True),
                parcel(OWN, 5),
            ):
                lines.send(sent, NOW)
            lines.flush()
            assert (lines.published, lines.acknowledged, lines.refused) == (3, 3, 0)
        wait_until(lambda: len(heard) >= 4, "everything is heard")
    assert said(heard).count((topic(OWN, Channel.STATUS), WILL)) == 1
    assert len(heard) == 4
    assert not [payload for _, payload in said(heard) if b'"volume":4' in payload]
    with Record(tmp_path / "m") as read:
        assert list(read.rows("SELECT number, fate, by_will, answer FROM message")) == [
            (1, "stored", 0, 1),
            (2, "stored", 0, 1),
            (3, "stored", 1, 1),
            (4, "lost", 0, None),
            (5, "stored", 0, 1),
        ]
        assert read.run["reopened"] == "0"


def test_a_device_that_takes_its_leave_leaves_no_will(broker: MosquittoServer) -> None:
    with listening(broker, Channel.STATUS, Channel.TELEMETRY) as heard:
        with Lines(broker.address("simulator"), "sim", own=[OWN]) as lines:
            lines.send(parcel(OWN, 1), NOW)
        with Lines(broker.address("simulator"), "sim") as lines:
            lines.publish(topic(OTHER, Channel.TELEMETRY), b"{}")
        wait_until(lambda: (topic(OTHER, Channel.TELEMETRY), b"{}") in said(heard), "the last word is heard")
    assert (topic(OWN, Channel.STATUS), WILL) not in said(heard)


def test_what_the_broker_refuses_is_entered_as_refused(broker: MosquittoServer, tmp_path: Path) -> None:
    with manifest(tmp_path / "m") as record, Lines(broker.address("maintain"), "sim", manifest=record) as lines:
        lines.send(parcel(OTHER, 1), NOW)
        lines.flush()
        assert lines.refused == 1
    with Record(tmp_path / "m") as read:
        assert list(read.rows("SELECT answer FROM message")) == [(0,)]


def test_what_is_sent_again_after_the_broker_went_away_is_entered_and_answered(
    broker: MosquittoServer, tmp_path: Path
) -> None:
    with manifest(tmp_path / "m") as record, Lines(broker.address("simulator"), "sim", manifest=record) as lines:
        lines.send(parcel(OTHER, 1), NOW)
        lines.flush()
        broker.restart()
        for number in range(2, 30):
            lines.send(parcel(OTHER, number), NOW)
        lines.flush()
        assert lines.acknowledged == 29
    with Record(tmp_path / "m") as read:
        assert list(read.rows("SELECT count(*) FROM message WHERE answer = 1")) == [(29,)]
        assert int(read.run["reopened"]) >= 1
        again = [number for (number,) in read.rows("SELECT number FROM message WHERE again > 0")]
        assert 1 not in again
        assert again
