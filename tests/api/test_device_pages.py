"""The technicians' pages in a real browser: the list, a device, registering; open to everybody, and light."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from devices.people import Role
from tests.api.conftest import Clock, equipped
from tests.api.visiting import DESK, Visit, fill_village, visit
from tests.api.world import World


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with everything that a technician needs."""
    return equipped(database_url, clock)


@pytest.fixture
def village(world: World) -> World:
    """A village whose devices may be changed."""
    return fill_village(world)


@pytest.fixture
def phone(chromium: Browser, address: str, village: World) -> Iterator[Visit]:
    """A technician's phone."""
    made = visit(chromium, address, village, Role.TECHNICIAN)
    yield made
    made.page.context.close()
    assert made.complaints == []


@pytest.fixture
def desk(chromium: Browser, address: str, village: World) -> Iterator[Visit]:
    """An operator's desk."""
    made = visit(chromium, address, village, Role.OPERATOR, DESK)
    yield made
    made.page.context.close()
    assert made.complaints == []


def test_what_was_set_aside_is_told_with_its_content_and_can_be_replayed(phone: Visit) -> None:
    page = phone.open("/devices/gia-loc/env-01")
    part = page.locator("#set-aside")
    expect(part.locator(".count")).to_have_text("1")
    part.locator("summary").first.click()
    letter = part.locator(".letter")
    expect(letter).to_contain_text("mã báo lỗi của cảm biến")
    letter.get_by_text("Xem nội dung bản tin").click()
    expect(letter.locator("pre")).to_contain_text('"pm25":-999')
    letter.get_by_role("button", name="Nạp lại").click()
    expect(part.locator("[role=status]")).to_have_text("Đã nạp lại: 0 bản tin thành số đo, 1 vẫn để riêng.")


def test_the_state_of_a_device_is_changed_with_the_reason_and_read_in_its_history(desk: Visit) -> None:
    page = desk.open("/devices/gia-loc/env-01")
    page.locator("#life > summary").click()
    page.get_by_label("Ghi chú cho lần chuyển này").fill("thay bộ nguồn")
    page.get_by_role("button", name="Chuyển sang: bảo trì").click()
    expect(page.locator("#standing")).to_contain_text("bảo trì")
    page.locator("#history > summary").click()
    entry = page.locator("#history .letter").first
    expect(entry).to_contain_text("operator")
    expect(entry).to_contain_text("thay bộ nguồn")
    expect(entry).to_contain_text("active → maintenance")


def test_two_people_who_edit_one_device_do_not_overwrite_each_other(phone: Visit) -> None:
    page = phone.open("/devices/gia-loc/env-01")
    page.locator("#about > summary").click()
    page.get_by_role("button", name="Sửa hồ sơ").click()
    page.get_by_label("Ghi chú").wait_for()
    changed = page.evaluate(
        """async () => {
        const {etag} = {etag: (await fetch('/api/v1/devices/gia-loc/env-01')).headers.get('ETag')};
        const {csrf_token} = await (await fetch('/api/v1/me')).json();
        const headers = {'If-Match': etag, 'X-CSRF-Token': csrf_token, 'Content-Type': 'application/json'};
        const body = JSON.stringify({name: 'Trạm của người khác'});
        return (await fetch('/api/v1/devices/gia-loc/env-01', {method: 'PATCH', headers, body})).status; }"""
    )
    assert changed == 200
    page.get_by_label("Ghi chú").fill("cột số 12")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("#edit [role=alert]")).to_contain_text("Người khác vừa sửa thiết bị này")
    expect(page.locator("#edit [name=name]")).to_have_value("Trạm của người khác")
    page.get_by_label("Ghi chú").fill("cột số 12")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("h1")).to_have_text("Trạm của người khác")


def test_a_new_password_is_shown_once_with_its_code_and_where_the_broker_is(phone: Visit) -> None:
    page = phone.open("/devices/gia-loc/env-01")
    page.locator("#account > summary").click()
    expect(page.locator("#account")).to_contain_text("Chưa có mật khẩu")
    page.get_by_role("button", name="Cấp mật khẩu mới").click()
    codes = page.locator("#account .account > .fact code")
    expect(codes.first).to_have_class("copy secret")
    expect(page.locator("#account")).to_contain_text("mqtt.example")
    expect(page.locator("#account")).to_contain_text("8883")
    page.get_by_role("button", name="Hiện mã QR").click()
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator("#live [data-live], #live")).to_be_visible()
    # What a browser does before it keeps the page for the way back.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect(page.locator("#account .secret, .qr")).to_have_count(0)
    expect(page.get_by_role("button", name="Hiện mã QR")).to_have_count(0)
    expect(page.locator("#account")).to_contain_text("gia-loc.env-01")
    page.reload()
    page.locator("#account > summary").click()
    expect(page.locator("#account .secret")).to_have_count(0)
