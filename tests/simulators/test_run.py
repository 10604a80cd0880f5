"""Live runs: the right messages at the right time, counted exactly, against a real broker."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from broker.publisher import Publisher
from broker.session import Delivery, Session
from commune.stack.mosquitto import MosquittoServer
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.notes import decode_event, decode_status
from devices.readings import Event, Status
from devices.topics import Channel, parse, subscription
from simulators.calendar import ORIGIN
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.errors import BadRun, BeforeTheWorld
from simulators.history import history, readings_of, weeks
from simulators.messages import Message, messages_between, simulators_of
from simulators.run import CATCH_UP_SECONDS, Simulation, Statistics
from tests.simulators.moments import DAY, at
from tests.waiting import wait_until

NOW = at("2026-11-20 10:00")


class Recorder:
    """A sender for the tests of time: it keeps what it is given, and its waiting moves the clock by what was asked.

    `seconds_a_message` is how long each publication takes.
    """

    def __init__(self, now: float, seconds_a_message: float = 0.0) -> None:
        self.now = now
        self.published = self.acknowledged = self.refused = 0
        self.sent: list[tuple[float, str, bytes, bool]] = []
        self._seconds_a_message = seconds_a_message

    def clock(self) -> float:
        """Unix seconds."""
        return self.now

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert qos == 1
        self.sent.append((self.now, topic, payload, retain))
        self.published += 1
        self.now += self._seconds_a_message

    def poll(self, timeout_seconds: float = 0.0) -> None:
        self.now += max(timeout_seconds, 1e-6)

    def flush(self, timeout_seconds: float = 60.0) -> None:
        assert timeout_seconds > 0
        self.acknowledged = self.published


@pytest.fixture(scope="module")
def nine(sample: SampleCommune) -> list[Simulator]:
    """One device of each kind."""
    return simulators_of(sample, 1, 9)


def channel_of(topic: str) -> Channel:
    """The channel of a topic."""
    return parse(topic).channel


def time_of(payload: bytes) -> float:
    """The time in a payload, of the first reading where there are several."""
    document = orjson.loads(payload)
    member = document[0] if isinstance(document, list) else document
    return datetime.fromisoformat(member["ts"]).timestamp()


def test_a_fast_run_begins_in_the_past_and_ends_at_the_present(nine: list[Simulator]) -> None:
    recorder = Recorder(NOW)
    simulation = Simulation(nine, speed=60, seconds=30, clock=recorder.clock)
    assert simulation.span == (NOW - 30 * 59, NOW + 30)
    simulation.run(recorder)
    assert recorder.now == pytest.approx(NOW + 30, abs=0.5)


@pytest.mark.parametrize(("speed", "seconds"), [(1, 120), (60, 20), (2000, 3), (0.5, 120)])
def test_no_message_is_sent_before_its_time_nor_late_when_there_is_time(
    nine: list[Simulator], speed: float, seconds: float
) -> None:
    recorder = Recorder(NOW)
    simulation = Simulation(nine, speed=speed, seconds=seconds, clock=recorder.clock)
    start = simulation.span[0]
    result = simulation.run(recorder)
    for sent, topic, payload, _ in recorder.sent[len(nine) : -len(nine)]:
        stamp = time_of(payload)
        assert stamp <= sent + 1e-6, topic
        assert sent - max(NOW + (stamp - start) / speed, stamp) < 0.3
    assert result.lag_seconds < 0.3


def test_a_run_publishes_every_reading_of_its_time_once_in_order(nine: list[Simulator]) -> None:
    recorder = Recorder(NOW)
    simulation = Simulation(nine, speed=600, seconds=10, clock=recorder.clock)
    start, end = simulation.span
    assert end is not None
    simulation.run(recorder)
    sent = [(topic, payload) for _, topic, payload, _ in recorder.sent if channel_of(topic) is Channel.TELEMETRY]
    assert [time_of(payload) for _, payload in sent] == sorted(time_of(payload) for _, payload in sent)
    expected = [m for m in messages_between(nine, start, end) if m.channel is Channel.TELEMETRY]
    assert sent == [(m.topic, m.payload) for m in expected]


def test_two_runs_of_one_seed_publish_the_same_bytes(sample: SampleCommune) -> None:
    runs = []
    for _ in range(2):
        recorder = Recorder(NOW)
        Simulation(simulators_of(sample, 7, 9), speed=600, seconds=4, clock=recorder.clock).run(recorder)
        runs.append([(topic, payload, retain) for _, topic, payload, retain in recorder.sent])
    assert runs[0] == runs[1]


def test_when_it_cannot_keep_up_it_leaves_nothing_out_and_says_how_late_it_was(nine: list[Simulator]) -> None:
    quick, slow = Recorder(NOW), Recorder(NOW, seconds_a_message=0.1)
    for recorder in (quick, slow):
        result = Simulation(nine, speed=600, seconds=10, clock=recorder.clock).run(recorder)
    assert [entry[1:] for entry in slow.sent] == [entry[1:] for entry in quick.sent]
    assert result.lag_seconds > 20
    assert result.wall_seconds > 30


def test_without_an_end_it_catches_up_with_the_present_and_keeps_its_pace(nine: list[Simulator]) -> None:
    recorder = Recorder(NOW)
    simulation = Simulation(nine, speed=5000, clock=recorder.clock)
    assert simulation.span == (NOW - CATCH_UP_SECONDS, None)
    result = simulation.run(recorder, stop=lambda: recorder.now > NOW + 120)
    assert recorder.now == pytest.approx(NOW + 120, abs=1)
    stamps = [time_of(payload) for _, topic, payload, _ in recorder.sent if channel_of(topic) is Channel.TELEMETRY]
    assert NOW + 60 < max(stamps) <= NOW + 121
    assert result.readings > 1000


def test_every_device_says_that_it_is_there_and_that_it_goes_and_the_broker_keeps_it(nine: list[Simulator]) -> None:
    recorder = Recorder(NOW)
    Simulation(nine, speed=60, seconds=2, clock=recorder.clock).run(recorder)
    statuses = [(topic, payload) for _, topic, payload, retain in recorder.sent if retain]
    assert all(channel_of(topic) is Channel.STATUS for topic, _ in statuses)
    said = Counter(orjson.loads(payload)["state"] for _, payload in statuses)
    assert said == {"online": 9, "offline": 9}
    assert [orjson.loads(payload)["state"] for _, payload in statuses[:9]] == ["online"] * 9
    for _, payload in statuses:
        assert isinstance(decode_status(payload, datetime.fromtimestamp(NOW + 60, UTC)), Status)


def test_a_device_without_power_at_the_start_is_said_to_be_off(fleet: dict[str, Simulator]) -> None:
    camera = fleet["cam-01"]
    assert camera.supply.feeder is not None
    dark = float(camera.supply.feeder.cuts(2025).begin[0] + 60)
    recorder = Recorder(dark)
    Simulation([camera], seconds=10, clock=recorder.clock).run(recorder)
    assert orjson.loads(recorder.sent[0][2])["reason"] == "power_cut"


def test_events_are_published_and_readable(nine: list[Simulator]) -> None:
    morning = at("2026-11-20 05:10")
    recorder = Recorder(morning)
    result = Simulation(nine, speed=600, seconds=3, clock=recorder.clock).run(recorder)
    events = [payload for _, topic, payload, _ in recorder.sent if channel_of(topic) is Channel.EVENT]
    assert len(events) == result.events >= 1
    found = [decode_event(payload, datetime.fromtimestamp(morning + 60, UTC)) for payload in events]
    assert "bulletin_started" in {event.name for event in found if isinstance(event, Event)}


def test_statistics_add_up(nine: list[Simulator]) -> None:
    recorder = Recorder(NOW)
    seen: list[Statistics] = []
    result = Simulation(nine, speed=600, seconds=5, clock=recorder.clock).run(recorder, progress=seen.append)
    assert result.published == len(recorder.sent) == result.acknowledged
    assert result.published == result.telemetry + result.events + result.statuses
    assert result.readings == sum(result.kinds.values())
    assert result.kinds.keys() == KINDS.keys()
    assert seen
    assert orjson.loads(orjson.dumps(result.as_dict()))["seed"] == 1


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"speed": 0}, "a speed of 0"),
        ({"speed": 1e9}, "a speed of 1e"),
        ({"seconds": 0}, "a run of 0 seconds"),
        ({"seconds": float("inf")}, "a run of inf seconds"),
        ({"start": NOW + 100}, "has not come yet"),
        ({"start": NOW - 60, "seconds": 60, "speed": 60}, "begin it earlier"),
    ],
)
def test_impossible_wishes_are_refused_in_words(nine: list[Simulator], wish: dict[str, float], words: str) -> None:
    with pytest.raises(BadRun, match=words):
        Simulation(nine, clock=lambda: float(NOW), **wish)  # type: ignore[arg-type]


def test_a_run_without_devices_or_before_the_world_is_refused(nine: list[Simulator]) -> None:
    with pytest.raises(BadRun, match="no device"):
        Simulation([])
    with pytest.raises(BeforeTheWorld):
        Simulation(nine, start=ORIGIN - DAY, clock=lambda: float(NOW))


def test_history_is_what_a_live_run_publishes_value_for_value_and_number_for_number(nine: list[Simulator]) -> None:
    start, end = at("2026-11-19 23:00"), at("2026-11-20 01:00")
    sent: list[tuple[str, Message]] = [(parse(m.topic).device, m) for m in messages_between(nine, start, end)]
    for simulator in nine:
        live = [
            reading
            for code, message in sent
            if code == simulator.device.code and message.channel is Channel.TELEMETRY
            for reading in decode_telemetry(message.payload, simulator.kind, datetime.fromtimestamp(end, UTC))[0]
        ]
        assert live == readings_of(simulator, start, end)


def test_history_goes_on_where_it_stopped(nine: list[Simulator]) -> None:
    start, middle, end = at("2026-11-18 00:00"), at("2026-11-18 13:17"), at("2026-11-19 00:00")
    for simulator in nine:
        whole = readings_of(simulator, start, end)
        assert readings_of(simulator, start, middle) + readings_of(simulator, middle, end) == whole
        numbers = [reading.seq or 0 for reading in whole]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_history_comes_in_weeks_of_the_tables_and_in_each_device_after_device(nine: list[Simulator]) -> None:
    start, end = at("2026-11-18 06:00"), at("2026-11-27 07:00")  # 26 November is the Thursday between
    assert list(weeks(start, end)) == [
        (start, at("2026-11-19 07:00")), (at("2026-11-19 07:00"), at("2026-11-26 07:00")), (at("2026-11-26 07:00"), end)
    ]  # fmt: skip
    batches = list(history(nine, start, end))
    assert [batch.device.code for batch in batches] == [simulator.device.code for simulator in nine] * 3
    for batch, readings in zip(batches[9:18], batches[18:], strict=True):
        assert batch.arrays[0].times.min() >= at("2026-11-19 07:00")
        assert batch.arrays[0].times.max() < at("2026-11-26 07:00") <= readings.arrays[0].times.min()
    with pytest.raises(BeforeTheWorld):
        next(history(nine, ORIGIN - 1, ORIGIN))


def test_the_columns_of_history_are_its_readings(nine: list[Simulator]) -> None:
    start, end = at("2026-11-18 06:00"), at("2026-11-18 09:00")
    for batch in history(nine, start, end):
        simulator = next(s for s in nine if s.device == batch.device)
        parts = list(simulator.frame(start, end).series())
        assert [part.times for part in parts] == [arrays.times.tolist() for arrays in batch.arrays]
        found = sorted(
            row for part in parts for row in zip(part.times, part.seqs, zip(*part.values, strict=True), strict=True)
        )
        expected = [(int(r.time.timestamp()), r.seq, r.values) for r in readings_of(simulator, start, end)]
        assert found == expected
        assert batch.readings == len(expected)


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of these tests' own: what is retained here must not reach the tests of others."""
    with MosquittoServer.start(tmp_path_factory.mktemp("broker"), local_directory=local_directory) as server:
        yield server


@contextmanager
def listening(broker: MosquittoServer) -> Iterator[list[Delivery]]:
    """A second client of the broker that takes down everything."""
    heard: list[Delivery] = []

    def take_down(delivery: Delivery) -> None:
        heard.append(delivery)
        session.settle([delivery])

    session = Session(
        broker.address("ingest"),
        f"listener-{uuid.uuid4().hex[:8]}",
        [subscription(channel) for channel in (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS)],
        receive_maximum=1000,
        on_delivery=take_down,
    )
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    wait_until(session.connected.is_set, "the listener is connected")
    try:
        yield heard
    finally:
        session.stop()
        thread.join(10)


def test_a_live_run_publishes_exactly_what_it_counts(own_broker: MosquittoServer, sample: SampleCommune) -> None:
    simulation = Simulation(simulators_of(sample, 1), speed=300, seconds=3)
    with listening(own_broker) as heard:
        with Publisher(own_broker.address("simulator"), f"simulator-{uuid.uuid4().hex}") as publisher:
            result = simulation.run(publisher)
            assert (publisher.published, publisher.acknowledged, publisher.refused) == (
                result.published,
                result.acknowledged,
                0,
            )
        wait_until(lambda: len(heard) >= result.published, "everything published is heard")
    channels = Counter(channel_of(delivery.topic) for delivery in heard)
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
    with listening(own_broker) as heard:
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
