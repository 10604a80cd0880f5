"""Somebody who hears what a broker is sent."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from broker.session import Delivery, Session
from commune.stack.mosquitto import MosquittoServer
from devices.topics import Channel, subscription
from tests.waiting import wait_until


@contextmanager
def listening(broker: MosquittoServer, *channels: Channel) -> Iterator[list[Delivery]]:
    """A second client of the broker that takes down everything of these channels."""
    heard: list[Delivery] = []

    def take_down(delivery: Delivery) -> None:
        heard.append(delivery)
        session.settle([delivery])

    session = Session(
        broker.address("ingest"),
        f"listener-{uuid.uuid4().hex[:8]}",
        [subscription(channel) for channel in channels],
        receive_maximum=1000,
        on_delivery=take_down,
    )
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    wait_until(session.connected.is_set, "the listener is connected")
    try:
        yield heard
    finally:
        session.stop()
        thread.join(10)
