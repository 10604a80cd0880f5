"""Hours × devices, as reports read them."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from devices.catalogue import KINDS
from storage.connect import connect
from storage.report_books import DeviceBooks, read_books
from storage.report_hours import Ask, Floats, Hours, Part, read_hours, read_increases, read_late, read_moments
from storage.rollups import compute_noted
from tests.api.world import NOW, World

START = NOW.replace(minute=0) - timedelta(hours=3)
END = START + timedelta(hours=3)
NAN = float("nan")


@pytest.fixture
def world(database_url: str) -> World:
    """A database with one commune."""
    world = World(database_url)
    world.commune()
    return world


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def hours_of(world: World, kind: str, codes: list[str], *asks: Ask, by_keys: bool = False) -> Hours:
    with closing(connect(world.url, role="commune_read")) as connection:
        numbers = [world.numbers[code] for code in codes]
        return read_hours(connection, KINDS[kind], numbers, asks, START, END, by_keys=by_keys)


def column(values: Floats, place: int = 0) -> Any:
    return pytest.approx(values[:, place].tolist(), nan_ok=True)


def rises(
    world: World, code: str, field: str, *, by_keys: bool = False
) -> tuple[list[tuple[str, ...]], list[list[float]]]:
    with closing(connect(world.url, role="commune_read")) as connection:
        kind = KINDS[world.kinds[code]]
        streams, values = read_increases(connection, kind, [world.numbers[code]], field, START, END, by_keys=by_keys)
    return [keys for _, keys in streams], values.T.tolist()


def test_gauges_have_mean_extremes_sum_and_count_of_each_hour_in_the_order_asked_for(world: World) -> None:
    world.device("env-001")
    world.device("env-002")
    world.send(
        "env-001", {"ts": at(0), "pm25": 10}, {"ts": at(59), "pm25": 30}, {"ts": at(150), "pm25": 7, "rainfall": 2}
    )
    world.send("env-002", {"ts": at(60), "pm25": 5}, {"ts": at(-1), "pm25": 99}, {"ts": at(180), "pm25": 99})
    asks = [Ask("pm25", part) for part in (Part.MEAN, Part.MIN, Part.MAX, Part.COUNT)] + [Ask("rainfall", Part.SUM)]
    found = hours_of(world, "environment", ["env-002", "env-001"], *asks)
    mean, least, most, count, rain = (found[ask] for ask in asks)
    assert column(mean, 1) == [20, NAN, 7]
    assert column(least, 1) == [10, NAN, 7]
    assert column(most, 1) == [30, NAN, 7]
    assert column(count, 1) == [2, 0, 1]
    assert column(rain, 1) == [NAN, NAN, 2]
    assert column(mean, 0) == [NAN, 5, NAN]


def test_states_have_a_share_and_labels_their_last_word(world: World) -> None:
    world.device("lamp-001", "lighting")
    for minute, lit, cause in ((0, True, "none"), (20, True, "gear"), (40, False, None), (125, False, "thermal")):
        told = {"ts": at(minute), "lamp_on": lit} | ({"failure_cause": cause} if cause else {})
        world.send("lamp-001", told)
    share, why = Ask("lamp_on", Part.SHARE), Ask("failure_cause", Part.LAST)
    found = hours_of(world, "lighting", ["lamp-001"], share, why)
    assert column(found[share]) == [2 / 3, NAN, 0]
    assert found.words[why][:, 0].tolist() == ["gear", None, "thermal"]


def test_keys_are_taken_together_or_apart(world: World) -> None:
    world.device("irr-001", "irrigation")
    world.send(
        "irr-001", {"ts": at(0), "zone": "a", "soil_moisture": 20}, {"ts": at(0), "zone": "b", "soil_moisture": 40}
    )
    moisture = Ask("soil_moisture")
    assert column(hours_of(world, "irrigation", ["irr-001"], moisture)[moisture]) == [30, NAN, NAN]
    found = hours_of(world, "irrigation", ["irr-001"], moisture, by_keys=True)
    assert [keys for _, keys in found.streams] == [("a",), ("b",)]
    assert found[moisture][0].tolist() == [20, 40]


def test_a_counter_rises_from_its_last_reading_before_the_period_and_after_a_reset_from_nought(world: World) -> None:
    world.device("lamp-001", "lighting")
    for minute, total in ((-90, 100.0), (10, 100.5), (50, 101.0), (70, 0.25), (170, 1.0)):
        world.send("lamp-001", {"ts": at(minute), "energy_total": total})
    assert rises(world, "lamp-001", "energy_total")[1] == [[1.0, 0.25, 0.75]]


def test_the_first_reading_of_a_counter_tells_of_no_rise(world: World) -> None:
    world.device("lamp-001", "lighting")
    world.send("lamp-001", {"ts": at(10), "energy_total": 5000.0}, {"ts": at(130), "energy_total": 5001.5})
    assert rises(world, "lamp-001", "energy_total")[1] == [pytest.approx([NAN, NAN, 1.5], nan_ok=True)]


def test_counters_of_zones_rise_each_by_itself(world: World) -> None:
    world.device("irr-001", "irrigation")
    for zone, totals in (("a", (10.0, 12.0)), ("b", (500.0, 501.0))):
        for minute, total in zip((5, 65), totals, strict=True):
            world.send("irr-001", {"ts": at(minute), "zone": zone, "water_total": total})
    assert rises(world, "irr-001", "water_total")[1] == [pytest.approx([NAN, 3, NAN], nan_ok=True)]
    keys, apart = rises(world, "irr-001", "water_total", by_keys=True)
    assert keys == [("a",), ("b",)]
    assert [one[1] for one in apart] == [2, 1]


def test_what_was_rolled_up_reads_as_what_was_not(world: World) -> None:
    world.device("lamp-001", "lighting")
    for minute in range(-120, 180, 10):
        world.send("lamp-001", {"ts": at(minute), "energy_total": 0.1 * (minute % 70), "lamp_on": minute % 20 == 0})
    share, count = Ask("lamp_on", Part.SHARE), Ask("lamp_on", Part.COUNT)

    def read() -> list[list[float]]:
        found = hours_of(world, "lighting", ["lamp-001"], share, count)
        return [found[share][:, 0].tolist(), found[count][:, 0].tolist(), *rises(world, "lamp-001", "energy_total")[1]]

    before = read()
    with closing(connect(world.url, role="commune_admin", autocommit=True)) as connection:
        assert sum(done.hours for done in compute_noted(connection, NOW + timedelta(days=1))) > 0
    assert [pytest.approx(values) for values in read()] == before


def moments(world: World, code: str, delay: float) -> tuple[list[float], list[float]]:
    with closing(connect(world.url, role="commune_read")) as connection:
        kind, numbers = KINDS[world.kinds[code]], [world.numbers[code]]
        readings = read_moments(connection, kind, numbers, START, END)
        late = read_late(connection, kind, numbers, [delay], START, END)
    return readings[:, 0].tolist(), late[:, 0].tolist()


def test_readings_of_several_radios_at_one_moment_are_one_and_may_be_late(world: World) -> None:
    world.device("wifi-001", "wifi")
    for minute, late in ((0, 5), (10, 500), (70, 30)):
        received = START + timedelta(minutes=minute, seconds=late)
        for radio in ("2g", "5g"):
            world.send("wifi-001", {"ts": at(minute), "radio": radio, "clients": 3}, received_at=received)
    assert moments(world, "wifi-001", 120) == ([2, 1, 0], [1, 0, 0])
    assert moments(world, "wifi-001", 29) == ([2, 1, 0], [1, 1, 0])


def test_the_technologies_of_one_operator_are_moments_of_their_own(world: World) -> None:
    world.device("probe-001", "signal_probe")
    place = {"latitude": 20.87, "longitude": 106.3}
    for minute, technology in ((0, "LTE"), (10, "NR_SA"), (20, "LTE")):
        for operator in ("452-04", "452-01"):
            reading = {"ts": at(minute), "operator": operator, "technology": technology, **place}
            world.send("probe-001", reading, received_at=START + timedelta(minutes=minute))
    assert moments(world, "probe-001", 120) == ([3, 0, 0], [0, 0, 0])


def test_fields_that_come_in_messages_of_their_own_do_not_make_more_readings(world: World) -> None:
    world.device("env-001")
    world.send("env-001", {"ts": at(0), "pm25": 1}, {"ts": at(1), "battery": 90}, {"ts": at(10), "pm25": 2})
    assert moments(world, "env-001", 1e6)[0] == [2, 0, 0]


def test_of_hours_whose_readings_were_deleted_nobody_knows_when_they_came(world: World) -> None:
    world.device("env-001")
    world.send("env-001", {"ts": at(0), "pm25": 1}, {"ts": at(130), "pm25": 2}, received_at=END + timedelta(hours=9))
    with closing(connect(world.url)) as connection:
        horizon = "INSERT INTO commune.rollup_horizon (kind, raw_from) VALUES ('environment', %s)"
        connection.execute(horizon, [START + timedelta(hours=2)])
        connection.commit()
    assert moments(world, "env-001", 120)[1] == pytest.approx([NAN, NAN, 1], nan_ok=True)


def test_books_tell_what_was_accepted_repeated_contradicted_and_set_aside(world: World) -> None:
    number = world.device("env-001")
    world.send("env-001", {"ts": at(0), "pm25": 10}, {"ts": at(1), "pm25": 11, "pm10": -5}, {"ts": at(0), "pm25": 10})
    world.send("env-001", {"ts": at(0), "pm25": 99})
    with closing(connect(world.url, role="commune_read")) as connection:
        books = read_books(connection, [number], START, NOW + timedelta(hours=1))
        assert read_books(connection, [number], START - timedelta(days=9), START - timedelta(days=8)) == {}
    assert books == {number: DeviceBooks(3, 1, 1, 1, 1, 0)}
