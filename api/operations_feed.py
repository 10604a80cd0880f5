"""One picture for all screens: read once every few seconds however many look at it, and told as server-sent events.

A screen is told everything first, and then what has changed. Every event carries the time of the picture, so a screen
that hears nothing knows that what it shows is old.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from time import monotonic
from typing import Any

import orjson
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import format_sse_event

from storage.errors import StorageError

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 2.0
STREAM_SECONDS = 300.0
"""A stream ends after so long, and the screen opens another: then it is asked again who is there."""
RETRY_MILLISECONDS = 1500
ALWAYS = frozenset({"at"})

Picture = dict[str, Any]


class Feed:
    """The newest picture of one application."""

    def __init__(self, read: Callable[[], Picture], interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._read = read
        self._interval_seconds = interval_seconds
        self._lock = asyncio.Lock()
        self._newest: Picture | StorageError | None = None
        self._read_at = -interval_seconds

    async def newest(self) -> Picture:
        """The picture, not older than the interval. Raises StorageError, the same to all who ask within it."""
        async with self._lock:
            if self._newest is None or monotonic() - self._read_at >= 0.9 * self._interval_seconds:
                try:
                    self._newest = await run_in_threadpool(self._read)
                except StorageError as error:
                    logger.warning("the picture of operations could not be read: %s", error)
                    self._newest = error
                self._read_at = monotonic()
        if isinstance(self._newest, StorageError):
            raise self._newest
        return self._newest

    async def events(self, stream_seconds: float = STREAM_SECONDS) -> AsyncIterator[bytes]:
        """The picture as events, for one screen, until the stream has lasted long enough or the screen is gone."""
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        told: Picture = {}
        ends = monotonic() + stream_seconds
        while monotonic() < ends:
            try:
                picture = await self.newest()
            except StorageError:
                yield format_sse_event(event="trouble", data_str="{}")
            else:
                yield format_sse_event(data_str=orjson.dumps(changes(told, picture)).decode())
                told = picture
            await asyncio.sleep(self._interval_seconds)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Picture:
    """What a screen that knows `before` must be told: members that differ, and always the time.

    Of `devices` only those whose state differs; null for one that is gone. To one that knows nothing, everything.
    """
    told = {
        name: value for name, value in after.items() if name in ALWAYS or name not in before or before[name] != value
    }
    if "devices" in told and "devices" in before:
        known, now = before["devices"], after["devices"]
        gone = dict.fromkeys(known.keys() - now.keys())
        told["devices"] = {code: state for code, state in now.items() if known.get(code) != state} | gone
    return told
