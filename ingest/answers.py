"""Telling a device, on its `error` topic, why its last message was set aside: at most once a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson

from devices import topics
from devices.readings import Fault
from devices.reasons import REASONS
from devices.topics import Channel
from storage.arrivals import Arrival

INTERVAL_SECONDS = 60.0
DEVICES_REMEMBERED = 10_000


class Answers:
    """Sends answers through `tell(topic, payload)`."""

    def __init__(self, tell: Callable[[str, bytes], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._told: dict[str, float] = {}

    def answer(self, arrival: Arrival, fault: Fault) -> None:
        """Tell the device behind an arrival what was wrong, unless it was told something within the last minute."""
        try:
            topic = topics.parse(arrival.topic)
        except topics.TopicError:
            return  # there is nobody behind such a topic who could be told
        where = str(topics.Topic(topic.commune, topic.kind, topic.device, Channel.ERROR))
        now = self._clock()
        if now - self._told.get(where, -INTERVAL_SECONDS) < INTERVAL_SECONDS:
            return
        if len(self._told) >= DEVICES_REMEMBERED:
            self._told = {name: when for name, when in self._told.items() if now - when < INTERVAL_SECONDS}
            if len(self._told) >= DEVICES_REMEMBERED:
                return
        self._told[where] = now
        explanation = REASONS[fault.reason][1]
        self._tell(
            where,
            orjson.dumps(
                {
                    "reason": fault.reason.value,
                    "vi": explanation.vi,
                    "en": explanation.en,
                    "detail": fault.detail,
                    "field": fault.field,
                    "received_at": arrival.received_at.isoformat().replace("+00:00", "Z"),
                }
            ),
        )
