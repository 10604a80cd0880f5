"""What a device is told about what was set aside."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson

from devices.readings import Fault
from devices.reasons import Reason
from ingest.answers import DEVICES_REMEMBERED, INTERVAL_SECONDS, Answers
from storage.arrivals import Arrival

FAULT = Fault(Reason.OUT_OF_RANGE, "temperature 61 is above 60", index=0, field="temperature")


class Desk:
    """Answers with a clock in the test's hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent: list[tuple[str, dict[str, object]]] = []
        self.answers = Answers(lambda topic, body: self.sent.append((topic, orjson.loads(body))), lambda: self.now)

    def answer(self, topic: str) -> None:
        self.answers.answer(Arrival(topic, b"", datetime(2026, 11, 20, tzinfo=UTC)), FAULT)


def test_the_answer_goes_to_the_devices_error_topic_in_both_languages() -> None:
    desk = Desk()
    desk.answer("xa/gia-loc/environment/cb-mt-01/telemetry")
    ((topic, body),) = desk.sent
    assert topic == "xa/gia-loc/environment/cb-mt-01/error"
    assert body == {
        "reason": "out_of_range",
        "vi": "Giá trị ngoài khoảng cho phép",
        "en": "The value is outside the allowed range",
        "detail": "temperature 61 is above 60",
        "field": "temperature",
        "received_at": "2026-11-20T00:00:00Z",
    }


def test_a_device_is_told_once_a_minute() -> None:
    desk = Desk()
    for desk.now in (0.0, 1.0, INTERVAL_SECONDS - 1, INTERVAL_SECONDS, INTERVAL_SECONDS + 1):
        desk.answer("xa/gia-loc/environment/cb-mt-01/event")
    assert len(desk.sent) == 2


def test_nobody_is_told_about_a_topic_that_is_nobodys() -> None:
    desk = Desk()
    desk.answer("somewhere/else")
    assert desk.sent == []


def test_a_flood_of_made_up_devices_does_not_grow_without_bound_and_passes() -> None:
    desk = Desk()
    for number in range(DEVICES_REMEMBERED + 10):
        desk.answer(f"xa/gia-loc/environment/dev-{number}/telemetry")
    assert len(desk.sent) == DEVICES_REMEMBERED
    desk.now = INTERVAL_SECONDS
    desk.answer("xa/gia-loc/environment/cb-mt-01/telemetry")
    assert len(desk.sent) == DEVICES_REMEMBERED + 1
