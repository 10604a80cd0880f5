"""Signing in as people do it: in a browser on a phone, with the keyboard, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from devices.people import Role
from tests.api.signing import PASSWORD, person
from tests.api.world import World

OTHER = "một câu dài chỉ mình biết"


@pytest.fixture
def phone(chromium: Browser, address: str, world: World) -> Iterator[Page]:
    """A phone in front of the API, and a technician Lan and an operator Minh; it complained of nothing."""
    person(world.url, "lan")
    person(world.url, "minh", Role.OPERATOR)
    context = chromium.new_context(
        base_url=address, viewport={"width": 390, "height": 780}, locale="vi-VN", service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Page, username: str = "lan", password: str = PASSWORD) -> None:
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    page.keyboard.press("Enter")


def test_a_technician_signs_in_and_comes_where_they_wanted(phone: Page) -> None:
    phone.goto("/account")
    expect(phone.locator("h1")).to_have_text("Đăng nhập")
    expect(phone.get_by_label("Tên đăng nhập")).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    sign_in(phone, password="wrong password")
    expect(phone.get_by_role("alert")).to_contain_text("không đúng")
    expect(phone.get_by_label("Tên đăng nhập")).to_have_value("lan")
    expect(phone.get_by_label("Mật khẩu")).to_be_focused()
    sign_in(phone)
    expect(phone.locator("h1")).to_have_text("Tài khoản của tôi")
    expect(phone.locator(".facts")).to_contain_text("kỹ thuật viên")
    assert phone.evaluate("document.cookie") == "", "scripts see no cookie"


def test_the_account_is_looked_after_on_one_page(phone: Page) -> None:
    phone.goto("/account")
    sign_in(phone)
    phone.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    phone.get_by_label("Mật khẩu mới", exact=True).fill(OTHER)
    phone.get_by_label("Nhập lại mật khẩu mới").fill(OTHER + "!")
    phone.get_by_role("button", name="Đổi mật khẩu").click()
    expect(phone.get_by_role("alert")).to_contain_text("không giống nhau")
    for label, text in (("Mật khẩu hiện tại", PASSWORD), ("Nhập lại mật khẩu mới", OTHER)):
        phone.get_by_label(label).fill(text)
    phone.get_by_label("Mật khẩu mới", exact=True).fill(OTHER)
    phone.get_by_role("button", name="Đổi mật khẩu").click()
    expect(phone.get_by_role("alert")).to_have_text("Đã đổi mật khẩu.")
    phone.get_by_label("Tên hiển thị").fill("Chị Lan")
    phone.get_by_label("Ngôn ngữ").select_option("en")
    phone.get_by_role("button", name="Lưu").click()
    expect(phone.get_by_role("alert")).to_have_text("Saved.")
    expect(phone.get_by_label("Name that others see")).to_have_value("Chị Lan")
    phone.get_by_role("button", name="Sign out", exact=True).click()
    expect(phone.get_by_role("alert")).to_have_text("You are signed out.")
    phone.goto("/account")
    expect(phone.locator("h1")).to_have_text("Sign in")


def test_a_lock_is_told_in_words_with_its_end(phone: Page) -> None:
    phone.goto("/sign-in")
    for _ in range(5):
        sign_in(phone, password="wrong password")
        expect(phone.get_by_role("alert")).to_be_visible()
    expect(phone.get_by_role("alert")).to_contain_text("Hãy thử lại sau")


def test_a_page_without_scripts_signs_in_all_the_same(chromium: Browser, address: str, world: World) -> None:
    person(world.url, "lan")
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/account")
    sign_in(page)
    expect(page.locator("h1")).to_have_text("Tài khoản của tôi")
    context.close()


def test_a_form_of_a_session_that_has_ended_is_told_on_a_page(phone: Page) -> None:
    phone.goto("/account")
    sign_in(phone)
    expect(phone.locator("h1")).to_have_text("Tài khoản của tôi")
    phone.context.clear_cookies()
    phone.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(phone.locator("h1")).to_have_text("Không thực hiện được")
    phone.get_by_role("link", name="Tới trang đăng nhập").click()
    expect(phone.locator("h1")).to_have_text("Đăng nhập")


def test_the_documentation_tries_out_a_change_in_the_name_of_who_signed_in(phone: Page) -> None:
    phone.goto("/sign-in?next=/api/v1/docs")
    sign_in(phone, "minh")
    discard = phone.locator(".operation", has=phone.locator("h3", has_text="/api/v1/dead-letters/discard"))
    expect(discard).to_contain_text("Quyền: operator", timeout=20_000)
    discard.get_by_role("button", name="Gửi thử").click()
    expect(discard.locator("form pre")).to_contain_text("POST /api/v1/dead-letters/discard\n200 ", timeout=20_000)


def test_pictures_for_a_person_to_look_at(phone: Page, tmp_path: Path) -> None:
    phone.goto("/account")
    picture = phone.screenshot(path=tmp_path / "sign-in.png", full_page=True)
    sign_in(phone)
    expect(phone.locator("h1")).to_have_text("Tài khoản của tôi")
    assert len(phone.screenshot(path=tmp_path / "account.png", full_page=True)) > len(picture) / 2
