"""Reading a message that was set aside anew, by what is registered and declared now."""

from __future__ import annotations

from datetime import datetime

from ingest.reader import Devices, Reader, interpret
from storage.arrivals import Arrival
from storage.replay import Interpret


def interpreter(devices: Devices) -> Interpret:
    """A function that reads (topic, payload, time of receipt) as ingest would, were the message to come now."""
    reader = Reader()
    reader.know(devices)

    def read(topic: str, payload: bytes, received_at: datetime) -> Arrival:
        route = reader.route(topic)
        arrival = Arrival(topic, payload, received_at, route.device_id, route.kind, size=len(payload))
        interpret(arrival, route)
        return arrival

    return read
