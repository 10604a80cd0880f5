"""Alerts on MQTT: `xa/{commune}/alerts`, QoS 1, not retained; those of the system on `xa/-/alerts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from alerts.errors import DeliveryFailed
from broker.address import BrokerAddress
from broker.errors import BrokerError
from broker.publisher import Publisher
from storage.alert_outbox import Due

CLIENT_ID = "commune-alerts"
SYSTEM = "-"
"""No commune: a code has two characters at least."""
TIMEOUT_SECONDS = 10.0


def topic_of(commune: str | None) -> str:
    """The topic on which the alerts of a commune are told."""
    return f"xa/{commune or SYSTEM}/alerts"


@dataclass(frozen=True, slots=True)
class Topic:
    """The broker, as a channel. Every event has a connection of its own: alerts are rare."""

    broker: BrokerAddress
    client_id: str = CLIENT_ID

    @property
    def name(self) -> str:
        """The channel."""
        return "mqtt"

    def deliver(self, due: Due, members: dict[str, Any]) -> None:
        """Publish the event and wait until the broker has it. Raises DeliveryFailed."""
        try:
            with Publisher(self.broker, self.client_id, timeout_seconds=TIMEOUT_SECONDS) as publisher:
                publisher.publish(topic_of(due.commune), orjson.dumps(members))
                publisher.flush(TIMEOUT_SECONDS)
        except BrokerError as error:
            raise DeliveryFailed(f"the broker did not take the alert: {error}") from error
        if publisher.refused:
            raise DeliveryFailed(f"the broker refuses {topic_of(due.commune)} to the account {self.broker.username}")
