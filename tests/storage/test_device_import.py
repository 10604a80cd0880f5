"""Importing devices: a verdict a row, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from devices.importing import parse_csv
from devices.people import Role
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from storage.broker_accounts import account_of
from storage.connect import connect
from storage.registry import add_commune, add_device, add_hamlet, add_site, count_devices, generation, get_device
from storage.registry_import import ImportReport, Outcome, Verdict, import_devices
from tests.api.world import ClearSealer


@pytest.fixture
def registry(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A commune with a hamlet and one device that is fully described."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn Một", HamletType.THON))
        add_device(connection, Device("gia-loc", "tram-1", "environment", "Trạm 1", 20.9, 106.4, hamlet="thon-1"))
        yield connection


BOUNDARY = '{"type": "Polygon", "coordinates": [[[106, 20], [106.2, 20], [106.2, 20.2], [106, 20.2], [106, 20]]]}'


def load(connection: psycopg.Connection[Any], text: str, *, dry_run: bool = False) -> ImportReport:
    """Import a CSV text."""
    return import_devices(connection, parse_csv(text, commune="gia-loc").rows, dry_run=dry_run)


def only(connection: psycopg.Connection[Any], text: str, **options: Any) -> Verdict:
    """The verdict on the only row of a CSV text."""
    (verdict,) = import_devices(connection, parse_csv(text, commune="gia-loc").rows, **options).verdicts
    return verdict


def outcomes(report: ImportReport) -> list[str]:
    """What becomes of each row."""
    return [verdict.outcome.value for verdict in report.verdicts]


def test_new_devices_are_added_and_known_ones_changed_or_left(registry: psycopg.Connection[Any]) -> None:
    add_device(registry, Device("gia-loc", "cam-1", "camera"))
    report = load(
        registry, "code,kind,name,hamlet\ntram-1,environment,Mới,thon-1\ncam-1,camera,,\nwifi-1,wifi,,thon-1\n"
    )
    assert outcomes(report) == ["changed", "unchanged", "added"]
    assert report.verdicts[0].changes == ("name",)
    assert report.done
    assert count_devices(registry) == 3


def test_an_empty_cell_empties_nothing(registry: psycopg.Connection[Any]) -> None:
    load(registry, "code,kind,name,latitude,longitude\ntram-1,environment,Tên mới,,\n")
    row = get_device(registry, "gia-loc", "tram-1")
    assert row is not None
    assert (row.device.name, row.device.latitude, row.device.hamlet) == ("Tên mới", 20.9, "thon-1")


def test_one_bad_row_keeps_all_others_out_and_every_bad_row_has_its_reason(registry: psycopg.Connection[Any]) -> None:
    report = load(
        registry,
        "code,kind,hamlet,latitude,longitude\n"
        "wifi-1,wifi,thon-1,20.87,106.3\n"
        "wifi-2,wifi,thon-9,,\n"
        "tram-1,camera,,,\n"
        "wifi-3,wifi,,106.3,20.87\n"
        "wifi-1,wifi,,,\n",
    )
    assert outcomes(report) == ["added", "refused", "refused", "refused", "refused"]
    assert [verdict.line for verdict in report.verdicts] == [2, 3, 4, 5, 6]
    reasons = [verdict.faults[0].en for verdict in report.verdicts[1:]]
    assert reasons == [
        "there is no hamlet 'thon-9'; there are: thon-1 (Thôn Một)",
        "is registered as environment; the kind cannot change, use another code",
        "latitude: '106.3' is a longitude; the two cells have probably changed places",
        "repeats the device of line 2",
    ]
    assert not report.done
    assert count_devices(registry) == 1


def test_a_dry_run_judges_and_writes_nothing(registry: psycopg.Connection[Any]) -> None:
    before = generation(registry)
    report = load(registry, "code,kind\nwifi-1,wifi\ntram-1,environment\n", dry_run=True)
    assert outcomes(report) == ["added", "unchanged"]
    assert not report.done
    assert (generation(registry), count_devices(registry)) == (before, 1)


def test_importing_the_same_file_again_changes_nothing(registry: psycopg.Connection[Any]) -> None:
    text = "code,kind,interval\n" + "".join(f"den-{n},lighting,300\n" for n in range(1200))
    assert load(registry, text).count(Outcome.ADDED) == 1200
    before = generation(registry)
    again = load(registry, text)
    assert again.count(Outcome.UNCHANGED) == 1200
    assert generation(registry) == before


def test_progress_is_told_of_every_row(registry: psycopg.Connection[Any]) -> None:
    told: list[int] = []
    text = "code,kind\ntram-1,environment\n" + "".join(f"den-{n},lighting\n" for n in range(1001))
    import_devices(registry, parse_csv(text, commune="gia-loc").rows, progress=told.append)
    assert sum(told) == 1002
    assert len(told) > 2


def test_a_kind_without_a_row_of_its_commune_is_refused_by_name(registry: psycopg.Connection[Any]) -> None:
    report = import_devices(registry, parse_csv("commune,code,kind\ngia-lok,wifi-1,wifi\n").rows)
    assert report.verdicts[0].faults[0].vi == "không có xã 'gia-lok'; hiện có: gia-loc"


def test_hamlets_and_sites_are_found_by_their_names(registry: psycopg.Connection[Any]) -> None:
    add_site(registry, "gia-loc", Site("ubnd", "Trụ sở UBND xã", SiteType.UBND, 20.87, 106.3))
    verdict = only(registry, "mã,loại,thôn,địa điểm\nw-1,wifi,Một,tru so ubnd xa\n")
    assert (verdict.device.hamlet, verdict.device.site, verdict.faults) == ("thon-1", "ubnd", ())
    assert "there are: ubnd (Trụ sở UBND xã)" in only(registry, "mã,loại,địa điểm\nw-2,wifi,chợ\n").faults[0].en


def test_a_device_without_a_hamlet_is_given_the_one_that_it_stands_in(registry: psycopg.Connection[Any]) -> None:
    add_hamlet(registry, "gia-loc", Hamlet("thon-2", "Thôn Hai", HamletType.THON, boundary=BOUNDARY))
    assert only(registry, 'mã,loại,toạ độ\nw-1,wifi,"20.1, 106.1"\n').device.hamlet == "thon-2"
    outside = only(registry, 'mã,loại,toạ độ\nw-2,wifi,"20.5, 106.1"\n')
    assert (outside.outcome, outside.device.hamlet) == (Outcome.ADDED, None)
    assert "lies outside the hamlets of commune gia-loc" in outside.warnings[0].en
    moved = only(registry, 'mã,loại,toạ độ\nw-1,wifi,"20.1, 106.11"\n')
    assert (moved.outcome, moved.changes, moved.device.hamlet) == (Outcome.CHANGED, ("longitude",), "thon-2")


def test_a_place_far_from_a_commune_without_boundaries_is_warned_of(registry: psycopg.Connection[Any]) -> None:
    verdict = only(registry, 'mã,loại,toạ độ\nw-1,wifi,"10.77, 106.7"\n')
    assert verdict.outcome is Outcome.ADDED
    assert verdict.warnings[0].en == "this place is 1124 km away from commune gia-loc; check the coordinates"


def test_a_device_that_has_gone_into_service_since_stays_there(registry: psycopg.Connection[Any]) -> None:
    add_device(registry, Device("gia-loc", "w-1", "wifi", state=DeviceState.ACTIVE))
    assert only(registry, "mã,loại,trạng thái\nw-1,wifi,đã đăng ký\n").outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("before", "after", "role", "reason"),
    [
        (DeviceState.RETIRED, "active", None, "a retired device is at its end"),
        (DeviceState.REGISTERED, "đang hoạt động", None, "becomes active by itself"),
        (DeviceState.ACTIVE, "dự kiến", None, "is a plan no more"),
        (DeviceState.ACTIVE, "ngừng", Role.TECHNICIAN, "is for the role operator or above to say"),
        (DeviceState.ACTIVE, "ngừng", Role.OPERATOR, None),
        (DeviceState.ACTIVE, "bảo trì", Role.TECHNICIAN, None),
    ],
)
def test_a_step_of_a_life_that_makes_no_sense_is_refused_in_a_file_too(
    registry: psycopg.Connection[Any], before: DeviceState, after: str, role: Role | None, reason: str | None
) -> None:
    add_device(registry, Device("gia-loc", "w-1", "wifi", state=before))
    verdict = only(registry, f"mã,loại,trạng thái\nw-1,wifi,{after}\n", role=role)
    assert verdict.outcome is (Outcome.REFUSED if reason else Outcome.CHANGED)
    assert reason is None or reason in verdict.faults[0].en


def test_every_new_device_is_given_an_account_and_its_password_once(registry: psycopg.Connection[Any]) -> None:
    rows = parse_csv("mã,loại\nw-2,wifi\ntram-1,environment\nw-1,wifi\n", commune="gia-loc").rows
    report = import_devices(registry, rows, with_accounts=True, sealer=ClearSealer())
    assert [new.account.username for new in report.accounts] == ["gia-loc.w-2", "gia-loc.w-1"]
    sealed = registry.execute("SELECT username, sealed_password FROM broker_account").fetchall()
    assert {name: bytes(password).decode() for name, password in sealed} == {
        new.account.username: new.password for new in report.accounts
    }
    assert str(report.accounts[0].password) not in repr(report)
    again = import_devices(registry, rows, with_accounts=True, sealer=ClearSealer())
    assert again.accounts == ()
    assert registry.execute("SELECT username, sealed_password FROM broker_account").fetchall() == sealed


def test_without_a_key_to_seal_with_the_account_waits_for_a_password(registry: psycopg.Connection[Any]) -> None:
    rows = parse_csv("mã,loại\nw-1,wifi\n", commune="gia-loc").rows
    (new,) = import_devices(registry, rows, with_accounts=True).accounts
    row = get_device(registry, "gia-loc", "w-1")
    assert new.password is None
    assert row is not None
    account = account_of(registry, row.device_id)
    assert account is not None
    assert not account.has_password


def test_a_dry_run_and_a_refused_file_give_no_accounts(registry: psycopg.Connection[Any]) -> None:
    good = parse_csv("mã,loại\nw-1,wifi\n", commune="gia-loc").rows
    bad = parse_csv("mã,loại\nw-1,wifi\nw-2,wify\n", commune="gia-loc").rows
    assert import_devices(registry, good, dry_run=True, with_accounts=True, sealer=ClearSealer()).accounts == ()
    assert import_devices(registry, bad, with_accounts=True, sealer=ClearSealer()).accounts == ()
    assert registry.execute("SELECT count(*) FROM broker_account").fetchall() == [(0,)]


class Gone(Exception):
    """The one who asked has left."""


def test_one_who_leaves_before_the_end_leaves_nothing_behind(registry: psycopg.Connection[Any]) -> None:
    rows = parse_csv("mã,loại\n" + "".join(f"w-{n:04},wifi\n" for n in range(600)), commune="gia-loc").rows
    seen = 0

    def leave(count: int) -> None:
        nonlocal seen
        seen += count
        if seen >= 500:
            raise Gone

    with pytest.raises(Gone):
        import_devices(registry, rows, progress=leave, with_accounts=True, sealer=ClearSealer())
    assert count_devices(registry) == 1
    assert registry.execute("SELECT count(*) FROM broker_account").fetchall() == [(0,)]


def test_tags_and_all_other_fields_survive_a_change_in_bulk(registry: psycopg.Connection[Any]) -> None:
    text = 'mã,loại,tên,nhãn,chiều cao,ghi chú\ntram-1,environment,"Trạm ""A""; \\ 1","cột 5, đường 2","4,5","a\nb"\n'
    verdict = only(registry, text)
    assert set(verdict.changes) == {"name", "tags", "height_m", "note"}
    row = get_device(registry, "gia-loc", "tram-1")
    assert row is not None
    assert row.device == verdict.device
    assert (row.device.tags, row.device.name, row.device.note) == (("cột 5", "đường 2"), 'Trạm "A"; \\ 1', "a\nb")
    assert row.device.latitude == 20.9
