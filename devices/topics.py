"""The topics of the native format: `xa/{commune}/{kind}/{device}/{channel}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from devices.errors import TopicError

__all__ = ["ROOT", "SLUG", "Channel", "Topic", "TopicError", "check_slug", "parse", "subscription"]

ROOT = "xa"
SLUG = re.compile(r"[a-z0-9_-]{2,63}")


class Channel(StrEnum):
    """What a message on a topic is about; the last level of the topic."""

    TELEMETRY = "telemetry"
    EVENT = "event"
    STATUS = "status"
    ERROR = "error"


def check_slug(what: str, text: str) -> str:
    """Return `text` when it may stand in a topic; raise TopicError that names `what` otherwise."""
    if not SLUG.fullmatch(text):
        raise TopicError(f"{what} {text!r} must be 2 to 63 characters of a-z, 0-9, - and _")
    return text


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the native format, taken apart."""

    commune: str
    kind: str
    device: str
    channel: Channel

    def __str__(self) -> str:
        return f"{ROOT}/{self.commune}/{self.kind}/{self.device}/{self.channel.value}"


def parse(topic: str) -> Topic:
    """Take a topic apart; raise TopicError when it is not of the native format."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != ROOT:
        raise TopicError(f"topic {topic!r} is not of the form xa/{{commune}}/{{kind}}/{{device}}/{{channel}}")
    for what, text in zip(("commune", "kind", "device"), parts[1:4], strict=True):
        check_slug(what, text)
    try:
        channel = Channel(parts[4])
    except ValueError:
        raise TopicError(
            f"channel {parts[4]!r} of topic {topic!r} is none of telemetry, event, status, error"
        ) from None
    return Topic(parts[1], parts[2], parts[3], channel)


def subscription(channel: Channel, commune: str = "+") -> str:
    """The filter that matches a channel of every device, of every commune or of one."""
    return f"{ROOT}/{commune}/+/+/{channel.value}"
