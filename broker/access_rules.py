"""Who may do what at the broker: what Mosquitto's dynamic security is told of services and devices.

What no rule allows is denied. A service has a role of its own name; a device has one too, because patterns with a
username in them do not exist before Mosquitto 2.1.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from devices.accounts import DeviceAccount
from devices.topics import Channel, subscription

CONTROL = "$CONTROL/dynamic-security/v1"
CONTROL_RESPONSE = f"{CONTROL}/response"
HASH_ITERATIONS = 101  # what the plugin takes itself; our passwords are random, 99 bits and more
SALT_BYTES = 12


class Access(StrEnum):
    """What a rule is about, in the plugin's words."""

    PUBLISH = "publishClientSend"
    RECEIVE = "publishClientReceive"
    SUBSCRIBE_LITERAL = "subscribeLiteral"
    SUBSCRIBE_PATTERN = "subscribePattern"
    UNSUBSCRIBE_LITERAL = "unsubscribeLiteral"
    UNSUBSCRIBE_PATTERN = "unsubscribePattern"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """What is allowed, or with `allow` false denied, on a topic; of several that fit the highest priority decides."""

    access: str
    topic: str
    allow: bool = True
    priority: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the plugin writes it."""
        return {"acltype": self.access, "topic": self.topic, "priority": self.priority, "allow": self.allow}


DEFAULT_ACCESS = {"publishClientSend": False, "publishClientReceive": False, "subscribe": False, "unsubscribe": True}
"""What holds where no rule fits. Receiving is denied too: a session that outlives a right brings nothing more."""


def _publish(*topics: str) -> tuple[Rule, ...]:
    return tuple(Rule(Access.PUBLISH, topic) for topic in topics)


def _read(*filters: str) -> tuple[Rule, ...]:
    return tuple(Rule(access, topic) for topic in filters for access in (Access.SUBSCRIBE_PATTERN, Access.RECEIVE))


ALERTS = "xa/+/alerts"
_SHARED = (Rule(Access.SUBSCRIBE_PATTERN, "$share/+/xa/#"),)
_HIDDEN_LOG = tuple(
    Rule(access, "$SYS/broker/log/#", allow=False, priority=1) for access in (Access.SUBSCRIBE_PATTERN, Access.RECEIVE)
)
_SPOKEN = tuple(subscription(channel) for channel in (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS))
_ERRORS = subscription(Channel.ERROR)

SERVICES: Mapping[str, tuple[Rule, ...]] = {
    # Reads everything that devices say, and tells a device why its last message was set aside.
    "ingest": (*_read("xa/#", "$SYS/#"), *_SHARED, *_HIDDEN_LOG, *_publish(_ERRORS)),
    # Looks on, tells of alerts, and alone gives accounts. The log names clients and their addresses.
    "maintain": (*_read("xa/#", "$SYS/#", CONTROL_RESPONSE), *_publish(CONTROL, ALERTS)),
    # Speaks as any device.
    "simulator": (*_read(_ERRORS), *_publish(*_SPOKEN)),
}
"""The rules of each service."""


def rules_of(account: DeviceAccount) -> tuple[Rule, ...]:
    """What a device may do: publish to three topics of its own, and subscribe to its four by their full names."""
    own = account.publishes[0].rpartition("/")[0]
    return (
        *_publish(*account.publishes),
        *(Rule(Access.SUBSCRIBE_LITERAL, topic) for topic in account.subscribes),
        Rule(Access.RECEIVE, f"{own}/#"),
    )


def password_members(password: str, salt: bytes | None = None) -> dict[str, Any]:
    """A password as the plugin's state holds it: PBKDF2 with SHA-512, as mosquitto_passwd(1) makes it."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ITERATIONS)
    return {
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": HASH_ITERATIONS,
    }


def first_state(passwords: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The state of a broker that knows services only. `passwords` are the members of each one's password."""
    return {
        "defaultACLAccess": DEFAULT_ACCESS,
        "clients": [
            {"username": name, "roles": [{"rolename": name}], **members} for name, members in passwords.items()
        ],
        "groups": [],
        "roles": [{"rolename": name, "acls": [rule.as_json() for rule in rules]} for name, rules in SERVICES.items()],
    }
