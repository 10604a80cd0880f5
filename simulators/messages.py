"""From simulated devices to what goes over MQTT: telemetry, events and statuses with their topics, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from devices.codec import encode_telemetry
from devices.readings import Value
from devices.times import write_time
from devices.topics import Channel, Topic
from simulators.calendar import utc
from simulators.communes.sample import SampleCommune
from simulators.devices import SIMULATORS, Simulator
from simulators.frames import Row
from simulators.world import World


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One MQTT message: its time in Unix seconds, topic and payload, and how many readings it carries.

    Messages order by time and topic, so that two runs publish in the same order.
    """

    time: int
    topic: str
    payload: bytes = field(compare=False)
    kind: str = field(compare=False)
    channel: Channel = field(compare=False)
    readings: int = field(compare=False, default=0)

    @property
    def retained(self) -> bool:
        """Only statuses are kept by the broker for whoever comes later."""
        return self.channel is Channel.STATUS


def simulators_of(commune: SampleCommune, seed: int, devices: int | None = None) -> list[Simulator]:
    """The simulators of a commune's devices in one world; with `devices` of that many, dealt out over the kinds."""
    chosen = commune.devices if devices is None else commune.spread(devices)
    world = World(seed, commune.setting)
    return [SIMULATORS[device.kind](device, commune.traits[device.code], world) for device in chosen]


def encode_rows(simulator: Simulator, rows: Sequence[Row]) -> bytes:
    """The payload of one message: an object, or an array where the device has several readings at the same time."""
    objects = [encode_telemetry(simulator.kind, utc(row.time), row.seq, row.members(simulator.kind)) for row in rows]
    return objects[0] if len(objects) == 1 else b"[" + b",".join(objects) + b"]"


def encode_note(time: int, members: Mapping[str, Value]) -> bytes:
    """The payload of a status or an event."""
    return orjson.dumps({"ts": write_time(utc(time)), **members})


def note(simulator: Simulator, time: int, channel: Channel, members: Mapping[str, Value]) -> Message:
    """The message of a status or an event."""
    return Message(time, topic_of(simulator, channel), encode_note(time, members), simulator.kind_name, channel)


def messages_between(simulators: Sequence[Simulator], start: int, end: int) -> Iterator[Message]:
    """All messages with start <= time < end, in order."""
    return heapq.merge(*(messages_of(simulator, start, end) for simulator in simulators))


def messages_of(simulator: Simulator, start: int, end: int) -> list[Message]:
    """The messages of one device with start <= time < end, in order."""
    topic = topic_of(simulator, Channel.TELEMETRY)
    found = [
        Message(rows[0].time, topic, encode_rows(simulator, rows), simulator.kind_name, Channel.TELEMETRY, len(rows))
        for rows in simulator.frame(start, end).messages()
    ]
    happened = simulator.all_happenings(start, end)
    found += [note(simulator, thing.time, thing.channel, thing.members) for thing in happened]
    return sorted(found)


def topic_of(simulator: Simulator, channel: Channel) -> str:
    """The topic of a device's channel."""
    return str(Topic(simulator.device.commune, simulator.kind_name, simulator.device.code, channel))
