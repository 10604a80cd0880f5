"""The account of a device at the MQTT broker: its name, and the four topics that are its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from devices.topics import SLUG, Channel, Topic

USERNAME = re.compile(rf"{SLUG.pattern}\.{SLUG.pattern}")
"""The form of a device's name at the broker. No code holds a dot, so the name tells commune and device apart."""


class AccountState(StrEnum):
    """Where the account of a device stands.

    `waiting`: the broker is yet to be told. `ready`: it knows. `disabled`: it lets the device in no more. `failed`:
    it was told and said no; it will be told again. `needs_password`: there is none, or it is lost; give a new one.
    """

    WAITING = "waiting"
    READY = "ready"
    DISABLED = "disabled"
    FAILED = "failed"
    NEEDS_PASSWORD = "needs_password"  # noqa: S105 - the name of a state


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """What a device is called at the broker and may do there; `commune` and `device` are codes."""

    commune: str
    kind: str
    device: str

    @property
    def username(self) -> str:
        """Its name at the broker, such as `gia-loc.env-001`."""
        return f"{self.commune}.{self.device}"

    @property
    def client_id(self) -> str:
        """The only client id under which the account may be used: the same as its name."""
        return self.username

    @property
    def publishes(self) -> tuple[str, ...]:
        """The topics that it may publish to."""
        return tuple(self._topic(channel) for channel in (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS))

    @property
    def subscribes(self) -> tuple[str, ...]:
        """The topics that it may subscribe to: its own four."""
        return tuple(self._topic(channel) for channel in Channel)

    def _topic(self, channel: Channel) -> str:
        return str(Topic(self.commune, self.kind, self.device, channel))


@dataclass(frozen=True, slots=True)
class BrokerEndpoint:
    """Where devices reach the broker: the port without TLS and that with it, where there is one."""

    host: str
    port: int | None = None
    tls_port: int | None = None


def is_device_name(text: str) -> bool:
    """True when a name at the broker has the form of a device's."""
    return USERNAME.fullmatch(text) is not None
