"""Manifests: two runs of one seed write the same, and a verifier that holds them to a database misses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from devices.registry import Device
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.errors import BadManifest
from simulators.faults import FAULTS, Parcel
from simulators.faults.lines import WILL
from simulators.fleet import load_fleet
from simulators.foretelling import conditions_of, foretell
from simulators.foretold import Foretold
from simulators.manifest import Manifest, Record, place_of
from simulators.messages import simulators_of
from simulators.run import Simulation
from tests.simulators.manifests import ABOUT, NOW, REGISTERED, manifest_of, parcel_of, reading
from tests.simulators.moments import HOUR
from tests.simulators.recording import Recorder


class Carrying(Recorder):
    """A recorder that enters what it is to send into a manifest."""

    def __init__(self, now: float, manifest: Manifest, seconds_a_message: float = 0.0) -> None:
        super().__init__(now, seconds_a_message)
        self._manifest = manifest

    def send(self, parcel: Parcel, arrival: float) -> None:
        number = self._manifest.add(parcel, arrival)
        if not parcel.lost:
            self.publish(parcel.message.topic, parcel.message.payload, retain=parcel.message.retained)
            self._manifest.answered(number, True)


@pytest.fixture(scope="module")
def stricken(sample: SampleCommune) -> list[Simulator]:
    """The devices of the sample commune that the fleet of all faults strikes."""
    everything = load_fleet("all-faults")
    return [simulator for simulator in simulators_of(sample, 1) if everything.faults_of(simulator)]


def run_of(
    path: Path, simulators: Sequence[Simulator], now: float, *, seconds_a_message: float = 0.0, start: int | None = None
) -> Record:
    """The manifest of two simulated hours with every fault, begun at some moment of the clock on the wall."""
    registered = {simulator.device.code: simulator.kind_name for simulator in simulators}
    with Manifest(path, registered, {"commune": "gia-loc", "begun_at": now}) as manifest:
        recorder = Carrying(now, manifest, seconds_a_message)
        fleet = load_fleet("all-faults")
        run = Simulation(simulators, speed=1200, seconds=6, start=start, fleet=fleet, clock=recorder.clock)
        for name, value in run.about().items():
            manifest.say(name, value)
        statistics = run.run(recorder)
        assert statistics.faults.keys() == FAULTS.keys()
    return Record(path)


def test_two_runs_of_one_seed_write_equal_manifests_whenever_and_however_slowly_they_are_run(
    tmp_path: Path, stricken: list[Simulator]
) -> None:
    start = NOW - 2 * HOUR
    first = run_of(tmp_path / "1", stricken, NOW, start=start)
    later = run_of(tmp_path / "2", stricken, NOW + 5 * HOUR, seconds_a_message=0.01, start=start)
    assert first.digest() == later.digest()
    assert first.run["begun_at"] != later.run["begun_at"]
    assert first.faults().keys() == FAULTS.keys()


def test_another_byte_another_fault_or_another_order_makes_another_manifest(tmp_path: Path) -> None:
    one, two = parcel_of(*reading(60, pm25=3)), parcel_of(*reading(90, pm25=3))
    runs = [[one, two], [two, one], [one], [one, parcel_of(*reading(90, pm25=4))], [one.struck("late"), two]]
    digests = {manifest_of(tmp_path / str(place), run).digest() for place, run in enumerate(runs)}
    assert len(digests) == len(runs)


def fates(record: Record) -> list[str]:
    return [fate for (fate,) in record.rows("SELECT fate FROM message ORDER BY number")]


def test_a_manifest_says_what_must_become_of_repeats_additions_and_contradictions(tmp_path: Path) -> None:
    messages: list[tuple[str, object] | Parcel] = [
        reading(60, pm25=3),
        reading(60, pm25=3.0),
        reading(60, pm10=4),
        reading(60, pm25=3, pm10=5),
        reading(60, pm10=4),
        reading(60, pm25="x"),
        parcel_of("telemetry", {"ts": NOW, "pm25": 9}, lost=True),
        ("status", {"state": "online", "ts": NOW}),
        ("status", {"state": "online", "ts": NOW}),
        ("status", {"state": "offline", "ts": NOW}),
        ("event", {"event": "door_open", "ts": NOW}),
        ("event", {"event": "door_shut", "ts": NOW}),
    ]
    record = manifest_of(tmp_path / "m", messages)
    assert fates(record) == [
        *("stored", "duplicate", "stored", "dead_letter", "duplicate", "dead_letter", "lost"),
        *("stored", "duplicate", "dead_letter", "stored", "stored"),
    ]
    assert [fate for (fate,) in record.rows("SELECT fate FROM reading ORDER BY number")] == [
        *("stored", "duplicate", "merged", "conflict", "duplicate"),
    ]
    reasons = [reason for (reason,) in record.rows("SELECT reason FROM letter ORDER BY number, level")]
    assert sorted(reasons) == ["conflict", "conflict", "empty", "wrong_type"]


def test_a_line_that_is_lost_foretells_an_alert_until_the_device_is_heard_again(tmp_path: Path) -> None:
    begun = parcel_of("status", {"state": "online", "ts": NOW})
    lost = replace(parcel_of("status", WILL, by_will=True), due=NOW + 30)
    back = replace(parcel_of("status", {"state": "online", "ts": NOW + 600}), due=NOW + 600)
    device = Device("gia-loc", "tram-01", "environment", expected_interval_seconds=60, tags=("feeder:471",))
    with Manifest(tmp_path / "m", REGISTERED, {**ABOUT, "way": "lived"}) as manifest:
        for parcel in (begun, replace(parcel_of(*reading(0, pm25=3)), due=NOW), lost, back):
            manifest.add(parcel, float(parcel.due))
        manifest.places([device])
        conditions = conditions_of(manifest.rows, manifest.run, NOW, NOW + 700)
        assert foretell(manifest.rows, conditions) == [
            Foretold("device_offline", "gia-loc/tram-01", NOW + 150, NOW + 600)
        ]
    assert place_of(device) == "feeder:471"
    assert place_of(replace(device, tags=(), hamlet="thon-1")) == "hamlet:thon-1"


def test_a_file_that_is_no_manifest_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "m"
    with pytest.raises(BadManifest, match="there is no manifest"):
        Record(path)
    path.write_bytes(b"not a database at all, but long enough to be read as the head of one" * 9)
    with pytest.raises(BadManifest, match="is no manifest"):
        Record(path)
    with pytest.raises(BadManifest, match="there already"):
        Manifest(path, REGISTERED, ABOUT)
    with pytest.raises(BadManifest, match="cannot be written"):
        Manifest(tmp_path / "no" / "where", REGISTERED, ABOUT)
    manifest_of(tmp_path / "other", [reading(60, pm25=3)])
    with Manifest(tmp_path / "future", REGISTERED, {**ABOUT, "format": 99}):
        pass
    with pytest.raises(BadManifest, match="format 99"):
        Record(tmp_path / "future")
