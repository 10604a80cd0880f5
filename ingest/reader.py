"""From a delivery to what it says: which device it is from, and what can be read of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from broker.session import Delivery
from devices import topics
from devices.catalogue import KINDS
from devices.codec import decode_event, decode_status, decode_telemetry, mask_personal_data
from devices.model import Kind
from devices.readings import Fault
from devices.reasons import Reason
from devices.registry import DeviceState
from devices.topics import Channel
from ingest.receipt import ReceiptTimes
from storage.arrivals import UNREGISTERED, Arrival
from storage.books import checksum
from storage.registry import RegisteredDevice

Devices = dict[tuple[str, str], RegisteredDevice]
OUT_OF_SERVICE = (DeviceState.PLANNED, DeviceState.RETIRED)
TOPICS_REMEMBERED = 100_000
LONGEST_TOPIC_REMEMBERED = 256
"""No topic of ours is longer: three names of 63 characters and a channel."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a topic leads to: a device's channel, or the fault that sets its messages aside."""

    channel: Channel
    kind: Kind | None
    device_id: int
    fault: Fault | None


class Reader:
    """Reads deliveries by what is registered. Never raises for any content."""

    def __init__(self, receipt_times: ReceiptTimes | None = None) -> None:
        self._receipt_times = receipt_times or ReceiptTimes()
        self._devices: Devices = {}
        self._routes: dict[str, Route] = {}

    def know(self, devices: Devices) -> None:
        """Take over what is registered now."""
        self._devices = devices
        self._routes.clear()

    def route(self, topic: str) -> Route:
        """What a topic leads to; remembered until the registry changes."""
        route = self._routes.get(topic)
        if route is None and len(topic) > LONGEST_TOPIC_REMEMBERED:
            return self._find(topic)
        if route is None:
            if len(self._routes) >= TOPICS_REMEMBERED:  # a flood of made-up topics must not grow without bound
                self._routes.clear()
            route = self._routes[topic] = self._find(topic)
        return route

    def _find(self, text: str) -> Route:
        try:
            topic = topics.parse(text)
        except topics.TopicError as error:
            return Route(Channel.TELEMETRY, None, UNREGISTERED, Fault(Reason.BAD_TOPIC, str(error)))
        device = self._devices.get((topic.commune, topic.device))
        if device is None:
            detail = f"no device {topic.device!r} is registered in commune {topic.commune!r}"
            return Route(topic.channel, None, UNREGISTERED, Fault(Reason.UNKNOWN_DEVICE, detail))
        if device.state in OUT_OF_SERVICE:
            detail = f"device {topic.device!r} is registered as {device.state}, so nothing is taken from it"
            return Route(topic.channel, None, device.device_id, Fault(Reason.NOT_IN_SERVICE, detail))
        if device.kind != topic.kind or topic.kind not in KINDS:
            detail = f"device {topic.device!r} is registered as {device.kind!r}, the topic says {topic.kind!r}"
            return Route(topic.channel, None, device.device_id, Fault(Reason.WRONG_KIND, detail))
        return Route(topic.channel, KINDS[device.kind], device.device_id, None)

    def read(self, delivery: Delivery) -> Arrival:
        """What a delivery says, or why it cannot be read."""
        route = self.route(delivery.topic)
        received_at = datetime.fromtimestamp(delivery.received_at, UTC)
        arrival = Arrival(
            delivery.topic,
            delivery.payload,
            received_at,
            route.device_id,
            route.kind,
            packet_id=delivery.packet_id,
            checksum=checksum(delivery.topic, delivery.payload),
            size=len(delivery.payload),
        )
        interpret(arrival, route)
        if arrival.readings:
            self._receipt_times.place(id(delivery), arrival.device_id, arrival.readings)
        return arrival


def interpret(arrival: Arrival, route: Route) -> None:
    """Fill in what an arrival says, by its route."""
    if route.fault is not None:
        arrival.faults = [route.fault]
    elif route.channel is Channel.TELEMETRY and route.kind is not None:
        arrival.readings, arrival.faults = decode_telemetry(arrival.payload, route.kind, arrival.received_at)
    elif route.channel is Channel.STATUS:
        status = decode_status(arrival.payload, arrival.received_at)
        if isinstance(status, Fault):
            arrival.faults = [status]
        else:
            arrival.status = status
    elif route.channel is Channel.EVENT:
        event = decode_event(arrival.payload, arrival.received_at)
        if isinstance(event, Fault):
            arrival.faults = [event]
        else:
            arrival.event = event
    else:
        arrival.faults = [Fault(Reason.BAD_TOPIC, "devices do not publish on the error topic")]
    if any(fault.reason is Reason.PERSONAL_DATA for fault in arrival.faults):
        arrival.payload = mask_personal_data(arrival.payload)
