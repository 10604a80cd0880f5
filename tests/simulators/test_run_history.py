"""History is what a live run would have published, in weeks and in columns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devices.codec import decode_telemetry
from devices.topics import Channel, parse
from simulators.calendar import ORIGIN
from simulators.devices import Simulator
from simulators.errors import BeforeTheWorld
from simulators.history import history, readings_of, weeks
from simulators.messages import Message, messages_between
from tests.simulators.moments import at


def test_history_is_what_a_live_run_publishes_value_for_value_and_number_for_number(nine: list[Simulator]) -> None:
    start, end = at("2026-11-19 23:00"), at("2026-11-20 01:00")
    sent: list[tuple[str, Message]] = [(parse(m.topic).device, m) for m in messages_between(nine, start, end)]
    for simulator in nine:
        live = [
            reading
            for code, message in sent
            if code == simulator.device.code and message.channel is Channel.TELEMETRY
            for reading in decode_telemetry(message.payload, simulator.kind, datetime.fromtimestamp(end, UTC))[0]
        ]
        assert live == readings_of(simulator, start, end)


def test_history_goes_on_where_it_stopped(nine: list[Simulator]) -> None:
    start, middle, end = at("2026-11-18 00:00"), at("2026-11-18 13:17"), at("2026-11-19 00:00")
    for simulator in nine:
        whole = readings_of(simulator, start, end)
        assert readings_of(simulator, start, middle) + readings_of(simulator, middle, end) == whole
        numbers = [reading.seq or 0 for reading in whole]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_history_comes_in_weeks_of_the_tables_and_in_each_device_after_device(nine: list[Simulator]) -> None:
    start, end = at("2026-11-18 06:00"), at("2026-11-27 07:00")  # 26 November is the Thursday between
    assert list(weeks(start, end)) == [
        (start, at("2026-11-19 07:00")), (at("2026-11-19 07:00"), at("2026-11-26 07:00")), (at("2026-11-26 07:00"), end)
    ]  # fmt: skip
    batches = list(history(nine, start, end))
    assert [batch.device.code for batch in batches] == [simulator.device.code for simulator in nine] * 3
    for batch, readings in zip(batches[9:18], batches[18:], strict=True):
        assert batch.arrays[0].times.min() >= at("2026-11-19 07:00")
        assert batch.arrays[0].times.max() < at("2026-11-26 07:00") <= readings.arrays[0].times.min()
    with pytest.raises(BeforeTheWorld):
        next(history(nine, ORIGIN - 1, ORIGIN))


def test_the_columns_of_history_are_its_readings(nine: list[Simulator]) -> None:
    start, end = at("2026-11-18 06:00"), at("2026-11-18 09:00")
    for batch in history(nine, start, end):
        simulator = next(s for s in nine if s.device == batch.device)
        parts = list(simulator.frame(start, end).series())
        assert [part.times for part in parts] == [arrays.times.tolist() for arrays in batch.arrays]
        found = sorted(
            row for part in parts for row in zip(part.times, part.seqs, zip(*part.values, strict=True), strict=True)
        )
        expected = [(int(r.time.timestamp()), r.seq, r.values) for r in readings_of(simulator, start, end)]
        assert found == expected
        assert batch.readings == len(expected)
