"""What a kind of device is: a value, not code.

A `Kind` is one short declaration in `devices/catalogue/`. The payload check, the table, the API schema, the
simulator's obligation and the documentation are all derived from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from devices import units
from devices.units import Unit


class Behaviour(StrEnum):
    """How a field's values aggregate over time."""

    GAUGE = "gauge"
    COUNTER = "counter"
    STATE = "state"
    LABEL = "label"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Vietnamese and in English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a telemetry payload.

    `unit`, `minimum` and `maximum` are set for gauges and counters only (both bounds are inclusive). `choices` limits a
    label or key to known words; an empty tuple allows any text of at most `max_length` characters. `circular` marks a
    direction in degrees, whose mean is circular. `additive` marks an amount of the interval since the last reading,
    such as rain, whose sum is meaningful. `rollover` is the size of a counter's register where it is known: one of
    2**32 counts to 4294967295 and goes on from 0. `required` is for keys without which a reading has no identity.
    """

    name: str
    behaviour: Behaviour
    title: Text
    meaning: Text
    unit: Unit | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 1
    circular: bool = False
    choices: tuple[str, ...] = ()
    max_length: int = 64
    required: bool = False
    additive: bool = False
    rollover: float | None = None

    @property
    def is_number(self) -> bool:
        """True for gauges and counters."""
        return self.behaviour in (Behaviour.GAUGE, Behaviour.COUNTER)


def gauge(
    name: str,
    unit: Unit,
    minimum: float,
    maximum: float,
    title: Text,
    meaning: Text,
    *,
    decimals: int = 1,
    circular: bool = False,
    additive: bool = False,
) -> Field:
    """A measured quantity: mean, minimum, maximum and last are meaningful; the sum where it is `additive`."""
    return Field(
        name, Behaviour.GAUGE, title, meaning, unit, minimum, maximum, decimals, circular=circular, additive=additive
    )


def counter(
    name: str,
    unit: Unit,
    maximum: float,
    title: Text,
    meaning: Text,
    *,
    decimals: int = 0,
    rollover: float | None = None,
) -> Field:
    """A total that only rises until it is reset, or until its register rolls over: its increase is meaningful."""
    return Field(name, Behaviour.COUNTER, title, meaning, unit, 0.0, maximum, decimals, rollover=rollover)


def state(name: str, title: Text, meaning: Text) -> Field:
    """True or false: the share of time and the changes are meaningful."""
    return Field(name, Behaviour.STATE, title, meaning)


def label(name: str, title: Text, meaning: Text, choices: Sequence[str] = ()) -> Field:
    """A word that is kept as it is."""
    return Field(name, Behaviour.LABEL, title, meaning, choices=tuple(choices))


def key(name: str, title: Text, meaning: Text, choices: Sequence[str] = (), *, required: bool = False) -> Field:
    """A part of a reading's identity, beside the device and the time."""
    return Field(name, Behaviour.KEY, title, meaning, choices=tuple(choices), required=required)


COMMON_FIELDS = (
    gauge(
        "battery",
        units.PERCENT,
        0,
        100,
        Text("Mức pin", "Battery"),
        Text("Dung lượng pin còn lại", "Remaining battery charge"),
        decimals=0,
    ),
    gauge(
        "rssi",
        units.DECIBEL_MILLIWATT,
        -150,
        0,
        Text("Mức sóng của thiết bị", "Device signal strength"),
        Text(
            "Cường độ tín hiệu thu trên đường truyền của chính thiết bị",
            "Received signal strength of the device's own link",
        ),
        decimals=0,
    ),
    counter(
        "uptime",
        units.SECOND,
        1e10,
        Text("Thời gian hoạt động", "Uptime"),
        Text("Số giây kể từ lần khởi động gần nhất", "Seconds since the device last started"),
    ),
    label(
        "firmware",
        Text("Phần mềm", "Firmware"),
        Text("Phiên bản phần mềm của thiết bị", "Version of the device's software"),
    ),
)
"""Fields that every kind has besides its own."""


@dataclass(frozen=True)
class Kind:
    """One kind of field device.

    `own_fields` are declared in the kind's file; `fields` adds the common ones. `interval_seconds` is the interval at
    which such a device usually reports, used where a device has none of its own. `domain` is the plans' field of use.
    """

    name: str
    title: Text
    meaning: Text
    domain: Text
    interval_seconds: int
    own_fields: tuple[Field, ...] = field(repr=False)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields, keys included, own fields first."""
        return self.own_fields + COMMON_FIELDS

    @cached_property
    def keys(self) -> tuple[Field, ...]:
        """The fields that are part of a reading's identity, in the order of their columns."""
        return tuple(f for f in self.fields if f.behaviour is Behaviour.KEY)

    @cached_property
    def values(self) -> tuple[Field, ...]:
        """The fields that are not keys, in the order of their columns."""
        return tuple(f for f in self.fields if f.behaviour is not Behaviour.KEY)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every field under its name."""
        return {f.name: f for f in self.fields}
