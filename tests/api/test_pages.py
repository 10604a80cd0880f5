"""The pages, in a real browser: what people see, in their language, with nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from devices.catalogue import KINDS
from devices.registry import DeviceState, Site, SiteType
from storage.connect import connect
from storage.registry import add_site
from tests.api.browsing import Watched, watch
from tests.api.conftest import Clock
from tests.api.world import NOW, World

API = Path(__file__).parents[2] / "api"


@pytest.fixture
def watched(chromium: Browser, address: str, administrator: dict[str, str]) -> Iterator[Watched]:
    """A page on a screen of a desk; afterwards it must have complained of nothing and asked no stranger."""
    watched = watch(chromium, address, administrator)
    yield watched
    watched.page.context.close()
    assert watched.strangers == []
    assert watched.complaints == []


@pytest.fixture
def village(world: World, clock: Clock) -> World:
    """Five devices of four states, one of them without a place, and two that the map leaves out."""
    world.device("env-01", name="Trạm UBND")
    world.device("cam-01", "camera", place=(20.875, 106.305), name="Camera cổng chợ")
    world.device("lamp-01", "lighting", place=(20.865, 106.295), name="Đèn 1")
    world.device("probe-01", "signal_probe", place=(20.868, 106.307), name="Đầu đo 1")
    world.device("wifi-01", "wifi", place=None, name="Wifi nhà văn hóa")
    world.device("old-01", "wifi", state=DeviceState.RETIRED)
    world.device("new-01", "wifi", state=DeviceState.PLANNED)
    world.send("cam-01", {"recording": True}, received_at=NOW - timedelta(minutes=3))
    world.send("lamp-01", {"lamp_on": False}, received_at=NOW - timedelta(hours=2))
    world.send("wifi-01", {"radio": "2.4", "clients": 4}, received_at=NOW - timedelta(seconds=1))
    world.send(
        "env-01",
        {"ts": (NOW - timedelta(minutes=4)).isoformat(), "pm25": 31.4},
        {"ts": (NOW - timedelta(seconds=30)).isoformat(), "temperature": 1234.5 / 50},
        received_at=NOW - timedelta(seconds=29),
    )
    clock.time = NOW
    return world


def counts(page: Page) -> dict[str, str]:
    """The number on each tile of states."""
    tiles = page.locator(".state")
    return {
        str(tile.get_attribute("data-state")): tile.locator("b").inner_text()
        for tile in (tiles.nth(place) for place in range(tiles.count()))
    }


@pytest.mark.usefixtures("village")
def test_the_map_shows_every_device_that_has_a_place(watched: Watched) -> None:
    page = watched.open()
    expect(page.locator(".device")).to_have_count(4)
    for state, number in {"on": 1, "late": 1, "off": 1, "never": 1}.items():
        expect(page.locator(f".device-{state}")).to_have_count(number)
    expect(page.locator("svg .hamlet").first).to_be_visible()
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    expect(page.locator("#place")).to_have_text("Xã Gia Lộc, Hải Phòng")
    expect(page.locator("#sample")).to_be_visible()


@pytest.mark.usefixtures("village")
def test_counts_by_state_and_by_kind_stand_beside_the_map(watched: Watched) -> None:
    page = watched.open()
    expect(page.locator(".state")).to_have_count(5)
    expect(page.locator(".device")).to_have_count(4)
    assert counts(page) == {"all": "5", "on": "2", "late": "1", "off": "1", "never": "1"}
    expect(page.locator("[data-kind]")).to_have_count(len(KINDS))
    expect(page.locator("[data-kind=wifi] td").last).to_have_text("1")


@pytest.mark.usefixtures("village")
def test_a_click_on_a_device_shows_its_newest_values_in_vietnamese(watched: Watched) -> None:
    page = watched.open()
    page.locator(".device-on").click()
    popup = page.locator(".leaflet-popup")
    expect(popup.locator("h3")).to_have_text("Trạm UBND")
    expect(popup.locator(".badge")).to_have_text("Hoạt động")
    rows = popup.locator("tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Nhiệt độ không khí")
    expect(rows.nth(0)).to_contain_text("24,7 °C")
    expect(rows.nth(0)).to_contain_text("30 giây trước")
    expect(rows.nth(1)).to_contain_text("31,4 µg/m³")
    expect(rows.nth(1)).to_contain_text("4 phút trước")


@pytest.mark.usefixtures("village")
def test_a_device_is_opened_with_the_keyboard_too(watched: Watched) -> None:
    page = watched.open()
    marker = page.locator(".device-late")
    expect(marker).to_have_attribute("aria-label", "Camera cổng chợ – Camera giám sát an ninh – Trễ số liệu")
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup h3")).to_have_text("Camera cổng chợ")


@pytest.mark.usefixtures("village")
def test_what_needs_attention_is_listed_the_worst_first(watched: Watched) -> None:
    page = watched.open()
    listed = page.locator("#attention-list li")
    expect(listed).to_have_count(2)
    expect(listed.nth(0)).to_contain_text("Đèn 1")
    expect(listed.nth(0)).to_contain_text("2 giờ trước")
    listed.nth(1).locator("button").click()
    expect(page.locator(".leaflet-popup h3")).to_have_text("Camera cổng chợ")


def test_a_device_without_a_place_opens_in_a_window_of_its_own(village: World, watched: Watched, clock: Clock) -> None:
    clock.time = NOW + timedelta(minutes=30)
    page = watched.open()
    page.locator("#attention-list button", has_text="Wifi nhà văn hóa").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Chưa có toạ độ")
    expect(dialog.locator("caption")).to_contain_text("2.4")
    dialog.get_by_role("button", name="Đóng").click()
    expect(dialog).to_be_hidden()
    assert len(village.numbers) == 7


@pytest.mark.usefixtures("village")
def test_a_tile_leaves_only_the_devices_of_its_state_on_the_map(watched: Watched) -> None:
    page = watched.open()
    expect(page.locator(".device")).to_have_count(4)
    page.locator("[data-state=off]").click()
    expect(page.locator(".device")).to_have_count(1)
    expect(page.locator("[data-state=off]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-state=off]").click()
    expect(page.locator(".device")).to_have_count(4)


def test_the_page_follows_what_happens_without_being_reloaded(village: World, watched: Watched) -> None:
    watched.page.clock.install()
    page = watched.open()
    expect(page.locator(".device-on")).to_have_count(1)
    village.send("probe-01", {"operator": "452-04", "technology": "NONE", "access_ok": False})
    page.clock.fast_forward(11_000)
    expect(page.locator(".device-on")).to_have_count(2)
    expect(page.locator(".device-never")).to_have_count(0)


def test_the_english_page_is_one_click_away(village: World, watched: Watched) -> None:
    page = watched.open()
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Device monitoring")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator(".device-on").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("Air temperature")
    expect(page.locator(".leaflet-popup")).to_contain_text("24.7 °C")
    assert village.kinds["env-01"] == "environment"


def test_without_devices_the_page_says_what_to_do(world: World, watched: Watched) -> None:
    page = watched.open()
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#empty")).to_contain_text("Chưa có thiết bị nào được đăng ký")
    expect(page.locator("#empty")).to_contain_text("commune devices import")
    assert world.numbers == {}


def test_devices_that_never_spoke_bring_a_hint(world: World, watched: Watched) -> None:
    world.device("env-01")
    page = watched.open()
    expect(page.locator("#notice")).to_contain_text("commune ingest")


@pytest.mark.usefixtures("village")
def test_when_the_server_stops_answering_the_page_says_since_when(watched: Watched) -> None:
    watched.page.clock.install()
    page = watched.open()
    expect(page.locator(".device")).to_have_count(4)
    page.route(
        "**/api/v1/devices.geojson", lambda route: route.fulfill(status=503, json={"reason": {"vi": "x", "en": "y"}})
    )
    page.clock.fast_forward(11_000)
    expect(page.locator("#notice")).to_contain_text("Mất kết nối với máy chủ")
    expect(page.locator("#notice")).to_contain_text("10:15:00")
    expect(page.locator(".device")).to_have_count(4)
    watched.complaints = [said for said in watched.complaints if "503" not in said]


def test_a_name_from_the_registry_is_text_and_never_markup(world: World, watched: Watched) -> None:
    world.device("env-01", name="<img src=x onerror=alert(1)>")
    with closing(connect(world.url, autocommit=True)) as connection:
        site = Site("cho", "<img src=x onerror=alert(2)>", SiteType.MARKET, 20.873, 106.303, "thon-1")
        add_site(connection, "gia-loc", site)
    world.send("env-01", {"firmware": "<b>1</b>", "temperature": 20}, received_at=NOW - timedelta(minutes=3))
    page = watched.open()
    page.locator(".device").click()
    expect(page.locator(".leaflet-popup h3")).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".leaflet-popup")).to_contain_text("<b>1</b>")
    expect(page.locator(".site-label", has_text="<img src=x onerror=alert(2)>")).to_have_count(1)
    expect(page.locator("img[src=x]")).to_have_count(0)


@pytest.mark.usefixtures("village")
def test_a_phone_shows_all_of_it_in_one_column(chromium: Browser, address: str, administrator: dict[str, str]) -> None:
    phone = watch(chromium, address, administrator, 360, 740)
    page = phone.open()
    expect(page.locator(".device")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert box["height"] >= 300
    page.locator(".device-on").click()
    expect(page.locator("dialog h3")).to_have_text("Trạm UBND")
    expect(page.locator("dialog")).to_contain_text("24,7 °C")
    page.context.close()
    assert (phone.strangers, phone.complaints) == ([], [])


def test_devices_of_one_site_do_not_lie_on_each_other(world: World, watched: Watched) -> None:
    for number in range(8):
        world.device(f"env-0{number}")
    page = watched.open()
    markers = page.locator(".device")
    expect(markers).to_have_count(8)
    boxes = [markers.nth(place).bounding_box() for place in range(8)]
    centres = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box]
    gaps = [abs(complex(ax - bx, ay - by)) for i, (ax, ay) in enumerate(centres) for bx, by in centres[:i]]
    assert len(gaps) == 28
    assert min(gaps) > 15


def test_the_documentation_lists_every_route_and_tries_one_out(watched: Watched) -> None:
    page = watched.open("/api/v1/docs")
    paths = page.evaluate("fetch('/api/v1/openapi.json').then(a => a.json()).then(d => d.paths)")
    expect(page.locator(".operation")).to_have_count(sum(map(len, paths.values())))
    kind = page.locator(".operation", has=page.locator("h3", has_text="/api/v1/kinds/{kind}"))
    kind.get_by_role("button", name="Gửi thử").click()
    expect(kind.locator("form pre")).to_contain_text("Trạm quan trắc môi trường")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("API documentation")


def test_the_documentation_tries_out_a_repair_as_a_dry_run(watched: Watched, world: World) -> None:
    world.strange(b'{"temperature": 21}')
    world.device("env-999")
    page = watched.open("/api/v1/docs")
    replay = page.locator(".operation", has=page.locator("h3", has_text="/api/v1/dead-letters/replay"))
    assert '"dry_run": true' in replay.get_by_label("Nội dung JSON").input_value()
    replay.get_by_role("button", name="Gửi thử").click()
    expect(replay.locator("form pre")).to_contain_text("POST /api/v1/dead-letters/replay\n200 ")
    expect(replay.locator("form pre")).to_contain_text('"settled": 1')
    replay.get_by_label("Nội dung JSON").fill("{}")
    replay.get_by_role("button", name="Gửi thử").click()
    expect(replay.locator("form pre")).to_contain_text("Say which dead letters are meant")
    watched.complaints.clear()  # of the 422 that was asked for


OUR_FILES = [
    path
    for path in sorted(API.rglob("*"))
    if path.suffix in (".html", ".css", ".js", ".svg") and "vendor" not in path.parts
]
OUTSIDE = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|https?://(?!www\.w3\.org/)"""
)


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted(API.rglob("*"))
        if path.suffix in (".html", ".css", ".js", ".svg") and "vendor" not in path.parts
    ],
    ids=lambda path: path.name,
)
def test_no_file_of_the_pages_names_an_outside_host(path: Path) -> None:
    assert OUTSIDE.findall(path.read_text(encoding="utf-8")) == []
