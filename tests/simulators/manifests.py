"""Manifests of some messages of one station."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from devices.topics import Channel
from simulators.faults import Parcel
from simulators.manifest import Manifest, Record
from simulators.messages import Message
from tests.simulators.moments import at

NOW = at("2026-11-20 10:00")
REGISTERED = {"tram-01": "environment"}
ABOUT = {"commune": "gia-loc", "seed": 1}


def manifest_of(path: Path, messages: Sequence[tuple[str, object] | Parcel]) -> Record:
    """A manifest of some messages of one station, each a channel and a payload, which the broker has accepted."""
    with Manifest(path, REGISTERED, ABOUT) as manifest:
        for given in messages:
            parcel = given if isinstance(given, Parcel) else parcel_of(*given)
            manifest.answered(manifest.add(parcel, NOW), True)
    return Record(path)


def parcel_of(channel: str, payload: object, **more: Any) -> Parcel:
    """A message that is due now."""
    topic = f"xa/gia-loc/environment/tram-01/{channel}"
    sent = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return Parcel(NOW, Message(NOW, topic, sent, "environment", Channel(channel)), NOW, **more)


def reading(seconds: int, **values: object) -> tuple[str, object]:
    """A reading of some seconds ago."""
    return "telemetry", {"ts": NOW - seconds, **values}
