"""The screen of an operations centre in a real browser: everything on one screen, alive, honest when it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from devices.model import Text
from devices.people import Role
from storage.alert_desk import AlertOverride, put_override
from storage.alerts import About, open_alert
from storage.connect import connect
from tests.api.browsing import PATIENCE_MILLISECONDS
from tests.api.conftest import Clock, application, serve
from tests.api.signing import PASSWORD, person
from tests.api.visiting import faults_of, small_targets
from tests.api.world import NOW, World
from tests.journeys.proxy import Proxy

WALL = ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)
HEAVIEST_BYTES = 150_000
LONG = "Trạm quan trắc chất lượng không khí tự động Trường Trung học cơ sở Gia Lộc, cơ sở 2, cạnh cống Đò Đáy"
ALERTS = 25


@pytest.fixture(scope="module")
def village(module_database_url: str) -> World:
    """Three devices, one with a long name, a river over its first alarm level, and more alerts than fit."""
    world = World(module_database_url)
    world.commune()
    world.device("wl-01", "water_level", name="Cống Đò Đáy", place=(20.866, 106.296))
    world.device("env-01", name=LONG)
    world.device("cam-01", "camera", name="Camera cổng chợ", place=(20.875, 106.305))
    for minutes in (70, 0):
        at = NOW - timedelta(minutes=minutes)
        world.send("wl-01", {"ts": at.isoformat(), "level": 215 - minutes / 2}, received_at=at)
    with closing(connect(world.url, autocommit=True)) as session:
        put_override(session, AlertOverride("flood_level_1", "gia-loc", device="wl-01", threshold=200))
        for number in range(ALERTS):
            about = About(("critical", "warning")[number % 2], device_id=world.numbers["env-01"])
            at = NOW - timedelta(minutes=number)
            detail = Text(f"Bụi mịn {number} µg/m³ trong một giờ, <b>cao</b>.", f"Fine dust {number}.")
            open_alert(session, f"rule_{number}", "gia-loc/env-01", at, detail, about)
    person(world.url, "lan", Role.OPERATOR)
    person(world.url, "xem", Role.VIEWER)
    return world


@pytest.fixture(scope="module")
def served(village: World) -> Iterator[str]:
    """The address of the API over the village."""
    with serve(application(village.url, Clock())) as address:
        yield address


@contextmanager
def screen(browser: Browser, address: str, username: str, viewport: ViewportSize = WALL) -> Iterator[Page]:
    """A browser in which somebody has signed in; afterwards no script of it must have failed."""
    complaints: list[str] = []
    context = browser.new_context(viewport=viewport, locale="vi-VN", service_workers="block")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(f"{address}/sign-in?next=/account")
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/account")
        yield page
    finally:
        context.close()  # a page that follows the stream keeps the server from ending
    assert complaints == []


def opened(page: Page, address: str, query: str = "") -> Page:
    """The screen once it has heard of everything."""
    page.goto(f"{address}/operations{query}")
    expect(page.locator("#feed")).to_have_attribute("data-feed", "live")
    expect(page.locator("#map .device")).to_have_count(3)
    return page


def test_an_operator_takes_an_alert_on_and_a_viewer_sees_who_it_was(
    chromium: Browser, served: str, village: World
) -> None:
    with screen(chromium, served, "xem") as viewer, screen(chromium, served, "lan") as operator:
        opened(viewer, served)
        expect(viewer.locator("button.take")).to_have_count(0)
        opened(operator, served)
        expect(operator.locator("#alert-counts")).to_contain_text("13 khẩn cấp")
        first = operator.locator("#alerts .alert").first
        expect(first).to_contain_text(LONG)
        expect(first).to_contain_text("<b>cao</b>")
        number = first.get_attribute("data-id")
        first.get_by_role("button", name="Nhận xử lý").click()
        for page in (operator, viewer):
            expect(page.locator(f".alert[data-id='{number}']")).to_contain_text("lan đã nhận")
        village.send("cam-01", {"recording": True})
        expect(viewer.locator("#map .device-on")).to_have_count(2)
        expect(viewer.locator("[data-kind=camera] b")).to_have_text("1/1")


def test_it_is_one_screen_with_river_air_and_kinds_and_without_a_serious_fault_of_accessibility(
    chromium: Browser, served: str
) -> None:
    with screen(chromium, served, "lan") as page:
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright takes no built-in
        opened(page, served)
        asked = [answer for answer in answers if not answer.url.endswith("/stream")]
        sizes = [answer.request.sizes() for answer in asked]
        assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) < HEAVIEST_BYTES
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert size == [1920, 1080]
        expect(page.locator(".river")).to_contain_text("215 cm")
        expect(page.locator(".river")).to_contain_text("Báo động 1")
        expect(page.locator(".river")).to_contain_text("↑ Lên 30 cm/giờ")
        expect(page.locator(".air")).to_contain_text("Chưa đủ số liệu (tham khảo)")
        expect(page.locator("#behind")).to_have_text("Tiến trình tiếp nhận chưa chạy lần nào.")
        faults = {}
        for theme in ("dark", "light"):
            faults[theme] = faults_of(opened(page, served, f"?theme={theme}"))
        assert faults == {"dark": [], "light": []}


def test_a_wall_turns_its_lists_over_by_itself_and_has_nothing_to_touch(chromium: Browser, served: str) -> None:
    with screen(chromium, served, "lan") as page:
        page.clock.install()
        opened(page, served, "?wall=1&lang=en")
        expect(page.locator(".tabs, .links-of-bar, button.take").locator("visible=true")).to_have_count(0)
        lines = page.locator("#alerts .alert").locator("visible=true")
        expect(page.locator(".alerts-card")).to_have_attribute("data-page", re.compile(r"^1/\d$"))
        first = lines.first.inner_text()
        boxes = [line.bounding_box() for line in lines.all()]
        card = page.locator(".alerts-card").bounding_box()
        assert card is not None
        assert all(box is not None and box["y"] + box["height"] <= card["y"] + card["height"] for box in boxes)
        page.clock.fast_forward(12_500)
        expect(page.locator(".alerts-card")).to_have_attribute("data-page", re.compile(r"^2/\d$"))
        assert lines.first.inner_text() != first


def test_a_stream_that_is_cut_is_told_in_large_letters_until_it_is_heard_again(
    chromium: Browser, served: str, village: World
) -> None:
    with Proxy(int(served.rpartition(":")[2])) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        with screen(chromium, address, "xem") as page:
            page.clock.install()
            opened(page, address)
            expect(page.locator("#stale")).to_be_hidden()
            proxy.refuse()
            page.clock.fast_forward(11_000)
            expect(page.locator("#stale")).to_contain_text("MẤT KẾT NỐI MÁY CHỦ từ 10:15:00")
            expect(page.locator("body")).to_have_class("operations light stale")
            village.device("spk-01", "loudspeaker", name="Loa mới", place=(20.87, 106.299))
            proxy.accept()
            page.clock.fast_forward(25_000)
            expect(page.locator("#stale")).to_be_hidden()
            page.clock.fast_forward(5_000)
            expect(page.locator("#map .device")).to_have_count(4)


def test_a_phone_has_it_in_one_column_with_buttons_as_large_as_a_thumb(chromium: Browser, served: str) -> None:
    with screen(chromium, served, "lan", PHONE) as page:
        page.goto(f"{served}/operations")
        expect(page.locator("#feed")).to_have_attribute("data-feed", "live")
        expect(page.locator("button.take").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert small_targets(page) == []
