"""Live runs: the right messages at the right time, counted exactly, against a real broker."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest

from devices.catalogue import KINDS
from devices.notes import decode_event, decode_status
from devices.readings import Event, Status
from devices.topics import Channel, parse
from simulators.calendar import ORIGIN
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.errors import BadRun, BeforeTheWorld
from simulators.messages import messages_between, simulators_of
from simulators.run import CATCH_UP_SECONDS, Simulation, Statistics
from tests.simulators.moments import DAY, at
from tests.simulators.recording import Recorder

NOW = at("2026-11-20 10:00")


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
