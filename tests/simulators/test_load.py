"""The load: right messages, exact counts against a real broker, and refusal in words."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter, defaultdict
from datetime import UTC, datetime

import orjson
import pytest

from broker.address import BrokerAddress
from broker.errors import BrokerUnreachable, ConnectionRefusedByBroker
from commune.stack.mosquitto import MosquittoServer
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.topics import Channel, parse
from simulators.errors import BadLoad
from simulators.load import COMMUNE, KIND, Counts, Mill, Part, device, run
from simulators.load_processes import MOST_CONNECTIONS_A_PROCESS, Load, LoadResult, run_load
from tests.simulators.listening import listening
from tests.waiting import wait_until


def test_every_message_is_a_reading_without_a_fault_of_its_own_device_time_and_number() -> None:
    now = datetime(2026, 11, 20, 3, tzinfo=UTC)
    mill = Mill(5, 3, clock=now.timestamp)
    seen: set[tuple[str, datetime]] = set()
    numbers: dict[str, list[int | None]] = defaultdict(list)
    for topic, payload in itertools.islice(mill.messages(), 900):
        parsed = parse(topic)
        readings, faults = decode_telemetry(payload, KINDS[KIND], now)
        assert faults == []
        assert (parsed.commune, parsed.kind, parsed.channel) == (COMMUNE.code, KIND, Channel.TELEMETRY)
        seen.add((parsed.device, readings[0].time))
        numbers[parsed.device].append(readings[0].seq)
        assert sum(value is not None for value in readings[0].values) > 15
    assert len(seen) == 900
    assert numbers == {device(number).code: list(range(300)) for number in (5, 6, 7)}


@pytest.mark.parametrize(("processes", "connections"), [(1, 1), (1, 4), (2, 3)])
def test_what_is_published_is_acknowledged_and_heard_once_in_order(
    own_broker: MosquittoServer, processes: int, connections: int
) -> None:
    told: list[Counts] = []
    with listening(own_broker, Channel.TELEMETRY) as heard:
        load = Load(50, 1500, 1.0, processes, connections)
        result = run_load(load, own_broker.address("simulator"), uuid.uuid4().hex, progress=told.append)
        wait_until(lambda: len(heard) >= result.published, "everything is heard")
    assert result.published == result.acknowledged == len(heard) > 1000
    assert (result.refused, result.unheard, result.resent) == (0, 0, 0)
    assert (result.processes, result.connections) == (processes, connections)
    numbers: dict[str, list[int]] = defaultdict(list)
    for delivery in heard:
        numbers[delivery.topic].append(orjson.loads(delivery.payload)["seq"])
    assert len(numbers) == 50
    assert all(found == list(range(len(found))) for found in numbers.values())
    assert told


def test_a_rate_is_held_and_not_exceeded(own_broker: MosquittoServer) -> None:
    result = run_load(Load(20, 500, 2.0), own_broker.address("simulator"), uuid.uuid4().hex)
    assert result.rate_per_second > 400
    assert result.published <= 1000


def test_without_a_rate_it_sends_as_many_as_go(own_broker: MosquittoServer) -> None:
    result = run_load(Load(100, 0, 1.0), own_broker.address("simulator"), uuid.uuid4().hex)
    assert result.published > 2000
    assert result.is_reached


def test_a_rate_beyond_the_machine_is_measured_and_said(own_broker: MosquittoServer) -> None:
    result = run_load(Load(100, 10_000_000, 0.5), own_broker.address("simulator"), uuid.uuid4().hex)
    assert not result.is_reached
    assert result.rate_per_second < 1_000_000
    assert result.as_dict()["reached"] is False


def test_it_ends_when_told_to_and_has_counted_all(own_broker: MosquittoServer) -> None:
    counts = Counts()
    looks = itertools.count()
    counts, seconds = run(
        Part(0, 10, 2, 2000, 600), own_broker.address("simulator"), uuid.uuid4().hex, stop=lambda: next(looks) > 50
    )
    assert counts.published == counts.acknowledged > 0
    assert seconds < 60


def test_several_processes_end_when_told_to(own_broker: MosquittoServer) -> None:
    told: list[Counts] = []
    load = Load(10, 200, 600, processes=2)
    result = run_load(
        load,
        own_broker.address("simulator"),
        uuid.uuid4().hex,
        stop=lambda: bool(told) and told[-1].published > 20,
        progress=told.append,
    )
    assert result.published == result.acknowledged > 20
    assert result.seconds < 60


def test_an_account_that_may_not_publish_is_counted_as_refused(own_broker: MosquittoServer) -> None:
    result = run_load(Load(5, 100, 0.5), own_broker.address("ingest"), uuid.uuid4().hex)
    assert result.refused == result.published > 0
    assert result.acknowledged == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_a_broker_that_is_not_there_or_refuses_is_named(own_broker: MosquittoServer, processes: int) -> None:
    with pytest.raises(BrokerUnreachable, match="cannot be reached"):
        run_load(Load(5, 100, 1, processes), BrokerAddress("127.0.0.1", 1), "load")
    address = own_broker.address("simulator")
    wrong = BrokerAddress(address.host, address.port, address.username, "wrong")
    with pytest.raises(ConnectionRefusedByBroker, match="refused account"):
        run_load(Load(5, 100, 1, processes), wrong, "load")


def test_devices_connections_and_rate_are_dealt_out_to_the_processes() -> None:
    parts = Load(11, 1100, 5, processes=3, connections=7).parts()
    assert [(part.first, part.devices, part.connections) for part in parts] == [(0, 4, 3), (4, 4, 2), (8, 3, 2)]
    assert sum(part.rate for part in parts) == pytest.approx(1100)
    assert Counter(number for part in parts for number in range(part.first, part.first + part.devices)) == Counter(
        range(11)
    )


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (Load(0, 1, 1), "0 devices are not possible"),
        (Load(10**7, 1, 1), "give 1 to 1,000,000"),
        (Load(10, -1, 1), "a rate of 0 or more"),
        (Load(10, 1, float("inf")), "a time above 0"),
        (Load(10_000, 1, 1, processes=5000), "processes would only wait for each other"),
        (Load(10, 1, 1, connections=11), "each connection a device"),
        (Load(10, 1, 1, processes=3, connections=2), "each process needs one"),
        (Load(9000, 1, 1, connections=MOST_CONNECTIONS_A_PROCESS * 2), "a process of this machine can hold"),
    ],
)
def test_what_the_machine_cannot_do_is_refused_in_words(load: Load, words: str) -> None:
    with pytest.raises(BadLoad, match=words):
        load.parts()


def test_a_result_says_whether_its_rate_was_reached() -> None:
    def result(rate: float) -> LoadResult:
        return LoadResult(1, 1, 1, 1000, rate, 1, 0, 0, 0, 0, 0)

    assert result(981).is_reached
    assert not result(979).is_reached
