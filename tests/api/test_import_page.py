"""The page on which many devices are imported, in a real browser, as a person with a spreadsheet sees it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from playwright.sync_api import Browser, FilePayload, Page, expect

from devices.people import Role
from devices.sheets.writing import ACCOUNT_HEADER
from tests.api.browsing import Watched, watch
from tests.api.conftest import Clock, equipped
from tests.api.world import World, token
from tests.devices.sheets.books import workbook

HEADER = ("Mã thiết bị", "Loại thiết bị", "Tên", "Toạ độ", "Thôn", "Cột lạ")
GOOD = ("den-1", "Đèn đường", "Đèn cổng chợ", "20,8712; 106,3012", "", "x")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with a key for passwords and an address of the broker."""
    return equipped(database_url, clock)


@pytest.fixture
def phone(chromium: Browser, address: str, world: World) -> Iterator[Watched]:
    """The page of an operator on a phone; at its end it has asked nobody else and complained of nothing."""
    world.device("tram-1", name="Trạm 1")
    watched = watch(chromium, address, token(world.url, Role.OPERATOR), width=390, height=844)
    yield watched
    watched.page.context.close()
    assert watched.strangers == []
    assert watched.complaints == []


def choose(page: Page, data: bytes, name: str = "thiết bị.xlsx") -> None:
    """Choose a file, as a person does after tapping the button."""
    page.locator("#file").set_input_files(FilePayload(name=name, mimeType=XLSX, buffer=data))


def cells(page: Page) -> list[list[str]]:
    """What the table of verdicts shows."""
    return [row.locator("td").all_inner_texts() for row in page.locator("#rows tr").all()]


def test_a_file_is_tried_mended_and_imported_and_its_accounts_are_saved(phone: Watched, tmp_path: Path) -> None:
    page = phone.open("/devices/import")
    changed = ("tram-1", "environment", "Trạm đầu làng", "", "", "")
    choose(page, workbook(HEADER, GOOD, ("den-2", "đèn đừng", "", "", "Thôn 9", ""), changed))
    expect(page.locator("#summary")).to_have_text(
        "1 dòng bị từ chối, nên chưa nhập được dòng nào. Hãy sửa tệp rồi chọn lại."
    )
    expect(page.locator("#confirm")).to_be_hidden()
    expect(page.locator("#notes")).to_contain_text("cột 'Cột lạ' không dùng đến")
    ((line, device, outcome, why),) = cells(page)
    assert (line, device.strip(), outcome) == ("3", "den-2", "Từ chối")
    assert "không có loại 'đèn đừng'" in why
    assert "không có thôn 'Thôn 9'; hiện có: thon-1 (Thôn 1), thon-2 (Thôn 2)" in why

    choose(page, workbook(HEADER, GOOD, changed))
    expect(page.locator("#summary")).to_have_text("Tệp dùng được: 1 thiết bị mới, 1 thay đổi, 0 giữ nguyên.")
    page.locator("[data-outcome=changed].chip").click()
    assert cells(page)[0][3].strip() == "Tên thiết bị: Trạm 1 → Trạm đầu làng"
    page.locator("#confirm", has_text="Nhập 2 thiết bị").click()
    expect(page.locator("#summary")).to_have_text("Đã nhập: 1 thiết bị mới, 1 thay đổi, 0 giữ nguyên.")
    expect(page.locator("#accounts-say")).to_contain_text("Mật khẩu chỉ có trên trang này, lần này.")
    saved = {}
    for ending in ("xlsx", "csv"):
        with page.expect_download() as download:
            page.locator(f"#sheets a[download$={ending}]").click()
        assert download.value.suggested_filename == f"tai-khoan-gia-loc-2026-11-20.{ending}"
        download.value.save_as(tmp_path / ending)
        saved[ending] = (tmp_path / ending).read_bytes()
    (_, row) = load_workbook(io.BytesIO(saved["xlsx"])).worksheets[0].values
    (plain,) = csv.DictReader(io.StringIO(saved["csv"].decode("utf-8-sig")))
    assert list(plain) == list(ACCOUNT_HEADER)
    assert row[9] == plain["Mật khẩu / Password"]
    assert str(row[9]) not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_operator_finds_it_from_the_list_of_devices(phone: Watched) -> None:
    page = phone.open("/devices")
    page.get_by_role("link", name="Nhập từ tệp").click()
    expect(page.locator("h1")).to_have_text("Nhập nhiều thiết bị từ tệp")


def test_a_file_that_changes_nothing_needs_no_confirmation(phone: Watched) -> None:
    page = phone.open("/devices/import")
    choose(page, "mã,loại\ntram-1,environment\n".encode(), "a.csv")
    expect(page.locator("#summary")).to_have_text("Mọi thiết bị trong tệp đã đúng như vậy rồi.")
    expect(page.locator("#confirm")).to_be_hidden()


def test_templates_and_exports_are_of_the_chosen_commune(phone: Watched) -> None:
    page = phone.open("/devices/import?lang=en")
    with page.expect_download() as download:
        page.get_by_text("Excel template").click()
    assert download.value.suggested_filename == "mau-thiet-bi-gia-loc.xlsx"
    with page.expect_download() as download:
        page.get_by_text("Export the list (CSV)").click()
    assert download.value.suggested_filename == "thiet-bi-gia-loc-2026-11-20.csv"


def test_a_file_of_many_rows_shows_them_in_parts(phone: Watched) -> None:
    page = phone.open("/devices/import")
    choose(page, ("mã,loại\n" + "".join(f"den-{n},lighting\n" for n in range(250))).encode(), "nhiều.csv")
    expect(page.locator("#rows tr")).to_have_count(100)
    page.locator("#more").click()
    page.locator("#more", has_text="Hiện thêm 50 dòng").click()
    expect(page.locator("#rows tr")).to_have_count(250)
    expect(page.locator("#more")).to_be_hidden()


def test_what_the_server_refuses_is_said_in_its_words_and_may_be_tried_again(
    chromium: Browser, address: str, world: World
) -> None:
    watched = watch(chromium, address, token(world.url, Role.OPERATOR))
    page = watched.open("/devices/import")
    choose(page, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cũ.xls")
    expect(page.locator("#problem")).to_have_text(
        "Tệp .xls kiểu cũ hoặc có mật khẩu; hãy bỏ mật khẩu và lưu lại thành .xlsx."
    )
    expect(page.locator("#again")).to_be_visible()
    watched.page.context.close()


def test_a_technician_is_not_let_in(chromium: Browser, address: str, world: World) -> None:
    watched = watch(chromium, address, token(world.url, Role.TECHNICIAN))
    page = watched.page
    answer = page.goto(f"{address}/devices/import")
    assert answer is not None
    assert answer.status == 403
    page.context.close()
