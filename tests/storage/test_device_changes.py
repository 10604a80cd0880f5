"""Changes of devices and places in the database: versions, finality, who waits for whom, and what the role may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import errors

from devices.people import Role as PersonRole
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage import place_changes
from storage.connect import connect
from storage.device_changes import chain_of, change_state, describe, register, succeed, swap
from storage.errors import CodeTaken, Outdated, RegistryRefused, RoleRefused, StateRefused, driver_errors
from storage.places import add_commune, add_hamlet, add_site
from storage.registry import add_device, generation, get_device
from storage.roles import Role
from storage.upkeep import activate_devices

PAIR = ("gia-loc", "den-1")
LAMP = Device(*PAIR, "lighting", serial="S1", latitude=20.5, longitude=106.5, tags=("đợt 1", "chợ"))
BOUNDARY = '{"type": "Polygon", "coordinates": [[[106, 20], [107, 20], [107, 21], [106, 21], [106, 20]]]}'


@pytest.fixture
def registry(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The registry as the API writes it: a commune, a hamlet with a boundary and one without, a site."""
    with closing(connect(database_url, role=Role.REGISTRY, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.5, 106.5))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn 1", HamletType.THON, boundary=BOUNDARY))
        add_hamlet(connection, "gia-loc", Hamlet("thon-2", "Thôn 2", HamletType.THON))
        add_site(connection, "gia-loc", Site("cho", "Chợ", SiteType.MARKET, 20.5, 106.5, "thon-1"))
        yield connection


def there(connection: psycopg.Connection[Any], code: str = "den-1") -> Device:
    row = get_device(connection, "gia-loc", code)
    assert row is not None
    return row.device


def test_a_device_is_registered_with_the_hamlet_of_its_place(registry: psycopg.Connection[Any]) -> None:
    done = register(registry, LAMP)
    assert (done.version, done.warnings) == (1, ())
    assert there(registry) == replace(LAMP, hamlet="thon-1", expected_interval_seconds=300)


def test_every_change_raises_the_version_and_one_that_changes_nothing_does_not(
    registry: psycopg.Connection[Any],
) -> None:
    register(registry, LAMP)
    assert describe(registry, PAIR, {"name": "Đèn"}, expected={1}).version == 2
    assert describe(registry, PAIR, {"name": "Đèn"}, expected={2}).version == 2
    assert change_state(registry, PAIR, DeviceState.MAINTENANCE, role=None, expected={1, 2}).version == 3
    with pytest.raises(Outdated) as outdated:
        describe(registry, PAIR, {"name": "x"}, expected={2})
    assert outdated.value.version == 3
    with pytest.raises(Outdated):
        describe(registry, PAIR, {"name": "x"}, expected=frozenset())


def test_what_is_changed_elsewhere_raises_the_version_too(registry: psycopg.Connection[Any], database_url: str) -> None:
    register(registry, LAMP)
    with closing(connect(database_url, autocommit=True)) as owner:
        owner.execute("INSERT INTO ledger (device_id, day, stored) SELECT device_id, '2026-11-20', 1 FROM device")
        assert activate_devices(owner) == 1
        assert owner.execute("SELECT actor, after FROM audit ORDER BY audit_id DESC LIMIT 1").fetchone() == (
            "maintain", {"state": "active"},
        )  # fmt: skip
    with pytest.raises(Outdated):
        describe(registry, PAIR, {"name": "x"}, expected={1})


def test_a_registration_raises_the_generation_once(registry: psycopg.Connection[Any]) -> None:
    before = generation(registry)
    register(registry, LAMP)
    assert generation(registry) == before + 1


def test_retired_is_final_whatever_way_is_tried(registry: psycopg.Connection[Any]) -> None:
    register(registry, LAMP)
    change_state(registry, PAIR, DeviceState.RETIRED, role=PersonRole.OPERATOR, expected=None)
    retired_at = registry.execute("SELECT retired_at FROM device").fetchone()
    assert retired_at != (None,)
    tries: tuple[Callable[[], object], ...] = (
        lambda: change_state(registry, PAIR, DeviceState.ACTIVE, role=None, expected=None),
        lambda: swap(registry, PAIR, {"serial": "S2"}, expected=None),
        lambda: add_device(registry, LAMP, replace=True),
    )
    for attempt in tries:
        with pytest.raises(StateRefused, match="at its end"):
            attempt()
    with pytest.raises(StateRefused, match="at its end"), driver_errors():
        registry.execute("UPDATE device SET state = 'active'")
    assert describe(registry, PAIR, {"note": "trong kho"}, expected=None).warnings == ()
    assert registry.execute("SELECT retired_at FROM device").fetchone() == retired_at


def test_a_device_that_replaces_has_the_place_and_not_the_hardware(registry: psycopg.Connection[Any]) -> None:
    old = register(registry, replace(LAMP, name="Đèn chợ", note="cột 12", model="M1", maker="Hãng", site="cho"))
    with pytest.raises(RoleRefused) as refused:
        succeed(registry, PAIR, {"code": "den-2"}, role=PersonRole.TECHNICIAN, expected=None)
    assert refused.value.needed is PersonRole.OPERATOR
    assert there(registry).state is DeviceState.REGISTERED
    new = succeed(registry, PAIR, {"code": "den-2", "serial": "S2"}, role=PersonRole.OPERATOR, expected={1})
    device = there(registry, "den-2")
    assert (device.name, device.site, device.hamlet, device.tags) == ("Đèn chợ", "cho", "thon-1", LAMP.tags)
    assert (device.serial, device.model, device.maker, device.note) == ("S2", "", "", "")
    third = succeed(registry, ("gia-loc", "den-2"), {"code": "den-3", "latitude": 25.0}, role=None, expected=None)
    assert third.warnings
    for number in (old.device_id, new.device_id, third.device_id):
        assert [link.code for link in chain_of(registry, number)] == ["den-1", "den-2", "den-3"]
    with pytest.raises(StateRefused, match="replaced by den-2"):
        succeed(registry, PAIR, {"code": "den-4"}, role=None, expected=None)


def test_a_replacement_that_is_refused_is_undone_whole(registry: psycopg.Connection[Any]) -> None:
    register(registry, LAMP)
    register(registry, replace(LAMP, code="den-2"))
    with pytest.raises(CodeTaken), registry.transaction():
        succeed(registry, PAIR, {"code": "den-2"}, role=None, expected=None)
    assert there(registry).state is DeviceState.REGISTERED


def test_what_is_only_planned_is_not_replaced(registry: psycopg.Connection[Any]) -> None:
    register(registry, replace(LAMP, state=DeviceState.PLANNED))
    with pytest.raises(StateRefused, match="nothing to replace yet"):
        succeed(registry, PAIR, {"code": "den-2"}, role=None, expected=None)
    with pytest.raises(StateRefused, match="nothing to replace yet"):
        swap(registry, PAIR, {"serial": "S2"}, expected=None)


def test_a_change_of_what_is_not_registered_is_refused(registry: psycopg.Connection[Any]) -> None:
    with pytest.raises(RegistryRefused, match="has no device 'den-1'"):
        describe(registry, PAIR, {}, expected=None)
    with pytest.raises(RegistryRefused, match="is not registered"):
        place_changes.change_hamlet(registry, "gia-loc", "thon-9", {}, expected=None)


def test_places_have_versions_too_and_devices_keep_their_hamlet_when_a_boundary_changes(
    registry: psycopg.Connection[Any],
) -> None:
    register(registry, LAMP)
    assert place_changes.change_hamlet(registry, "gia-loc", "thon-1", {"boundary": None}, expected={1}) == 2
    assert place_changes.change_hamlet(registry, "gia-loc", "thon-2", {"boundary": BOUNDARY}, expected={1}) == 2
    assert there(registry).hamlet == "thon-1"
    describe(registry, PAIR, {"latitude": 20.6}, expected=None)
    assert there(registry).hamlet == "thon-2"
    assert place_changes.change_site(registry, "gia-loc", "cho", {"hamlet": None}, expected={1}) == 2
    assert place_changes.change_commune(registry, "gia-loc", {"name": "Xã Gia Lộc"}, expected={1}) == 2
    for change in (place_changes.change_site, place_changes.change_hamlet):
        code = "cho" if change is place_changes.change_site else "thon-1"
        with pytest.raises(Outdated):
            change(registry, "gia-loc", code, {"name": "x"}, expected={1})
    with pytest.raises(RegistryRefused, match="population -1 is negative"):
        place_changes.change_hamlet(registry, "gia-loc", "thon-1", {"population": -1}, expected=None)


def test_writers_of_many_devices_and_of_one_never_wait_for_each_other_in_a_ring(
    registry: psycopg.Connection[Any], database_url: str
) -> None:
    codes = [f"den-{number}" for number in range(8)]
    for code in codes:
        register(registry, replace(LAMP, code=code))
    faults: list[BaseException] = []
    together = threading.Barrier(3)

    def write(order: list[str]) -> None:
        try:
            with closing(connect(database_url, role=Role.REGISTRY)) as connection:
                together.wait(20)
                for turn in range(5):
                    for code in order:
                        describe(connection, ("gia-loc", code), {"note": f"{order[0]} {turn}"}, expected=None)
                    connection.commit()
        except BaseException as error:
            faults.append(error)

    orders = (codes, codes[::-1], codes[4:] + codes[:4])
    threads = [threading.Thread(target=write, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    counted = registry.execute("SELECT count(DISTINCT note), min(version), max(version) FROM device").fetchone()
    assert counted == (1, 16, 16)


def test_the_role_of_the_registry_keeps_it_and_touches_nothing_that_arrived(
    registry: psycopg.Connection[Any],
) -> None:
    register(registry, LAMP)
    for statement in (
        "DELETE FROM device",
        "DELETE FROM hamlet",
        "DELETE FROM commune",
        "UPDATE kind SET name = 'x'",
        "SELECT FROM environment",
        "INSERT INTO latest DEFAULT VALUES",
        "SELECT FROM dead_letter",
        "UPDATE ledger SET received = 0",
        "UPDATE registry_generation SET generation = 0",
        "CREATE TABLE commune.mine ()",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            registry.execute(statement)
