"""The registry's rows: communes, places, devices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from devices.catalogue import KINDS
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage.connect import connect
from storage.errors import RegistryRefused
from storage.places import list_communes, list_hamlets, list_sites
from storage.registry import (
    add_commune,
    add_device,
    add_hamlet,
    add_site,
    all_devices,
    count_devices,
    generation,
    get_device,
    list_devices,
    resolve,
)

GIA_LOC = Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3)
VO_NHAI = Commune("vo-nhai", "Võ Nhai", "Thái Nguyên", 21.75, 106.07, is_sample=True)
BOUNDARY = '{"type": "Polygon", "coordinates": [[[106, 20], [107, 20], [107, 21], [106, 20]]]}'
HAMLET = Hamlet("thon-1", "Thôn Một", HamletType.THON, 820, 20.871, 106.302, BOUNDARY)
SITE = Site("ubnd", "Trụ sở UBND xã", SiteType.UBND, 20.87, 106.3, "thon-1")
PLACED = Device("gia-loc", "tram-1", "environment", "Trạm 1", 20.87, 106.3, 3.5, "thon-1", "ubnd", 30)
FULL = replace(PLACED, state=DeviceState.ACTIVE, model="M1", maker="Hãng", serial="SN-1", note="trên mái")


@pytest.fixture
def registry(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Two communes; a hamlet and a site in the first."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, GIA_LOC)
        add_commune(connection, VO_NHAI)
        add_hamlet(connection, "gia-loc", HAMLET)
        add_site(connection, "gia-loc", SITE)
        yield connection


def refusal(connection: psycopg.Connection[Any], device: Device) -> str:
    """Why a device is refused, in English; asserts that the Vietnamese is there too and that nothing is stored."""
    before = len(all_devices(connection))
    with pytest.raises(RegistryRefused) as raised:
        add_device(connection, device)
    assert raised.value.text.vi
    assert str(raised.value) == f"{raised.value.text.vi} / {raised.value.text.en}"
    assert len(all_devices(connection)) == before
    return raised.value.text.en


def test_places_come_back_as_they_were_registered(registry: psycopg.Connection[Any]) -> None:
    assert list_communes(registry) == [GIA_LOC, VO_NHAI]
    assert list_hamlets(registry, "gia-loc") == [HAMLET]
    assert list_sites(registry, "gia-loc") == [SITE]
    assert list_hamlets(registry, "vo-nhai") == []


def test_a_device_comes_back_as_it_was_registered(registry: psycopg.Connection[Any]) -> None:
    number = add_device(registry, FULL)
    row = get_device(registry, "gia-loc", "tram-1")
    assert row is not None
    assert (row.device_id, row.device) == (number, FULL)
    assert row.registered_at == row.updated_at


def test_a_device_without_an_interval_has_that_of_its_kind(registry: psycopg.Connection[Any]) -> None:
    add_device(registry, Device("gia-loc", "cam-1", "camera"))
    row = get_device(registry, "gia-loc", "cam-1")
    assert row is not None
    assert row.device.expected_interval_seconds == KINDS["camera"].interval_seconds


def test_a_code_is_taken_once_a_commune(registry: psycopg.Connection[Any]) -> None:
    add_device(registry, FULL)
    assert refusal(registry, FULL) == "the device code 'tram-1' is taken in commune gia-loc (kind environment)"
    add_device(registry, Device("vo-nhai", "tram-1", "environment"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"commune": "gia-lok"}, "there is no commune 'gia-lok'; there are: gia-loc, vo-nhai"),
        ({"kind": "cammera"}, f"there is no kind 'cammera'; the kinds are {', '.join(KINDS)}"),
        ({"hamlet": "thon-9"}, "there is no hamlet 'thon-9'; there are: thon-1"),
        ({"site": "cho"}, "there is no site 'cho'; there are: ubnd"),
        ({"commune": "vo-nhai", "site": None}, "there is no hamlet 'thon-1'; there is none yet"),
        ({"latitude": 91.0}, "latitude 91 is outside -90 to 90"),
        ({"latitude": 106.3, "longitude": 20.87}, "latitude 106.3 and longitude 20.87 have probably changed places"),
        ({"longitude": None}, "latitude and longitude go together"),
        ({"code": "Trạm 1"}, "the device code 'Trạm 1' must be 2 to 63 characters of a-z, 0-9, - and _"),
        ({"expected_interval_seconds": 0}, "interval of 0 seconds is outside 1 to 604800"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    registry: psycopg.Connection[Any], change: dict[str, Any], reason: str
) -> None:
    assert refusal(registry, replace(FULL, **change)) == reason


def test_all_faults_of_a_device_are_named_at_once(registry: psycopg.Connection[Any]) -> None:
    words = refusal(registry, replace(FULL, kind="x", latitude=95.0, hamlet="thon-9"))
    assert [part in words for part in ("no kind 'x'", "latitude 95", "no hamlet 'thon-9'")] == [True, True, True]


def test_a_device_is_described_anew_and_keeps_its_number_and_kind(registry: psycopg.Connection[Any]) -> None:
    number = add_device(registry, FULL)
    assert add_device(registry, replace(FULL, name="Trạm mới", hamlet=None), replace=True) == number
    row = get_device(registry, "gia-loc", "tram-1")
    assert row is not None
    assert (row.device.name, row.device.hamlet) == ("Trạm mới", None)
    assert row.updated_at > row.registered_at
    with pytest.raises(RegistryRefused, match="kind environment"):
        add_device(registry, replace(FULL, kind="camera"), replace=True)


def test_places_are_described_anew_only_when_asked(registry: psycopg.Connection[Any]) -> None:
    with pytest.raises(RegistryRefused, match="the commune code 'gia-loc' is taken"):
        add_commune(registry, GIA_LOC)
    with pytest.raises(RegistryRefused, match="the hamlet code 'thon-1' is taken"):
        add_hamlet(registry, "gia-loc", HAMLET)
    add_commune(registry, replace(GIA_LOC, name="Xã Gia Lộc"), replace=True)
    add_hamlet(registry, "gia-loc", replace(HAMLET, population=900), replace=True)
    add_site(registry, "gia-loc", replace(SITE, hamlet=None), replace=True)
    assert list_communes(registry)[0].name == "Xã Gia Lộc"
    assert list_hamlets(registry, "gia-loc")[0].population == 900
    assert list_sites(registry, "gia-loc")[0].hamlet is None


def test_places_that_make_no_sense_are_refused(registry: psycopg.Connection[Any]) -> None:
    with pytest.raises(RegistryRefused, match="probably changed places"):
        add_commune(registry, replace(GIA_LOC, code="other", latitude=106.3, longitude=20.87))
    with pytest.raises(RegistryRefused, match="population -1 is negative"):
        add_hamlet(registry, "gia-loc", replace(HAMLET, code="thon-2", population=-1))
    with pytest.raises(RegistryRefused, match="the name is missing"):
        add_site(registry, "gia-loc", replace(SITE, code="cho", name=" "))


def test_pairs_are_resolved_in_one_query_and_strangers_are_missing(registry: psycopg.Connection[Any]) -> None:
    number = add_device(registry, FULL)
    add_device(registry, Device("vo-nhai", "tram-1", "wifi", state=DeviceState.RETIRED))
    found = resolve(registry, [("gia-loc", "tram-1"), ("vo-nhai", "tram-1"), ("gia-loc", "stranger"), ("x", "y")])
    assert set(found) == {("gia-loc", "tram-1"), ("vo-nhai", "tram-1")}
    first = found["gia-loc", "tram-1"]
    assert (first.device_id, first.kind, first.state) == (number, "environment", DeviceState.ACTIVE)
    assert first.expected_interval_seconds == 30
    assert found["vo-nhai", "tram-1"].state is DeviceState.RETIRED
    assert resolve(registry, []) == {}
    assert sorted(all_devices(registry), key=lambda d: d.device_id) == sorted(found.values(), key=lambda d: d.device_id)


def test_the_generation_rises_with_every_change_of_a_device_and_with_nothing_else(
    registry: psycopg.Connection[Any],
) -> None:
    seen = [generation(registry)]
    add_commune(registry, replace(GIA_LOC, code="other"))
    assert generation(registry) == seen[0]
    add_device(registry, FULL)
    seen.append(generation(registry))
    add_device(registry, replace(FULL, name="anew"), replace=True)
    seen.append(generation(registry))
    registry.execute("DELETE FROM device")
    seen.append(generation(registry))
    assert seen == sorted(set(seen))


def test_pages_of_devices_are_whole_and_in_order(registry: psycopg.Connection[Any]) -> None:
    for commune in ("vo-nhai", "gia-loc"):
        for number in range(7):
            add_device(registry, Device(commune, f"den-{number}", "lighting"))
    pages, after = [], None
    while page := list_devices(registry, after=after, limit=4):
        pages.append(page)
        after = (page[-1].device.commune, page[-1].device.code)
    assert [len(page) for page in pages] == [4, 4, 4, 2]
    codes = [(row.device.commune, row.device.code) for page in pages for row in page]
    assert codes == [(commune, f"den-{number}") for commune in ("gia-loc", "vo-nhai") for number in range(7)]


def test_devices_are_found_by_commune_kind_hamlet_and_state(registry: psycopg.Connection[Any]) -> None:
    add_device(registry, FULL)
    add_device(registry, Device("gia-loc", "cam-1", "camera"))
    add_device(registry, Device("vo-nhai", "cam-2", "camera", state=DeviceState.MAINTENANCE))
    cases: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"commune": "gia-loc"}, ["cam-1", "tram-1"]),
        ({"kind": "camera"}, ["cam-1", "cam-2"]),
        ({"hamlet": "thon-1"}, ["tram-1"]),
        ({"state": DeviceState.MAINTENANCE}, ["cam-2"]),
        ({"commune": "vo-nhai", "kind": "wifi"}, []),
    )
    for filters, codes in cases:
        assert [row.device.code for row in list_devices(registry, **filters)] == codes
        assert count_devices(registry, **filters) == len(codes)
