"""People who visit the pages of devices with a browser of their own, and what they find there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from devices.people import Role
from devices.registry import DeviceState
from tests.api.browsing import PATIENCE_MILLISECONDS
from tests.api.signing import PASSWORD, person
from tests.api.world import NOW, World

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=800)
SMALLEST_TARGET = 44
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "/": ".device",
    "/devices": ".item",
    "/devices/new": "#map .hamlet",
    "/devices/gia-loc/env-01": "#chart svg",
    "/devices/gia-loc/none": "h1",
    "/coverage": "#map path.cell",
    "/coverage/drive": "#stops li",
    "/account": "h1",
    "/sign-in": "h1",
    "/api/v1/docs": ".operation",
}
"""Every page, and what stands on it when it can be used."""


def fill_village(world: World) -> World:
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


def arrive(browser: Browser, address: str, world: World, viewport: ViewportSize, *, keeps: bool = False) -> Visit:
    """Somebody who has not signed in, with a browser that knows nothing yet."""
    context = browser.new_context(
        viewport=viewport,
        locale="vi-VN",
        service_workers="allow" if keeps else "block",
        has_touch=viewport is PHONE,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    arrived = Visit(page, address, world)
    page.on("pageerror", lambda error: arrived.complaints.append(str(error)))
    return arrived


def visit(
    browser: Browser, address: str, world: World, role: Role, viewport: ViewportSize = PHONE, *, keeps: bool = False
) -> Visit:
    """A person of a role, signed in through the page; without a service worker unless the phone `keeps` things."""
    person(world.url, str(role), role)
    visit = arrive(browser, address, world, viewport, keeps=keeps)
    page = visit.page
    page.goto(f"{address}/sign-in?next=/devices")
    page.get_by_label("Tên đăng nhập").fill(str(role))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("h1")).to_have_text("Thiết bị")
    return visit


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
