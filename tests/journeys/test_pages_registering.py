"""A technician with a phone: sign in, register a lamp by the map, see its first values, and four mistakes in words.

Everything is real: Chromium, the broker with its dynamic security, ingest, maintenance, the API, and the lamp's client.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from tests.api.world import World
from tests.broker.field_device import V3, FieldDevice, lets_in
from tests.journeys.installation import PASSWORD, Installation, running
from tests.waiting import wait_until

PATIENCE_MILLISECONDS = 15_000
SECONDS_TO_FIRST_VALUE = 2.0
PHONE = ViewportSize(width=390, height=844)
DATABASE = "journey_pages"
KEPT = "Boolean(localStorage.getItem('kept_at'))"
"""What registering needs has been kept on the phone."""


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    module_database_url: str,
    local_directory: Path,
) -> Iterator[Installation]:
    """A running installation with one commune, one street light and a technician."""
    world = World(module_database_url)
    world.commune()
    world.device("den-001", "lighting", name="Đèn 1")
    with (
        Instance.create(local_directory, "pages") as instance,
        MosquittoServer.start(instance.path / "broker", local_directory=local_directory) as broker,
        running(instance.path / "processes", world.url, broker) as installation,
    ):
        yield installation


@pytest.fixture
def phone(chromium: Browser, installation: Installation) -> Iterator[Page]:
    """A phone in the technician's hand, whose browser shows the page of registering after the sign-in."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.goto(f"{installation.address}/devices/new")
    page.get_by_label("Tên đăng nhập").fill("technician")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(f"{installation.address}/devices/new")
    yield page
    context.close()


def tap_map(page: Page) -> None:
    """Tap a place on the map, as a thumb does, beside the lamp that is there."""
    page.locator("#map .hamlet").first.wait_for()
    page.locator("#map").evaluate("map => map.scrollIntoView({block: 'center'})")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.65)
    expect(page.locator("#hamlet-says")).to_have_text("Thuộc Thôn 1")


def register(page: Page, name: str) -> tuple[str, str]:
    """Register a lamp by a tap on the map; its user name and password as the page shows them."""
    page.get_by_label("Loại thiết bị").select_option("lighting")
    expect(page.get_by_label("Mã thiết bị")).not_to_have_value("")
    page.get_by_label("Tên dễ nhớ").fill(name)
    tap_map(page)
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator("#done h1")).to_have_text(f"Đã đăng ký {name}")
    expect(page.locator("[data-live=waiting]")).to_be_visible()
    codes = page.locator("#done .account > .fact code")
    return codes.nth(1).inner_text(), codes.nth(0).inner_text()


def topic_of(username: str) -> str:
    """The topic of a lamp's readings."""
    return f"xa/gia-loc/lighting/{username.split('.')[1]}/telemetry"


def reading(**members: object) -> bytes:
    """A reading of a lamp that shines, with the time of now unless another is given."""
    return orjson.dumps({"ts": datetime.now(UTC).isoformat(), "lamp_on": True, "voltage": 228.5} | members)


def told(page: Page, code: str) -> str:
    """What the page says of a mistake, once it does."""
    found = page.locator(f"[data-finding={code}]")
    found.wait_for()
    return found.inner_text()


def test_a_lamp_is_registered_by_the_map_and_its_first_values_are_there_within_two_seconds(
    phone: Page, installation: Installation
) -> None:
    username, password = register(phone, "Đèn cổng chợ")
    assert username == "gia-loc.den-002", "the code after that of the other lamp was suggested"
    with FieldDevice(installation.as_device(username, password), username, V3) as lamp:
        lamp.publish(topic_of(username), reading(active_power=61.5))
        started = time.monotonic()
        phone.locator("#live [data-field=active_power]").wait_for()
        took = time.monotonic() - started
    assert took <= SECONDS_TO_FIRST_VALUE
    expect(phone.locator("#live [data-field=active_power]")).to_contain_text("61,5 W")
    expect(phone.locator(".live-head")).to_have_text("Đã nhận số liệu")
    phone.get_by_role("link", name="Trang của thiết bị").click()
    expect(phone.locator("#values [data-field=voltage]")).to_contain_text("228,5 V")


def test_four_mistakes_are_each_named_in_vietnamese_and_the_page_turns_good_when_they_are_mended(
    phone: Page, installation: Installation
) -> None:
    username, password = register(phone, "Đèn nhà văn hóa")
    address = installation.as_device(username, password)
    topic = topic_of(username)

    assert not lets_in(address, username, "not-the-password", username, V3)
    assert "Sai mật khẩu" in told(phone, "wrong_password")

    with FieldDevice(address, username, V3) as lamp:
        lamp.publish(topic.replace("den-", "lamp-"), reading())
        assert "sai chủ đề" in told(phone, "wrong_topic")

        lamp.publish(topic, orjson.dumps({"lampon": True}))
        assert "không có trường «lampon». Có phải «lamp_on»?" in told(phone, "unknown_field")

        ahead = (datetime.now(UTC) + timedelta(hours=7)).isoformat()
        lamp.publish(topic, reading(ts=ahead))
        words = told(phone, "clock_ahead")
        assert "chạy nhanh 7 giờ" in words
        assert "+07:00" in words
    expect(phone.locator("#live [data-field=voltage]")).to_be_visible()


def test_what_is_registered_without_signal_is_sent_when_there_is_signal_again(
    phone: Page, installation: Installation
) -> None:
    wait_until(lambda: phone.evaluate(KEPT), "the phone keeps what registering needs")
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#offline")).to_be_visible()
    phone.get_by_label("Loại thiết bị").select_option("lighting")
    phone.get_by_label("Tên dễ nhớ").fill("Đèn xóm Mới")
    tap_map(phone)
    code = phone.get_by_label("Mã thiết bị").input_value()
    phone.get_by_role("button", name="Đăng ký", exact=True).click()
    entry = phone.locator(f"[data-code={code}]")
    expect(entry).to_contain_text("chờ gửi")
    expect(phone.locator("#waiting")).to_contain_text("1 thiết bị đang chờ gửi")
    phone.reload()
    expect(entry).to_contain_text("chờ gửi")
    phone.context.set_offline(False)
    expect(entry).to_contain_text("đã đăng ký")
    entry.get_by_role("link").click()
    expect(phone.locator("h1")).to_have_text("Đèn xóm Mới")
    expect(phone.locator("#account")).to_contain_text("Cấp mật khẩu mới")
