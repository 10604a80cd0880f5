"""The technicians' pages in a real browser: the list, a device, registering; open to everybody, and light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from devices.people import Role
from devices.registry import DeviceState
from tests.api.browsing import PATIENCE_MILLISECONDS
from tests.api.conftest import Clock, equipped
from tests.api.signing import PASSWORD, person
from tests.api.world import NOW, World

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=800)
HEAVIEST_BYTES = 300_000
SMALLEST_TARGET = 44
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "/": ".device",
    "/devices": ".item",
    "/devices/new": "#map .hamlet",
    "/devices/gia-loc/env-01": "#chart svg",
    "/devices/gia-loc/none": "h1",
    "/account": "h1",
    "/sign-in": "h1",
    "/api/v1/docs": ".operation",
}
"""Every page, and what stands on it when it can be used."""


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application with everything that a technician needs."""
    return equipped(database_url, clock)


@pytest.fixture
def village(world: World) -> World:
    """A station with a day of readings, things set aside and events; lamps, and one that is retired."""
    world.device("env-01", name="Trạm cổng Đình")
    for number in (1, 2):
        world.device(f"den-00{number}", "lighting", name=f"Đèn {number}", place=(20.865 + number / 1000, 106.295))
    world.device("den-003", "lighting", state=DeviceState.RETIRED)
    for minutes in range(0, 600, 20):
        at = NOW - timedelta(minutes=minutes)
        world.send("env-01", {"temperature": 20 + minutes / 60, "pm25": 31.5}, received_at=at)
    world.send("env-01", {"ts": (NOW - timedelta(seconds=90)).isoformat(), "temperature": 21, "pm25": -999})
    world.status("env-01", "online", NOW - timedelta(minutes=5))
    return world


@dataclass
class Visit:
    """Somebody's browser."""

    page: Page
    address: str
    world: World
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page and wait until it can be used."""
        self.page.goto(self.address + path)
        self.page.locator(PAGES[path]).first.wait_for()
        return self.page


def visit(
    browser: Browser, address: str, world: World, role: Role, viewport: ViewportSize = PHONE, *, keeps: bool = False
) -> Visit:
    """A person of a role, signed in through the page; without a service worker unless the phone `keeps` things."""
    person(world.url, str(role), role)
    context = browser.new_context(
        viewport=viewport,
        locale="vi-VN",
        service_workers="allow" if keeps else "block",
        has_touch=viewport is PHONE,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    visit = Visit(page, address, world)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.goto(f"{address}/sign-in?next=/devices")
    page.get_by_label("Tên đăng nhập").fill(str(role))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("h1")).to_have_text("Thiết bị")
    return visit


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


def faults_of(page: Page) -> list[str]:
    """The serious and critical faults that axe finds on a page as it stands."""
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


def small_targets(page: Page) -> list[str]:
    """What can be touched and is smaller than a thumb; links within a sentence, and the map's devices, may be."""
    found: list[str] = page.evaluate(
        """smallest => [...document.querySelectorAll('button, a.button, .tabs a, summary, select, .field input, .chip')]
        .filter(node => !node.closest('.leaflet-container, [hidden]') && node.getClientRects().length)
        .filter(node => { const box = node.getBoundingClientRect();
            return box.height < smallest - 0.5 || box.width < smallest - 0.5; })
        .map(node => `${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)}`)""",
        SMALLEST_TARGET,
    )
    return found


def test_no_page_has_a_serious_fault_of_accessibility_on_a_phone(phone: Visit) -> None:
    found = {path: faults_of(phone.open(path)) for path in PAGES if path != "/sign-in"}
    phone.page.context.clear_cookies()
    found["/sign-in"] = faults_of(phone.open("/sign-in"))
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_no_page_has_a_serious_fault_of_accessibility_on_a_desk_and_with_all_parts_open(desk: Visit) -> None:
    page = desk.open("/devices/gia-loc/env-01")
    for part in page.locator("details.panel").all():
        part.locator("summary").first.click()
    page.get_by_role("button", name="Sửa hồ sơ").click()
    page.get_by_role("button", name="Kiểm tra trực tiếp").click()
    page.locator("#live[data-live]:not([data-live=start])").wait_for()
    page.locator("#history .letter").first.wait_for()
    found = {"device, all parts": faults_of(page)}
    found |= {path: faults_of(desk.open(path)) for path in ("/", "/devices", "/devices/new")}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_what_is_touched_on_a_phone_is_as_large_as_a_thumb(phone: Visit) -> None:
    found = {path: small_targets(phone.open(path)) for path in PAGES if path.startswith("/devices")}
    assert {path: small for path, small in found.items() if small} == {}


def test_no_page_is_wider_than_the_phone(phone: Visit) -> None:
    for path in PAGES:
        width = phone.open(path).evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path


@pytest.mark.parametrize("path", [path for path in PAGES if path not in ("/sign-in", "/api/v1/docs")])
def test_a_page_is_light(phone: Visit, path: str) -> None:
    answers: list[Response] = []
    phone.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright takes no built-in
    phone.open(path).wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in answers]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) < HEAVIEST_BYTES


def test_the_list_is_searched_without_accents_and_filtered_by_state(phone: Visit) -> None:
    page = phone.open("/devices")
    expect(page.locator(".item")).to_have_count(3)
    page.get_by_role("searchbox").fill("dinh")
    page.get_by_role("button", name="Tìm").click()
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator(".item")).to_contain_text("Trạm cổng Đình")
    phone.open("/devices")
    page.get_by_label("Chưa gửi").check(force=True)
    expect(page.locator(".item")).to_have_count(2)
    page.locator("summary", has_text="Lọc thêm").click()
    page.get_by_label("Vòng đời").select_option("retired")
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator(".item")).to_contain_text("ngừng sử dụng")
    page.get_by_label("Loại thiết bị").select_option("camera")
    page.get_by_role("button", name="Tìm").click()
    expect(page.get_by_text("Không có thiết bị nào khớp.")).to_be_visible()


def test_the_map_of_the_list_shows_the_same_devices_and_leads_to_them(phone: Visit) -> None:
    page = phone.open("/devices")
    page.get_by_role("button", name="Bản đồ").click()
    expect(page.locator("#map .device")).to_have_count(3)
    page.locator("#map .device-on").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Trạm cổng Đình")


def test_a_field_is_drawn_for_the_time_that_is_chosen(desk: Visit) -> None:
    page = desk.open("/devices/gia-loc/env-01")
    expect(page.locator("#values [data-field=temperature]")).to_contain_text("20 °C")
    expect(page.locator("#chart output")).to_have_text("thấp nhất 20,3 °C, cao nhất 29,7 °C")
    page.get_by_role("button", name="1 giờ").click()
    expect(page.locator("#chart output")).to_have_text("thấp nhất 20,3 °C, cao nhất 21 °C")
    page.locator("#values [data-field=pm25]").click()
    expect(page.locator("#chart output")).to_contain_text("31,5 µg/m³")
    page.get_by_role("button", name="Chọn ngày").click()
    page.get_by_label("Từ ngày").fill("2026-11-01")
    page.get_by_label("Đến hết ngày").fill("2026-11-02")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator("#chart")).to_contain_text("Không có số đo nào trong khoảng này.")


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


def test_a_viewer_sees_everything_and_changes_nothing(chromium: Browser, address: str, village: World) -> None:
    viewer = visit(chromium, address, village, Role.VIEWER)
    page = viewer.page
    expect(page.get_by_role("link", name="Đăng ký thiết bị")).to_have_count(0)
    viewer.open("/devices/gia-loc/env-01")
    for part in page.locator("details.panel").all():
        part.locator("summary").first.click()
    page.locator("#life strong").wait_for()
    page.locator("#set-aside .letter").wait_for()
    for name in ("Nạp lại", "Cấp mật khẩu mới", "Sửa hồ sơ", "Chuyển sang"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.context.close()


def test_a_device_that_is_not_there_is_told_on_a_page(phone: Visit) -> None:
    page = phone.open("/devices/gia-loc/none")
    expect(page.locator("main")).to_contain_text("Xã gia-loc không có thiết bị none.")


def test_the_language_that_was_chosen_stays(phone: Visit) -> None:
    page = phone.open("/devices")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Devices")
    page.get_by_role("link", name="Register a device").click()
    expect(page.locator("h1")).to_have_text("Register a device")
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.locator("h1")).to_have_text("Đăng ký thiết bị")


def test_a_label_is_a_small_document_that_the_page_leads_to(phone: Visit) -> None:
    page = phone.open("/devices/gia-loc/env-01")
    address = page.get_by_role("link", name="In nhãn").get_attribute("href")
    answer = page.request.get(phone.address + str(address))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert len(answer.body()) < 100_000
