"""Importing devices: a verdict a row, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from devices.importing import parse_csv
from devices.registry import Commune, Device, Hamlet, HamletType
from storage.connect import connect
from storage.registry import add_commune, add_device, add_hamlet, count_devices, generation, get_device
from storage.registry_import import ImportReport, Outcome, import_devices


@pytest.fixture
def registry(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A commune with a hamlet and one device that is fully described."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn Một", HamletType.THON))
        add_device(connection, Device("gia-loc", "tram-1", "environment", "Trạm 1", 20.9, 106.4, hamlet="thon-1"))
        yield connection


def load(connection: psycopg.Connection[Any], text: str, *, dry_run: bool = False) -> ImportReport:
    """Import a CSV text."""
    return import_devices(connection, parse_csv(text, commune="gia-loc").rows, dry_run=dry_run)


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
        "there is no hamlet 'thon-9'; there are: thon-1",
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
