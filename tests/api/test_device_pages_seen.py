"""The pages of devices as they are looked at: for everybody's eyes and thumbs, light, and what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Response, ViewportSize, expect

from devices.people import Role
from tests.api.conftest import Clock, equipped, serve
from tests.api.visiting import DESK, PAGES, PHONE, Visit, arrive, faults_of, fill_village, small_targets, visit
from tests.api.world import World

COOKIE = "commune_session"
HEAVIEST_BYTES = 300_000
Come = Callable[[Role, ViewportSize], Visit]


@pytest.fixture(scope="module")
def village(module_world: World) -> World:
    """A village that nobody changes."""
    return fill_village(module_world)


@pytest.fixture(scope="module")
def served(village: World) -> Iterator[str]:
    """The address of the API over the village."""
    with serve(equipped(village.url, Clock())) as address:
        yield address


@pytest.fixture(scope="module")
def sessions(chromium: Browser, served: str, village: World) -> dict[Role, str]:
    """The cookies of people who signed in once for all these tests, by role."""
    found = {}
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.OPERATOR):
        made = visit(chromium, served, village, role)
        found[role] = next(one["value"] for one in made.page.context.cookies() if one["name"] == COOKIE)
        made.page.context.close()
    return found


@pytest.fixture
def come(chromium: Browser, served: str, village: World, sessions: dict[Role, str]) -> Iterator[Come]:
    """Lets somebody of a role come with a browser of their own; afterwards it has complained of nothing."""
    visits: list[Visit] = []

    def come_as(role: Role, viewport: ViewportSize) -> Visit:
        made = arrive(chromium, served, village, viewport)
        made.page.context.add_cookies([{"name": COOKIE, "value": sessions[role], "url": served}])
        visits.append(made)
        return made

    yield come_as
    for made in visits:
        made.page.context.close()
        assert made.complaints == []


@pytest.fixture
def phone(come: Come) -> Visit:
    """A technician's phone."""
    return come(Role.TECHNICIAN, PHONE)


@pytest.fixture
def desk(come: Come) -> Visit:
    """An operator's desk."""
    return come(Role.OPERATOR, DESK)


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
    page.wait_for_url("**state=never**")  # and until its scripts, which act on a filter, are there
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


def test_a_viewer_sees_everything_and_changes_nothing(come: Come) -> None:
    viewer = come(Role.VIEWER, PHONE)
    page = viewer.open("/devices")
    expect(page.get_by_role("link", name="Đăng ký thiết bị")).to_have_count(0)
    viewer.open("/devices/gia-loc/env-01")
    for part in page.locator("details.panel").all():
        part.locator("summary").first.click()
    page.locator("#life strong").wait_for()
    page.locator("#set-aside .letter").wait_for()
    for name in ("Nạp lại", "Cấp mật khẩu mới", "Sửa hồ sơ", "Chuyển sang"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


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
