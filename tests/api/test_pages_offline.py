"""Places without signal: what a phone keeps and never keeps, and registrations that wait, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from devices.people import Role
from tests.api.conftest import Clock, equipped
from tests.api.signing import PASSWORD, person
from tests.api.visiting import Visit, visit
from tests.api.world import World
from tests.waiting import wait_until

KEPT = "Boolean(localStorage.getItem('kept_at'))"
EVERYTHING_KEPT = """async () => {
    let all = JSON.stringify(localStorage);
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) all += request.url + await (await cache.match(request)).text();
    }
    return all;
}"""


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with everything that registering needs."""
    return equipped(database_url, clock)


@pytest.fixture
def phone(chromium: Browser, address: str, world: World) -> Iterator[Visit]:
    """A technician's phone that has kept what registering needs."""
    world.device("den-001", "lighting", name="Đèn 1")
    made = visit(chromium, address, world, Role.TECHNICIAN, keeps=True)
    made.page.goto(f"{address}/devices/new")
    wait_until(lambda: made.page.evaluate(KEPT), "the phone has kept what registering needs")
    yield made
    made.page.context.close()
    assert made.complaints == []


def keep_entry(phone: Visit, name: str, code: str | None = None) -> Locator:
    """Register a lamp without signal; its entry among those that wait."""
    page = phone.page
    page.context.set_offline(True)
    page.goto(f"{phone.address}/devices/new")
    page.get_by_label("Loại thiết bị").select_option("lighting")
    page.get_by_label("Tên dễ nhớ").fill(name)
    expect(page.get_by_label("Mã thiết bị")).not_to_have_value("")
    if code:
        page.get_by_label("Mã thiết bị").fill(code)
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    entry = page.locator(".entry", has_text=name)
    expect(entry).to_contain_text("chờ gửi")
    return entry


def devices(page: Page) -> list[str]:
    """The codes that the server has."""
    found: list[str] = page.evaluate(
        "fetch('/api/v1/devices?limit=100').then(a => a.json()).then(d => d.items.map(one => one.code))"
    )
    return found


def test_lists_are_there_without_signal_and_say_that_they_are_old(phone: Visit) -> None:
    page = phone.page
    page.goto(f"{phone.address}/devices")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator("#offline")).to_contain_text("Không có sóng")
    page.goto(f"{phone.address}/devices/gia-loc/never-seen")
    expect(page.locator("h1")).to_have_text("Đăng ký thiết bị")


def test_two_entries_without_signal_get_two_codes_and_both_are_sent(phone: Visit) -> None:
    first = keep_entry(phone, "Đèn A")
    expect(first).to_contain_text("den-002")
    second = keep_entry(phone, "Đèn B", "den-003")
    expect(phone.page.locator("#waiting")).to_contain_text("2 thiết bị đang chờ gửi")
    phone.page.context.set_offline(False)
    for entry in (first, second):
        expect(entry).to_contain_text("đã đăng ký")
    expect(phone.page.locator("#waiting")).to_be_hidden()
    assert devices(phone.page) == ["den-001", "den-002", "den-003"]
    first.get_by_role("button", name="Xong").click()
    expect(first).to_have_count(0)


def test_a_code_that_somebody_took_meanwhile_is_shown_to_be_mended(phone: Visit) -> None:
    entry = keep_entry(phone, "Đèn C")
    phone.world.device("den-002", "lighting")
    page = phone.page
    page.context.set_offline(False)
    expect(entry).to_contain_text("cần sửa")
    expect(entry.locator(".message")).to_contain_text("den-002")
    entry.get_by_role("button", name="Sửa").click()
    expect(page.get_by_label("Tên dễ nhớ")).to_have_value("Đèn C")
    page.get_by_label("Mã thiết bị").fill("den-003")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator("#done h1")).to_have_text("Đã đăng ký Đèn C")
    assert devices(page) == ["den-001", "den-002", "den-003"]


def test_who_is_signed_out_meanwhile_signs_in_and_the_entry_is_sent(phone: Visit) -> None:
    entry = keep_entry(phone, "Đèn D")
    page = phone.page
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.set_offline(False)
    notice = page.locator("#queue-notice")
    expect(notice).to_contain_text("Phiên đăng nhập đã hết")
    expect(entry).to_contain_text("chờ gửi")
    notice.get_by_role("link", name="Đăng nhập lại").click()
    page.get_by_label("Tên đăng nhập").fill("technician")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(entry).to_contain_text("đã đăng ký")
    assert len(cookies) > 0


def test_an_entry_of_somebody_else_waits_until_it_is_sent_in_ones_own_name(phone: Visit) -> None:
    entry = keep_entry(phone, "Đèn E")
    page = phone.page
    page.context.clear_cookies()
    person(phone.world.url, "minh")
    page.context.set_offline(False)
    page.goto(f"{phone.address}/sign-in?next=/devices/new")
    page.get_by_label("Tên đăng nhập").fill("minh")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(entry).to_contain_text("Do technician nhập")
    assert devices(page) == ["den-001"]
    entry.get_by_role("button", name="Gửi").click()
    expect(entry).to_contain_text("đã đăng ký")


def test_nothing_secret_is_kept_and_signing_out_leaves_no_lists(phone: Visit) -> None:
    page = phone.page
    page.get_by_label("Loại thiết bị").select_option("lighting")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    password = page.locator("#done .secret").inner_text()
    token = page.evaluate("fetch('/api/v1/me').then(a => a.json()).then(me => me.csrf_token)")
    page.goto(f"{phone.address}/devices/gia-loc/den-002#account")
    expect(page.locator("#account")).to_contain_text("gia-loc.den-002")
    kept: str = page.evaluate(EVERYTHING_KEPT)
    assert "Đèn 1" in kept
    assert password not in kept
    assert token not in kept
    assert "den-002/account" not in kept
    page.goto(f"{phone.address}/account")
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page.get_by_label("Mật khẩu")).to_be_visible()
    wait_until(lambda: "Đèn 1" not in page.evaluate(EVERYTHING_KEPT), "the lists are gone")
