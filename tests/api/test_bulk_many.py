"""Five thousand devices in one file, thirty-seven wrong in twelve ways: each is told, and nothing is half done."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.bulk import NDJSON
from devices.registry import DeviceState
from devices.sheets.writing import Format
from storage.connect import connect
from tests.api.conftest import Clock, equipped
from tests.api.test_bulk import IMPORT
from tests.api.world import World
from tests.devices.sheets.books import workbook

ROWS = 5000
HEADER = ("STT", "Mã thiết bị", "Loại thiết bị", "Tên", "Vĩ độ", "Kinh độ", "Thôn", "Chu kỳ (giây)", "Trạng thái")
CODE, KIND, LATITUDE, LONGITUDE, HAMLET, INTERVAL, STATE = 1, 2, 4, 5, 6, 7, 8

Mistake = tuple[dict[int, object], str]
MISTAKES: tuple[Mistake, ...] = (
    ({KIND: "đèn đừng"}, "không có loại 'đèn đừng'"),
    ({HAMLET: "Thôn 9"}, "không có thôn 'Thôn 9'; hiện có: thon-1 (Thôn 1)"),
    ({CODE: "ĐÈN 7"}, "mã thiết bị 'ĐÈN 7' phải gồm 2 đến 63 ký tự"),
    ({CODE: None}, "thiếu code"),
    ({CODE: "den-0000"}, "lặp lại thiết bị của dòng 2"),
    ({LATITUDE: "gần chợ"}, "vĩ độ: 'gần chợ' không đọc được"),
    ({LATITUDE: 106.3, LONGITUDE: 20.87}, "vĩ độ: 106.3 là kinh độ; hai ô có lẽ bị đổi chỗ cho nhau"),
    ({LATITUDE: 2087123}, "có lẽ đã mất dấu thập phân (20.87123?)"),
    ({INTERVAL: "hằng ngày"}, "expected_interval_seconds: 'hằng ngày' không đọc được"),
    ({STATE: "hỏng"}, "state: 'hỏng' không đọc được (cần một trong dự kiến, đã đăng ký"),
    ({CODE: datetime(2026, 2, 1)}, "Excel đã đổi ô thành ngày giờ 2026-02-01"),  # noqa: DTZ001
    ({CODE: "cu-{place}", STATE: "đang hoạt động"}, "thiết bị đã ngừng sử dụng là kết thúc"),
)
"""Twelve ways to be wrong, and what is said of each in Vietnamese."""
BAD = 37


def good(number: int) -> list[object]:
    """A row as a commune writes it."""
    return [
        number + 1, f"den-{number:04}", "Đèn đường", f"Đèn số {number}", round(20.861 + number % 70 / 5000, 6),
        f"{106.291 + number // 70 / 5000:.6f}".replace(".", ","), "", 300, "đã đăng ký",
    ]  # fmt: skip


def spoilt() -> tuple[list[list[object]], dict[int, str]]:
    """All rows, and what is to be said of each bad one by its line."""
    rows, said = [good(number) for number in range(ROWS)], {}
    for place in range(BAD):
        number = 100 + place * 131
        cells, words = MISTAKES[place % len(MISTAKES)]
        for column, cell in cells.items():
            rows[number][column] = cell.format(place=place) if isinstance(cell, str) else cell
        said[number + 2] = words
    return rows, said


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with a key for passwords and an address of the broker."""
    return equipped(database_url, clock)


def send(client: httpx.Client, data: bytes, **params: Any) -> tuple[list[int], dict[str, Any]]:
    """Send a file; returns the progress as it came, and the answer."""
    headers = {"Content-Type": Format.XLSX.media_type, "Accept": NDJSON}
    with client.stream("POST", IMPORT, content=data, params=params, headers=headers, timeout=120) as answer:
        *progress, last = [json.loads(line) for line in answer.iter_lines()]
    report: dict[str, Any] = last["report"]
    return [line["through"] for line in progress], report


def counted(world: World) -> list[tuple[Any, ...]]:
    """How many devices, accounts and entries of the audit trail there are, and how often the registry has changed."""
    with closing(connect(world.url)) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM device), (SELECT count(*) FROM broker_account), "
            "(SELECT count(*) FROM audit), (SELECT generation FROM registry_generation)"
        ).fetchall()


def test_of_five_thousand_rows_thirty_seven_bad_ones_are_told_and_nothing_is_half_done(
    world: World, client: httpx.Client
) -> None:
    for place in range(len(MISTAKES) - 1, BAD, len(MISTAKES)):
        world.device(f"cu-{place}", "lighting", state=DeviceState.RETIRED)
    before = counted(world)
    rows, said = spoilt()
    data = workbook(HEADER, *rows)
    through, report = send(client, data, dry_run=True)
    assert (through[-1], len(set(through)) > 10) == (ROWS, True)
    assert (report["rows"], report["refused"], report["added"]) == (ROWS, BAD, ROWS - BAD)
    refused = {verdict["line"]: verdict["reasons"] for verdict in report["verdicts"] if verdict["reasons"]}
    assert set(refused) == set(said)
    for line, words in said.items():
        assert any(words in reason["vi"] for reason in refused[line]), (line, refused[line])
        assert all(reason["vi"] != reason["en"] for reason in refused[line])
    assert len(Counter(said.values())) == len(MISTAKES) == 12
    _, real = send(client, data)
    assert (real["done"], real["refused"], real["verdicts"]) == (False, BAD, report["verdicts"])
    assert (real["accounts"], real["sheets"]) == ([], [])
    assert counted(world) == before


def test_five_thousand_good_rows_are_imported_with_an_account_each(world: World, client: httpx.Client) -> None:
    data = workbook(HEADER, *(good(number) for number in range(ROWS)))
    through, report = send(client, data, sheets=True)
    assert (report["done"], report["added"], through[-1]) == (True, ROWS, ROWS)
    assert len({account["password"] for account in report["accounts"]}) == ROWS
    assert len(report["sheets"]) == 2
    assert {verdict["hamlet"] for verdict in report["verdicts"]} == {"thon-1"}
    ((devices, accounts, _, _),) = counted(world)
    assert (devices, accounts) == (ROWS, ROWS)
