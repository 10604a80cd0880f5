"""Sessions that a broker keeps for nobody, and a watch over their queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broker.address import BrokerAddress
from broker.client import loop_until, make_client, open_session
from broker.watch import Watch
from tests.background import in_background


def leave_a_session(address: BrokerAddress, client_id: str, topic_filter: str) -> None:
    """Subscribe at QoS 1 under a client id and go away: the broker queues for it from now on."""
    client = make_client(address, client_id, manual_ack=True)
    subscribed: list[bool] = []
    client.on_subscribe = lambda *_: subscribed.append(True)
    open_session(client, address, clean=False)
    client.subscribe(topic_filter, qos=1)
    assert loop_until(client, lambda: bool(subscribed), 10)
    client.leave()


@contextmanager
def watching(address: BrokerAddress) -> Iterator[Watch]:
    """A watch in a thread of its own."""
    watched = Watch(address)
    with in_background(watched.run):
        yield watched
