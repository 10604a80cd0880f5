"""Live runs against a real broker, counted exactly."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from datetime import UTC, datetime

import orjson

from broker.publisher import Publisher
from commune.stack.mosquitto import MosquittoServer
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.topics import Channel, parse
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.messages import simulators_of
from simulators.run import Simulation
from tests.simulators.listening import listening
from tests.waiting import wait_until

HEARD = (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS)


def test_a_live_run_publishes_exactly_what_it_counts(own_broker: MosquittoServer, sample: SampleCommune) -> None:
    simulation = Simulation(simulators_of(sample, 1), speed=300, seconds=3)
    with listening(own_broker, *HEARD) as heard:
        with Publisher(own_broker.address("simulator"), f"simulator-{uuid.uuid4().hex}") as publisher:
            result = simulation.run(publisher)
            assert (publisher.published, publisher.acknowledged, publisher.refused) == (
                result.published,
                result.acknowledged,
                0,
            )
        wait_until(lambda: len(heard) >= result.published, "everything published is heard")
    channels = Counter(parse(delivery.topic).channel for delivery in heard)
    assert channels == Counter(
        {Channel.TELEMETRY: result.telemetry, Channel.EVENT: result.events, Channel.STATUS: result.statuses}
    ) - Counter(dict.fromkeys(Channel, 0))
    kinds: Counter[str] = Counter()
    for delivery in heard:
        topic = parse(delivery.topic)
        if topic.channel is Channel.TELEMETRY:
            readings, faults = decode_telemetry(
                delivery.payload, KINDS[topic.kind], datetime.fromtimestamp(delivery.received_at, UTC)
            )
            assert faults == []
            assert all(reading.device_time is None for reading in readings)
            kinds[topic.kind] += len(readings)
    assert dict(kinds) == result.kinds
    assert kinds.keys() == KINDS.keys()


def test_the_broker_keeps_the_last_word_of_every_device(own_broker: MosquittoServer, nine: list[Simulator]) -> None:
    with Publisher(own_broker.address("simulator"), f"simulator-{uuid.uuid4().hex}") as publisher:
        Simulation(nine, speed=60, seconds=1).run(publisher)
    wanted = {simulator.device.code for simulator in nine}
    with listening(own_broker, *HEARD) as heard:
        wait_until(lambda: wanted <= {parse(d.topic).device for d in heard}, "the retained statuses are heard")
    for delivery in heard:
        assert orjson.loads(delivery.payload)["state"] == "offline"


def test_a_run_that_is_stopped_takes_its_leave(own_broker: MosquittoServer, nine: list[Simulator]) -> None:
    begun = time.monotonic()
    with Publisher(own_broker.address("simulator"), f"simulator-{uuid.uuid4().hex}") as publisher:
        result = Simulation(nine, speed=60, seconds=3600).run(publisher, stop=lambda: publisher.published > 30)
    assert time.monotonic() - begun < 30
    assert result.statuses == 18
    assert result.published == result.acknowledged
