"""The messages of the benchmarks: twelve fields of environment stations, in order, one a second a device."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson

from devices.topics import Channel, Topic

COMMUNE = "bench"
KIND = "environment"
START = datetime(2026, 1, 1, tzinfo=UTC)


def device_code(number: int) -> str:
    """The code of a device of the benchmark."""
    return f"bench-{number:05d}"


def reading(step: int, number: int) -> dict[str, object]:
    """One reading of twelve fields; `step` is the second."""
    wave = (step * 7 + number * 13) % 100 / 10
    return {
        "ts": (START + timedelta(seconds=step)).isoformat().replace("+00:00", "Z"),
        "seq": step,
        "temperature": 20 + wave,
        "relative_humidity": 60 + wave,
        "pressure": 1005.5 + wave,
        "pm1": 10 + wave,
        "pm25": 21.5 + wave,
        "pm10": 42 + wave,
        "co": 410 + wave,
        "no2": 31 + wave,
        "so2": 12.5 + wave,
        "o3": 66 + wave,
        "noise": 51 + wave,
        "battery": 90 + wave,
    }


def messages(count: int, devices: int, readings_each: int = 1, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many messages from the `first` on, round the devices, each an object or an array of `readings_each`."""
    topics = [str(Topic(COMMUNE, KIND, device_code(number), Channel.TELEMETRY)) for number in range(devices)]
    for index in range(first, first + count):
        number, turn = index % devices, index // devices
        body = [reading(turn * readings_each + place, number) for place in range(readings_each)]
        yield topics[number], orjson.dumps(body if readings_each > 1 else body[0])
