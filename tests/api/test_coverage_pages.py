"""The pages on coverage in a real browser: the verdict and the map, and the drive on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from devices.people import Role
from tests.api.browsing import PATIENCE_MILLISECONDS
from tests.api.conftest import Clock, application, serve, until
from tests.api.measured import PERIOD, fill_measured
from tests.api.visiting import PHONE, faults_of, small_targets
from tests.api.world import COMMUNE, token

QUESTION = f"commune={COMMUNE}&period={PERIOD}"
LARGEST_PAGE_BYTES = 150_000
IS_SEEN = """node => {
    const [own, map] = [node, document.querySelector('#map')].map(one => one.getBoundingClientRect());
    return own.top >= map.top && own.bottom <= map.bottom && own.left >= map.left && own.right <= map.right;
}"""


@pytest.fixture(scope="module")
def served(module_database_url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of an API over a measured commune, and the header of who may read."""
    url = fill_measured(module_database_url)
    with serve(application(url, Clock())) as address:
        yield address, token(url, Role.VIEWER)


@pytest.fixture
def page(chromium: Browser, served: tuple[str, dict[str, str]]) -> Iterator[Page]:
    """A phone that knows where it is; at its end it has complained of nothing and asked nobody else."""
    address, headers = served
    context = chromium.new_context(
        base_url=address,
        viewport=PHONE,
        locale="vi-VN",
        extra_http_headers=headers,
        service_workers="block",
        geolocation={"latitude": 20.8, "longitude": 106.3},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    complaints: list[str] = []
    ours = (address, "data:", "blob:")
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(ours) else None)
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    yield page
    assert complaints == []
    context.close()


def shares_of(page: Page, selector: str) -> list[float]:
    """How much of its parent's width each element takes."""
    found: list[float] = page.locator(selector).evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().width / node.parentNode.clientWidth)"
    )
    return found


def test_the_page_tells_the_verdict_its_bounds_and_each_cell(page: Page) -> None:
    page.goto(f"/coverage?{QUESTION}&target=60")
    expect(page.locator("#verdict")).to_have_text("CHƯA ĐỦ CĂN CỨ")
    expect(page.locator("#figures")).to_contain_text("ít nhất 25,0%, nhiều nhất 75,0%; đo được 50,0%")
    expect(page.locator("#samples")).to_contain_text("19 mẫu nhận được")
    for state in ("covered", "not_covered", "insufficient", "unmeasured"):
        expect(page.locator(f"#map path.cell-{state}")).to_have_count(1)
    assert shares_of(page, "#figures .bar-of i.sure")[0] == pytest.approx(0.25, abs=0.01)
    assert shares_of(page, "#figures .bar-of i.open")[0] == pytest.approx(0.5, abs=0.01)
    assert page.locator("#map path.hamlet").first.evaluate("node => getComputedStyle(node).fill") == "none"
    page.locator("#map path.cell-covered").dispatch_event("click")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("8 / 8 mẫu đạt")
    expect(popup).to_contain_text("Viettel · -80 dBm")
    expect(popup).to_contain_text("Thôn <1>")
    expect(popup).to_have_css("opacity", "1")
    assert page.locator("#files a").count() == 6
    assert page.locator("#legend li").count() == 10
    page.get_by_role("button", name="Ước lượng nơi chưa đo").click()
    expect(page.locator("#model-told")).to_have_text("Đo được quá ít ô để ước lượng.")
    assert small_targets(page) == []
    assert faults_of(page) == []


def test_the_page_follows_what_is_chosen_and_speaks_english(page: Page) -> None:
    page.goto(f"/coverage?{QUESTION}&lang=en")
    page.get_by_label("Operator").select_option("MobiFone")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#map path.cell-unmeasured")).to_have_count(4)
    expect(page.locator("#verdict")).to_have_text("NOT ENOUGH EVIDENCE")


def test_what_cannot_be_answered_is_said_in_words(page: Page) -> None:
    page.goto(f"/coverage?commune={COMMUNE}&period=2026-Q7")
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#problem")).to_contain_text("2026")


def test_whoever_drives_sees_the_cells_in_order_how_far_they_are_and_which_one_is_next(page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", "0"))))
    page.goto(f"/coverage/drive?{QUESTION}&target=60")
    expect(page.locator("#stops li")).to_have_count(2)
    expect(page.locator("#expected")).to_contain_text("km đường chim bay")
    expect(page.locator("#map .cell-number")).to_have_count(2)
    expect(page.locator("#stops li").first).to_contain_text("1 · Thôn <1>")
    expect(page.locator("details summary").first).to_have_text("Gia Lộc · 2026-Q4 · 5G · 60 %")
    page.get_by_role("button", name="Theo vị trí của tôi").click()
    expect(page.locator("#here")).to_contain_text("Tiếp theo: ô 1 · cách")
    expect(page.locator("#here")).to_contain_text("hướng bắc")
    until(lambda: bool(page.locator("#map path.me").evaluate(IS_SEEN)), "that the map holds one's own place")
    page.get_by_role("button", name="Xếp lại từ chỗ tôi đứng").click()
    with page.expect_download() as download:
        page.locator("#gpx").click()
    assert download.value.suggested_filename.endswith(".gpx")
    assert sum(sizes) < LARGEST_PAGE_BYTES
    assert faults_of(page) == []


def test_a_cell_that_one_stands_in_is_marked(page: Page, served: tuple[str, dict[str, str]]) -> None:
    page.goto(f"/coverage/drive?{QUESTION}&target=60")
    expect(page.locator("#stops li")).to_have_count(2)
    place = page.locator("#stops a").first.get_attribute("href")
    assert place is not None
    latitude, longitude = (float(part) for part in place.removeprefix("geo:").split(","))
    page.context.set_geolocation({"latitude": latitude, "longitude": longitude})
    page.get_by_role("button", name="Theo vị trí của tôi").click()
    expect(page.locator("#here")).to_contain_text("Bạn đang trong ô 1 · Tiếp theo: ô 2")
    expect(page.locator("#stops li.done")).to_have_count(1)
