"""A real browser for the tests of the pages, which notes what a page complains of and whom it asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from commune.stack.machine import browser as find_browser

PATIENCE_MILLISECONDS = 20_000


@dataclass
class Watched:
    """A page, where it went, and what it complained of."""

    page: Page
    address: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Go to a page of the server."""
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser of this machine."""
    path = find_browser()
    assert path is not None, "no Chromium on this machine: make system-for-tests"
    expect.set_options(timeout=PATIENCE_MILLISECONDS)  # five seconds are short on a machine with other work
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def watch(browser: Browser, address: str, headers: dict[str, str], width: int = 1280, height: int = 800) -> Watched:
    """A page whose every request and complaint is noted; requests to strangers are noted and cut off.

    No service worker is let in: a test that answers in the server's place must see every request.
    """
    page = browser.new_context(
        viewport={"width": width, "height": height},
        locale="vi-VN",
        extra_http_headers=headers,
        service_workers="block",
    ).new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    watched = Watched(page, address)

    def judge(route: Route) -> None:
        if route.request.url.startswith((address + "/", "data:")):
            route.continue_()
        else:
            watched.strangers.append(route.request.url)
            route.abort()

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error":
            watched.complaints.append(said.text)

    page.route("**/*", judge)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", listen)
    return watched
