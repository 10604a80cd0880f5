"""The views of schema wall tell what is stored, under the codes and names that people know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from devices.catalogue import KINDS
from devices.model import Text
from devices.registry import Commune, Device, Hamlet, HamletType, Site, SiteType
from storage.alerts import About, open_alert
from storage.connect import connect
from storage.fleet import LATE_AFTER_INTERVALS, OFF_AFTER_INTERVALS, FleetFilter, list_fleet
from storage.registry import add_commune, add_device, add_hamlet, add_site
from storage.tables import columns
from storage.wall import WALL_COLUMNS


@pytest.fixture
def wall(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A commune with one hamlet, one site, and two devices; the first has a place of its own."""
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn Một", HamletType.THON))
        add_site(connection, "gia-loc", Site("ubnd", "Trụ sở", SiteType.UBND, 20.8, 106.2, "thon-1"))
        add_device(connection, Device("gia-loc", "tram-1", "environment", "Trạm 1", 20.9, 106.4, hamlet="thon-1"))
        add_device(connection, Device("gia-loc", "loa-1", "loudspeaker", site="ubnd"))
        yield connection


def device_id(connection: psycopg.Connection[Any], code: str) -> int:
    """The number of a device."""
    row = connection.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("name", KINDS)
def test_the_view_of_a_kind_has_every_column_of_its_table_but_where_a_probe_was_and_the_place(
    wall: psycopg.Connection[Any], name: str
) -> None:
    found = [c.name for c in wall.execute(f"SELECT * FROM wall.{name} LIMIT 0").description or ()]
    assert (
        set(found) == ({c.name for c in columns(KINDS[name])} - {"device_id", "latitude", "longitude"}) | WALL_COLUMNS
    )


@pytest.mark.parametrize("name", ["signal_probe", "signal_probe_hourly", "signal_probe_daily"])
def test_no_view_of_probes_says_where_one_was(wall: psycopg.Connection[Any], name: str) -> None:
    found = {c.name for c in wall.execute(f"SELECT * FROM wall.{name} LIMIT 0").description or ()}
    told = {column for column in found if column.startswith(("latitude", "longitude"))}
    assert told == set() and {"device_latitude", "device_longitude"} <= found


def test_the_newest_values_of_a_probe_do_not_say_where_it_is(wall: psycopg.Connection[Any]) -> None:
    number = add_device(wall, Device("gia-loc", "xe-1", "signal_probe"))
    values = '{"latitude": [20.87123, 0], "longitude": [106.3, 0], "ss_rsrp": [-91, 0]}'
    wall.execute("INSERT INTO latest VALUES (%s, '452-04/NR_SA', now(), now(), %s)", [number, values])
    assert wall.execute("SELECT field FROM wall.latest WHERE device = 'xe-1'").fetchall() == [("ss_rsrp",)]


def test_a_reading_shows_with_its_device_and_place(wall: psycopg.Connection[Any]) -> None:
    for code, table in (("tram-1", "environment"), ("loa-1", "loudspeaker")):
        wall.execute(
            f"INSERT INTO {table} (device_id, time, received_at, time_source, temperature) "
            "VALUES (%s, now(), now(), 0, 24)",
            [device_id(wall, code)],
        )
    chosen = "commune_name, device, device_name, hamlet_name, site_name, device_latitude, device_longitude, temperature"
    found = wall.execute(f"SELECT {chosen} FROM wall.environment UNION ALL SELECT {chosen} FROM wall.loudspeaker")
    assert found.fetchall() == [
        ("Gia Lộc", "tram-1", "Trạm 1", "Thôn Một", None, 20.9, 106.4, 24.0),
        ("Gia Lộc", "loa-1", "", None, "Trụ sở", 20.8, 106.2, 24.0),
    ]


def test_devices_show_when_they_were_last_heard_of(wall: psycopg.Connection[Any]) -> None:
    number = device_id(wall, "tram-1")
    wall.execute(
        "INSERT INTO device_status VALUES (%(d)s, '2026-11-20 01:00+00', now(), 0, true, '{}'), "
        "(%(d)s, '2026-11-20 02:00+00', now(), 0, false, '{}')",
        {"d": number},
    )
    wall.execute(
        """INSERT INTO latest VALUES (%s, '', '2026-11-20 03:00+00', '2026-11-20 03:01+00', '{"pm25": [31.4, 0]}')""",
        [number],
    )
    found = wall.execute(
        "SELECT device, online, status_time::text, last_time::text, last_received_at::text "
        "FROM wall.device ORDER BY device"
    )
    assert found.fetchall() == [
        ("loa-1", None, None, None, None),
        ("tram-1", False, "2026-11-20 02:00:00+00", "2026-11-20 03:00:00+00", "2026-11-20 03:01:00+00"),
    ]


def test_latest_values_show_one_row_a_field_with_numbers_words_and_the_fields_own_time(
    wall: psycopg.Connection[Any],
) -> None:
    wall.execute(
        """INSERT INTO latest VALUES (%s, '', '2026-11-20 03:00+00', now(),
        '{"volume": [70, 1795143600], "playing": [true, 1795143600.5], "bulletin_id": ["bt-7", 1795143000]}')""",
        [device_id(wall, "loa-1")],
    )
    found = wall.execute(
        "SELECT field, extract(epoch FROM time)::float8, number, text FROM wall.latest "
        "WHERE device = 'loa-1' ORDER BY field"
    )
    assert found.fetchall() == [
        ("bulletin_id", 1795143000.0, None, "bt-7"),
        ("playing", 1795143600.5, 1.0, None),
        ("volume", 1795143600.0, 70.0, None),
    ]


def test_the_ledger_shows_what_no_registered_device_sent_without_a_code(wall: psycopg.Connection[Any]) -> None:
    wall.execute(
        "INSERT INTO ledger (device_id, day, received, stored, dead_lettered) VALUES (0, '2026-11-20', 3, 0, 3), "
        "(%s, '2026-11-20', 5, 5, 0)",
        [device_id(wall, "tram-1")],
    )
    found = wall.execute("SELECT commune, device, kind, received, dead_lettered FROM wall.ledger ORDER BY received")
    assert found.fetchall() == [(None, None, None, 3, 3), ("gia-loc", "tram-1", "environment", 5, 0)]


def put_latest(connection: psycopg.Connection[Any], device: int, ago: str) -> None:
    connection.execute(
        "INSERT INTO latest VALUES (%(d)s, '', now(), now() - %(ago)s::interval, '{}') "
        "ON CONFLICT (device_id, key) DO UPDATE SET received_at = excluded.received_at",
        {"d": device, "ago": ago},
    )


def test_a_device_stands_as_the_api_says_that_it_stands(wall: psycopg.Connection[Any]) -> None:
    number = device_id(wall, "tram-1")
    found = []
    for intervals in (LATE_AFTER_INTERVALS - 0.5, LATE_AFTER_INTERVALS + 0.5, OFF_AFTER_INTERVALS + 0.5):
        put_latest(wall, number, f"{intervals * 60} seconds")
        row = wall.execute("SELECT health FROM wall.device WHERE device = 'tram-1'").fetchone()
        (device,) = (d for d in list_fleet(wall, FleetFilter(), now=datetime.now(UTC)) if d.code == "tram-1")
        found.append((row, device.state))
    assert found == [(("on",), "on"), (("late",), "late"), (("off",), "off")]


def test_a_device_that_says_good_bye_is_off_and_one_that_never_spoke_is_named_so(
    wall: psycopg.Connection[Any],
) -> None:
    number = device_id(wall, "tram-1")
    put_latest(wall, number, "1 second")
    wall.execute("INSERT INTO device_status VALUES (%s, now(), now(), 0, false, '{}')", [number])
    found = wall.execute("SELECT device, health FROM wall.device ORDER BY device").fetchall()
    assert found == [("loa-1", "never"), ("tram-1", "off")]


def test_an_alert_shows_with_its_device_and_place(wall: psycopg.Connection[Any]) -> None:
    now = datetime.now(UTC)
    about = About("critical", "gia-loc", device_id(wall, "tram-1"))
    open_alert(wall, "offline", "gia-loc/tram-1", now, Text("Im lặng", "Silent"), about)
    open_alert(wall, "broker_drop", "127.0.0.1:1883", now, Text("Bỏ tin", "Dropped"))
    found = wall.execute("SELECT kind, severity, commune, device, hamlet_name, detail_vi FROM wall.alert ORDER BY kind")
    assert found.fetchall() == [
        ("broker_drop", "serious", None, None, None, "Bỏ tin"),
        ("offline", "critical", "gia-loc", "tram-1", "Thôn Một", "Im lặng"),
    ]
