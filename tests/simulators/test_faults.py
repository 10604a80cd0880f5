"""Faults: each does what its page says, in the right share of the messages, the same whatever part is asked for."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
import pytest

from devices.topics import Channel
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.faults import Parcel
from simulators.faults.lines import WILL
from simulators.fleet import Fleet, build_fleet, load_fleet, outgoing
from simulators.messages import messages_between, simulators_of
from tests.simulators.moments import DAY, HOUR, at

START = at("2026-11-20 10:00")
END = START + 6 * HOUR


def fleet_of(name: str, device: str, **parameters: Any) -> Fleet:
    """A fleet in which one device has one fault."""
    return build_fleet("trial", {"fault": [{"name": name, "devices": [device], **parameters}]})


def sent(fleet: Fleet, simulator: Simulator, start: int = START, end: int = END) -> list[Parcel]:
    """What a device of a fleet sends."""
    fleet.check([simulator])
    return list(outgoing(fleet, [simulator])(start, end))


def struck(fleet: Fleet, simulator: Simulator) -> list[Parcel]:
    """What a device sends that a fault has changed; some must be."""
    found = [parcel for parcel in sent(fleet, simulator) if parcel.done]
    assert found
    return found


def stamp(members: dict[str, Any]) -> float:
    return datetime.fromisoformat(members["ts"]).timestamp()


def stamps(parcels: list[Parcel]) -> list[float]:
    """The times of all readings, in the order in which they are sent."""
    return [stamp(members) for parcel in parcels if parcel.is_telemetry for members in parcel.readings()]


def healthy(simulator: Simulator) -> dict[float, dict[str, Any]]:
    """What a device would have sent without a fault, by the time of its readings."""
    parcels = sent(Fleet(), simulator, START - DAY, END)
    return {stamp(parcel.readings()[0]): parcel.readings()[0] for parcel in parcels if parcel.is_telemetry}


def values_of(parcels: list[Parcel], field: str) -> list[Any]:
    return [members[field] for parcel in parcels for members in parcel.readings()]


def test_a_fleet_gives_the_same_in_parts_as_in_one_piece(fleet: dict[str, Simulator]) -> None:
    everything = load_fleet("all-faults")
    stricken = [s for s in fleet.values() if everything.faults_of(s)]
    between = outgoing(everything, stricken)
    edges = [START, START + 1, START + 733, START + 2000, START + 2 * HOUR]
    parts = [parcel for begin, end in pairwise(edges) for parcel in between(begin, end)]
    assert parts == list(between(edges[0], edges[-1]))
    assert [parcel.due for parcel in parts] == sorted(parcel.due for parcel in parts)


def test_a_fleet_without_faults_sends_what_the_devices_send(fleet: dict[str, Simulator]) -> None:
    devices = list(fleet.values())
    plain = [parcel.message for parcel in outgoing(Fleet(), devices)(START, START + HOUR)]
    assert plain == list(messages_between(devices, START, START + HOUR))


def test_another_seed_strikes_others(sample: SampleCommune, fleet: dict[str, Simulator]) -> None:
    lost = fleet_of("lost", "cb-mt-01")
    other = next(s for s in simulators_of(sample, 2) if s.device.code == "cb-mt-01")
    assert {p.due for p in struck(lost, fleet["cb-mt-01"])} != {p.due for p in struck(lost, other)}


def test_lost_messages_are_a_share_of_all(fleet: dict[str, Simulator]) -> None:
    parcels = sent(fleet_of("lost", "cb-mt-01", share=0.3), fleet["cb-mt-01"])
    lost = [parcel for parcel in parcels if parcel.lost]
    assert 0.2 < len(lost) / len(parcels) < 0.4
    assert all(parcel.done == ("lost",) for parcel in lost)


def test_late_messages_come_minutes_a_day_and_two_weeks_later_and_none_is_lost(fleet: dict[str, Simulator]) -> None:
    station = fleet["cb-mt-01"]
    parcels = sent(fleet_of("late", "cb-mt-01"), station)
    delays = Counter(parcel.due - parcel.measured for parcel in parcels if parcel.is_telemetry)
    assert delays.keys() == {0, 420, DAY, 14 * DAY}
    whole = sent(fleet_of("late", "cb-mt-01"), station, START, START + 15 * DAY)
    assert set(healthy(station)).issuperset(s for s in stamps(parcels) if s >= START)
    measured = {parcel.measured for parcel in whole}
    assert {int(s) for s in healthy(station) if START <= s < START + HOUR} <= measured


def test_a_duplicate_is_the_same_bytes_some_seconds_later(fleet: dict[str, Simulator]) -> None:
    parcels = sent(fleet_of("duplicated", "cb-mt-01"), fleet["cb-mt-01"])
    first = {parcel.measured: parcel for parcel in parcels if not parcel.done}
    for again in (parcel for parcel in parcels if parcel.done):
        if again.measured >= START:
            assert again.message.payload == first[again.measured].message.payload
            assert again.due == first[again.measured].due + 5


def test_reordered_messages_come_behind_younger_ones(fleet: dict[str, Simulator]) -> None:
    times = stamps(sent(fleet_of("reordered", "cb-mt-01"), fleet["cb-mt-01"]))
    assert times != sorted(times)
    assert len(set(times)) == len(times)


def test_a_split_reading_is_whole_in_its_two_halves(fleet: dict[str, Simulator]) -> None:
    station = fleet["wifi-02"]
    whole = {p.measured: p.readings() for p in sent(Fleet(), station) if p.is_telemetry}
    parcels = struck(fleet_of("split", "wifi-02"), station)
    for one, two in zip(parcels[::2], parcels[1::2], strict=True):
        joined = [{**a, **b} for a, b in zip(one.readings(), two.readings(), strict=True)]
        assert joined == [{name: m[name] for name in joined[i]} for i, m in enumerate(whole[one.measured])]
        assert [m.keys() for m in joined] == [m.keys() for m in whole[one.measured]]


def test_an_unregistered_device_speaks_under_a_code_that_nobody_has(
    sample: SampleCommune, fleet: dict[str, Simulator]
) -> None:
    topics = {p.message.topic for p in struck(fleet_of("unregistered_device", "cam-03"), fleet["cam-03"])}
    assert topics == {"xa/gia-loc/camera/cam-03-la/telemetry"}
    assert "cam-03-la" not in {device.code for device in sample.devices}


def test_corrupt_bytes_are_no_json_in_any_of_their_forms(fleet: dict[str, Simulator]) -> None:
    payloads = [p.message.payload for p in struck(fleet_of("corrupt_bytes", "cb-mt-05"), fleet["cb-mt-05"])]
    for payload in payloads:
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(payload)
    assert b"" in payloads
    assert any(payload.endswith(b"\0") for payload in payloads)
    assert any(b"\xff" in payload for payload in payloads)


def test_wrong_types_and_sentinels_come_in_all_their_forms(fleet: dict[str, Simulator]) -> None:
    wrong = values_of(struck(fleet_of("wrong_type", "cb-mt-06", field="temperature"), fleet["cb-mt-06"]), "temperature")
    assert {type(value) for value in wrong} == {str, list, dict, bool}
    codes = values_of(struck(fleet_of("sentinel", "cb-mt-06", field="pm25"), fleet["cb-mt-06"]), "pm25")
    assert set(codes) == {-999.0, -9999.0, 2147483647}


def test_values_out_of_range_are_beyond_either_bound(fleet: dict[str, Simulator]) -> None:
    found = values_of(
        struck(fleet_of("out_of_range", "cb-mt-06", field="temperature"), fleet["cb-mt-06"]), "temperature"
    )
    assert min(found) < -40
    assert max(found) > 60
    assert not [value for value in found if -40 <= value <= 60]


def test_a_stuck_value_stays_and_the_other_fields_go_on(fleet: dict[str, Simulator]) -> None:
    parcels = struck(fleet_of("stuck_value", "cb-mt-01", field="temperature"), fleet["cb-mt-01"])
    runs = Counter(values_of(parcels, "temperature"))
    assert len(runs) <= 7
    assert runs.most_common(1)[0][1] >= 10
    assert len(set(values_of(parcels, "noise"))) > 10


def test_drift_grows_until_the_sensor_is_serviced(fleet: dict[str, Simulator]) -> None:
    station, days = fleet["cb-mt-01"], 30
    fault = fleet_of("drift", "cb-mt-01", field="pressure", per_day=0.5, service_days=40.0)
    added = []
    for day in range(days):
        start = START + day * DAY
        was = sent(Fleet(), station, start, start + 120)[0].readings()[0]["pressure"]
        added.append(sent(fault, station, start, start + 120)[0].readings()[0]["pressure"] - was)
    steps = [round(b - a, 1) for a, b in pairwise(added)]
    assert Counter(steps).most_common(1)[0][0] == 0.5
    assert sum(step < 0 for step in steps) <= 1


def test_spikes_are_few_high_and_in_range(fleet: dict[str, Simulator]) -> None:
    station = fleet["cb-mt-10"]
    good = healthy(station)
    for parcel in struck(fleet_of("spikes", "cb-mt-10", field="pm10"), station):
        value = parcel.readings()[0]["pm10"]
        assert 3 * good[parcel.measured]["pm10"] < value <= 2000


def test_a_wrong_unit_is_the_value_in_fahrenheit(fleet: dict[str, Simulator]) -> None:
    good = healthy(fleet["cb-mt-11"])
    for parcel in struck(fleet_of("wrong_unit", "cb-mt-11", field="temperature"), fleet["cb-mt-11"]):
        value = parcel.readings()[0]["temperature"]
        assert value == pytest.approx(good[parcel.measured]["temperature"] * 1.8 + 32)


def test_a_counter_that_is_reset_falls_to_nothing_and_rises_again(fleet: dict[str, Simulator]) -> None:
    parcels = struck(fleet_of("counter_reset", "wifi-03", field="tx_bytes_total"), fleet["wifi-03"])
    values = [parcel.readings()[0]["tx_bytes_total"] for parcel in parcels]
    falls = [b for a, b in pairwise(values) if b < a]
    assert 4 <= len(falls) <= 8
    assert set(falls) == {0}


def test_a_counter_that_rolls_over_stays_below_its_register(fleet: dict[str, Simulator]) -> None:
    fault = fleet_of("counter_rollover", "wifi-03", field="tx_bytes_total", at=1e8)
    values = [parcel.readings()[0]["tx_bytes_total"] for parcel in struck(fault, fleet["wifi-03"])]
    assert max(values) < 1e8
    assert any(b < a for a, b in pairwise(values))


@pytest.mark.parametrize(
    ("name", "shift"), [("clock_ahead", 400 * DAY), ("clock_behind", -(30 * DAY + 17)), ("clock_jumping", -7 * 60)]
)
def test_a_wrong_clock_is_wrong_for_a_while_by_what_it_says(name: str, shift: int, fleet: dict[str, Simulator]) -> None:
    parcels = sent(fleet_of(name, "cam-05"), fleet["cam-05"])
    off = {p.measured: stamp(p.readings()[0]) - p.measured for p in parcels if p.is_telemetry}
    assert set(off.values()) == {0, shift}


def test_a_clock_that_was_never_set_says_1970_and_an_absent_one_nothing(fleet: dict[str, Simulator]) -> None:
    unset = struck(fleet_of("clock_unset", "cam-05"), fleet["cam-05"])
    assert {members["ts"][:4] for parcel in unset for members in parcel.readings()} == {"1970"}
    absent = struck(fleet_of("clock_absent", "wifi-05"), fleet["wifi-05"])
    assert not [members for parcel in absent for members in parcel.readings() if "ts" in members]


def test_a_poor_crystal_is_off_by_seconds_and_says_every_time_once(fleet: dict[str, Simulator]) -> None:
    parcels = sent(fleet_of("clock_error", "cam-05"), fleet["cam-05"], START, START + 9 * DAY)
    off = [stamp(p.readings()[0]) - p.measured for p in parcels if p.is_telemetry]
    assert 2 <= max(abs(seconds) for seconds in off) < 40
    assert 0 in off


def test_a_flapping_line_loses_no_reading_and_each_loss_is_a_will(fleet: dict[str, Simulator]) -> None:
    speaker = fleet["loa-02"]
    parcels = sent(fleet_of("flapping", "loa-02"), speaker)
    wills = [parcel for parcel in parcels if parcel.by_will]
    assert 18 <= len(wills) <= 25
    assert {parcel.message.payload for parcel in wills} == {WILL}
    assert {parcel.message.topic for parcel in wills} == {"xa/gia-loc/loudspeaker/loa-02/status"}
    assert set(stamps(parcels)) | {END - 60} >= {s for s in healthy(speaker) if START + 120 <= s < END - 120}


def test_what_a_device_stores_in_an_outage_comes_afterwards_in_arrays(fleet: dict[str, Simulator]) -> None:
    station = fleet["cb-mt-08"]
    parcels = sent(fleet_of("store_and_forward", "cb-mt-08"), station)
    arrays = [parcel for parcel in parcels if parcel.is_telemetry and parcel.done]
    assert any(len(parcel.readings()) >= 12 for parcel in arrays)
    assert all(max(stamps([parcel])) < parcel.due for parcel in arrays)
    end = min(parcel.due for parcel in parcels if parcel.due > END - HOUR)
    assert {s for s in healthy(station) if START + HOUR <= s < end} <= set(stamps(parcels))
    assert len(set(stamps(parcels))) == len(stamps(parcels))


def test_a_power_cut_strikes_the_whole_group_at_once_and_uptime_begins_anew(fleet: dict[str, Simulator]) -> None:
    cut = build_fleet("trial", {"fault": [{"name": "power_cut", "devices": ["cam-09", "cam-10"]}]})
    by_device = {code: list(outgoing(cut, [fleet[code]])(START, END)) for code in ("cam-09", "cam-10")}
    edges = [[p.due for p in parcels if p.by_will] for parcels in by_device.values()]
    assert edges[0] == edges[1]
    assert edges[0]
    for code, parcels in by_device.items():
        back = next(p.due for p in parcels if p.message.channel is Channel.STATUS and not p.by_will and p.done)
        after = next(p for p in parcels if p.is_telemetry and p.due >= back)
        assert after.readings()[0]["uptime"] == after.due - back
        assert len(stamps(parcels)) < len([s for s in healthy(fleet[code]) if START <= s < END])


def test_a_reboot_storm_is_several_starts_of_all_devices_in_the_same_seconds(fleet: dict[str, Simulator]) -> None:
    storm = build_fleet("trial", {"fault": [{"name": "reboot_storm", "devices": ["loudspeaker"]}]})
    devices = [s for s in fleet.values() if s.kind_name == "loudspeaker"]
    storm.check(devices)
    starts = Counter(
        p.due
        for p in outgoing(storm, devices)(START, END)
        if p.message.channel is Channel.STATUS and p.done and b'"boot"' in p.message.payload
    )
    assert len(starts) % 3 == 0
    assert set(starts.values()) == {len(devices)}


def test_a_gateway_sends_a_week_at_once_and_what_it_sent_before_again(fleet: dict[str, Simulator]) -> None:
    gauge = fleet["mn-05"]
    parcels = struck(fleet_of("gateway_dump", "mn-05"), gauge)
    dumps: dict[int, list[float]] = {}
    for parcel in parcels:
        dumps.setdefault(parcel.due, []).extend(stamps([parcel]))
        assert len(parcel.message.payload) < 256 * 1024
    assert len(dumps) == 8
    for due, times in dumps.items():
        assert times == sorted(times)
        assert len(times) == 7 * DAY / 300
        assert due - 7 * DAY <= times[0] <= times[-1] < due
