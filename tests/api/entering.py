"""Browsers that enter through an OpenID Connect provider."""

from __future__ import annotations

from collections.abc import Callable

import httpx

Entrance = Callable[..., httpx.Client]


def through(browser: httpx.Client, **parameters: str) -> httpx.Response:
    """Go to the provider and come back."""
    sent = browser.get("/sign-in/provider", params=parameters)
    assert sent.status_code == 303, sent.text
    returned = httpx.get(sent.headers["location"], timeout=30)
    assert returned.status_code == 302, returned.text
    return browser.get(returned.headers["location"])


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert "commune_session" not in answer.headers.get("set-cookie", "")
