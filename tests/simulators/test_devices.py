"""Laws that every simulated device keeps."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import UTC, datetime

import numpy as np
import pytest

from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.model import Behaviour, Kind
from devices.topics import Channel
from simulators.calendar import ORIGIN
from simulators.communes import SampleCommune
from simulators.devices import SIMULATORS, Simulator
from simulators.errors import BadCommuneFile, BeforeTheWorld
from simulators.frames import Row
from simulators.messages import encode_rows, simulators_of
from simulators.world import World
from tests.simulators.moments import DAY, HOUR, at

WINDOWS = [at("2024-07-20 15:00"), at("2025-10-10 16:00"), at("2026-02-16 22:00"), at("2026-11-20 03:00")]
"""Summer, harvest, the eve of Tết, and a November morning."""
LATER = datetime(2027, 1, 1, tzinfo=UTC)

of_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def rows_of(simulator: Simulator, start: int, end: int) -> list[Row]:
    """All readings of a device, one after the other."""
    return [row for rows in simulator.frame(start, end).messages() for row in rows]


def devices_of(fleet: dict[str, Simulator], kind: Kind) -> list[Simulator]:
    """The simulated devices of a kind."""
    return [simulator for simulator in fleet.values() if simulator.kind is kind]


def test_every_kind_has_a_simulator() -> None:
    assert SIMULATORS.keys() == KINDS.keys()


@of_kind
def test_every_field_of_the_catalogue_is_produced(fleet: dict[str, Simulator], kind: Kind) -> None:
    produced: set[str] = set()
    for simulator in devices_of(fleet, kind):
        for start in WINDOWS:
            for row in rows_of(simulator, start, start + 3 * HOUR):
                produced |= {name for name, value in row.members(kind).items() if value is not None}
    assert produced == kind.by_name.keys()


@of_kind
def test_every_payload_is_accepted_without_a_fault_and_comes_back_as_it_was(
    fleet: dict[str, Simulator], kind: Kind
) -> None:
    for simulator, start in itertools.product(devices_of(fleet, kind), WINDOWS):
        for rows in simulator.frame(start, start + 2 * HOUR).messages():
            readings, faults = decode_telemetry(encode_rows(simulator, rows), kind, LATER)
            assert faults == []
            assert [(r.time.timestamp(), r.seq, r.keys, r.values) for r in readings] == [
                (row.time, row.seq, row.keys, row.values) for row in rows
            ]


@of_kind
def test_a_sensor_is_hardly_ever_at_the_end_of_its_range(fleet: dict[str, Simulator], kind: Kind) -> None:
    """What is clipped at the range of the catalogue would be a world that does not fit its instruments."""
    natural = {"relative_humidity", "battery", "dimming", "brightness", "volume", "power_factor", "tank_level"}
    for simulator, start in itertools.product(devices_of(fleet, kind), WINDOWS):
        times = simulator.slots(start, start + 4 * HOUR).astype(np.float64)
        if not times.size:
            continue
        for columns in simulator.measure(times):
            for field in kind.own_fields:
                column = columns.get(field.name)
                if not field.is_number or column is None or isinstance(column, str) or field.name in natural:
                    continue
                values = np.asarray(column, dtype=np.float64)
                values = values[~np.isnan(values)]
                assert (values <= (field.maximum or 0)).all(), field.name
                assert (values >= (field.minimum or 0) - 0.5).all(), field.name


@of_kind
def test_counters_never_fall_but_uptime_at_a_restart(fleet: dict[str, Simulator], kind: Kind) -> None:
    counters = [n for n, f in enumerate(kind.values) if f.behaviour is Behaviour.COUNTER]
    for simulator in devices_of(fleet, kind)[:4]:
        last: dict[tuple[str, ...], list[float]] = {}
        for day in range(0, 60, 3):
            for row in rows_of(simulator, WINDOWS[1] + day * DAY, WINDOWS[1] + day * DAY + HOUR):
                station = row.keys if kind.name != "signal_probe" else row.keys[:1]
                now = [float(row.values[n] or 0) for n in counters]
                for n, before, value in zip(counters, last.get(station, now), now, strict=True):
                    restarted = kind.values[n].name == "uptime" and value < before and value < 3 * DAY
                    assert value >= before or restarted, (simulator.device.code, kind.values[n].name)
                last[station] = now


@of_kind
def test_a_reading_is_the_same_bit_for_bit_however_much_is_asked_for_at_once(
    fleet: dict[str, Simulator], sample: SampleCommune, kind: Kind
) -> None:
    """Order independence: a fresh world asked backwards in small pieces gives what the first gave in one."""
    simulator = devices_of(fleet, kind)[0]
    start, end = at("2025-12-31 22:00"), at("2026-01-01 02:00")
    fresh = SIMULATORS[kind.name](simulator.device, simulator.traits, World(1, sample.setting))
    pieces = [rows_of(fresh, first, first + 600) for first in range(end - 600, start - 1, -600)]
    assert [row for piece in reversed(pieces) for row in piece] == rows_of(simulator, start, end)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(sample: SampleCommune) -> None:
    def payloads(seed: int) -> dict[str, bytes]:
        return {
            s.device.code: b"\n".join(encode_rows(s, rows) for rows in s.frame(WINDOWS[3], WINDOWS[3] + 900).messages())
            for s in simulators_of(sample, seed, 18)
        }

    first, again, other = payloads(1), payloads(1), payloads(2)
    assert first == again
    assert all(first[code] != other[code] for code in first)


@of_kind
def test_sequence_numbers_rise_by_one_over_months_and_power_cuts(fleet: dict[str, Simulator], kind: Kind) -> None:
    for simulator in devices_of(fleet, kind)[:3]:
        frame_parts = len(simulator.frame(ORIGIN, ORIGIN + DAY).parts)
        assert rows_of(simulator, ORIGIN, ORIGIN + HOUR)[0].seq == 0
        year = simulator.slots(ORIGIN, ORIGIN + 400 * DAY)
        assert rows_of(simulator, ORIGIN + 399 * DAY, ORIGIN + 400 * DAY)[-1].seq == year.size * frame_parts - 1


def test_devices_of_a_kind_do_not_all_report_in_the_same_second(fleet: dict[str, Simulator]) -> None:
    seconds = {s.phase % s.interval for s in fleet.values() if s.kind_name == "lighting"}
    assert len(seconds) > 25


def test_all_sensors_of_a_place_see_the_same_weather(fleet: dict[str, Simulator]) -> None:
    start = at("2026-07-10 00:00")
    stations = [s for s in fleet.values() if s.kind_name == "environment"]
    series = []
    for station in stations:
        column = station.frame(start, start + 2 * DAY).parts[0]["temperature"]
        series.append(np.asarray(column, dtype=np.float64)[:2879])
    assert np.corrcoef(np.array(series)).min() > 0.98


def test_the_rain_of_the_intervals_adds_up_to_what_fell(fleet: dict[str, Simulator], world: World) -> None:
    station = fleet["cb-mt-01"]
    start = at("2026-07-01 00:00")
    frame = station.frame(start, start + 31 * DAY)
    times = frame.times.astype(np.float64)
    counted = np.asarray(frame.parts[0]["rainfall"], dtype=np.float64).sum()
    fallen = world.weather.fallen(times[-1:], station.spot) - world.weather.fallen(times[:1] - 60, station.spot)
    assert fallen[0] > 20
    assert counted == pytest.approx(fallen[0], abs=0.21)


def test_a_lamp_that_is_lit_draws_power_and_one_that_is_not_does_not(fleet: dict[str, Simulator]) -> None:
    start = at("2026-11-20 12:00")
    for code in ("cs-01", "cs-20", "cs-40"):
        frame = fleet[code].frame(start, start + DAY)
        part = {name: np.asarray(column) for name, column in frame.parts[0].items()}
        lit = part["lamp_on"].astype(bool)
        assert 0.3 < lit.mean() < 0.6
        assert part["active_power"][lit].min() > 30
        assert part["active_power"][~lit].max() < 1
        apparent = part["voltage"][lit] * part["current"][lit] * part["power_factor"][lit]
        assert apparent == pytest.approx(part["active_power"][lit], rel=1e-6)


def test_a_notice_board_is_bright_by_day_and_dim_by_night(fleet: dict[str, Simulator]) -> None:
    board = fleet["bt-01"]

    def brightness(text: str) -> float:
        part = board.frame(at(text), at(text) + 600).parts[0]
        return float(np.asarray(part["brightness"], dtype=np.float64)[0])

    assert brightness("2026-11-20 12:00") > 70
    assert 0 < brightness("2026-11-20 20:30") < 40
    assert brightness("2026-11-20 02:00") == 0


def test_without_power_a_device_without_a_battery_is_silent_and_says_so_before_and_after(
    fleet: dict[str, Simulator],
) -> None:
    camera = fleet["cam-01"]
    assert camera.supply.feeder is not None
    cuts = camera.supply.feeder.cuts(2025)
    begin, end = int(cuts.begin[0]), int(cuts.end[0])
    assert camera.frame(begin, end).readings == 0
    assert camera.frame(begin - HOUR, begin).readings == 60
    notes = [h for h in camera.all_happenings(begin - 5, end + 5) if h.channel is Channel.STATUS]
    assert [(h.time, h.members["state"]) for h in notes] == [(begin, "offline"), (end, "online")]


def test_a_loudspeaker_with_a_battery_reports_the_power_cut(fleet: dict[str, Simulator]) -> None:
    speaker = fleet["loa-01"]
    assert speaker.supply.feeder is not None
    cuts = speaker.supply.feeder.cuts(2025)
    part = speaker.frame(int(cuts.begin[0]), int(cuts.end[0])).parts[0]
    assert not np.asarray(part["mains_power"]).any()
    assert (np.diff(np.asarray(part["battery"], dtype=np.float64)) < 0).all()
    assert speaker.all_happenings(int(cuts.begin[0]), int(cuts.begin[0]) + 1) == []


def test_events_happen_and_are_the_same_in_one_look_or_in_many(fleet: dict[str, Simulator]) -> None:
    start = at("2026-10-01 00:00")
    names: Counter[object] = Counter()
    for simulator in fleet.values():
        whole = simulator.all_happenings(start, start + 30 * DAY)
        pieces = [h for day in range(30) for h in simulator.all_happenings(start + day * DAY, start + (day + 1) * DAY)]
        assert pieces == whole
        for happening in whole:
            if happening.channel is Channel.EVENT:
                names[happening.members["event"]] += 1
    assert names.keys() >= {"bulletin_started", "tamper", "signal_loss", "door_open", "lamp_failure"}
    assert names["bulletin_started"] >= 11 * 60


def test_a_month_has_signal_samples_of_four_operators_and_of_several_technologies(fleet: dict[str, Simulator]) -> None:
    start = at("2026-11-16 00:00")
    seen: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(fleet["song-05"], start, start + 3 * DAY):
        operator, technology = row.keys
        seen[operator].add(technology)
    assert seen.keys() == {"452-01", "452-02", "452-04", "452-05"}
    assert seen["452-04"] >= {"NR_SA", "LTE"}
    assert "NR_NSA" in seen["452-02"]
    assert not seen["452-05"] & {"NR_SA", "NR_NSA"}


def test_a_sample_without_signal_has_none_and_no_service(fleet: dict[str, Simulator]) -> None:
    kind = KINDS["signal_probe"]
    start = at("2026-11-16 00:00")
    lost = [row.members(kind) for row in rows_of(fleet["song-05"], start, start + 6 * DAY) if row.keys[1] == "NONE"]
    assert lost
    for member in lost:
        assert member["access_ok"] is False
        assert not member.keys() & {"ss_rsrp", "rsrp", "download", "upload", "latency", "band"}


def test_a_time_before_the_world_is_refused(one_of_each: list[Simulator]) -> None:
    with pytest.raises(BeforeTheWorld, match="before the simulated world begins"):
        one_of_each[0].frame(ORIGIN - 10, ORIGIN + 10)


def test_a_gauge_at_an_unknown_reach_and_a_lamp_without_a_feeder_are_refused(
    sample: SampleCommune, world: World
) -> None:
    gauge, lamp = sample.device("mn-01"), sample.device("cs-01")
    with pytest.raises(BadCommuneFile, match="reach ''"):
        SIMULATORS["water_level"](gauge, sample.traits["cs-01"], world)
    with pytest.raises(BadCommuneFile, match="no feeder"):
        SIMULATORS["lighting"](lamp, sample.traits["mn-01"], world)
