"""What a mosquitto.conf says of the queues: how long they may be, and what of them survives.

    max_queued_messages 2000000
    autosave_interval 60

Meanings and defaults are those of mosquitto.conf(5), version 2.0. Files that it includes are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broker.errors import BrokerError


class ConfigurationUnreadable(BrokerError):
    """The broker's configuration cannot be read from here, or holds a value that is none."""


@dataclass(frozen=True, slots=True)
class BrokerConfiguration:
    """What bounds the queues of a Mosquitto and their loss.

    `autosave_seconds` is how often queues are written to disk: None where that goes by changes instead, 0 where it is
    done at a proper end only. A limit of 0 is none.
    """

    persistence: bool = False
    autosave_seconds: int | None = 1800
    max_queued_messages: int = 1000
    max_queued_bytes: int = 0


def read_configuration(path: Path) -> BrokerConfiguration:
    """Read a mosquitto.conf; raises ConfigurationUnreadable with one line that says why."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationUnreadable(f"{path} cannot be read: {error}") from error
    return parse_configuration(text, str(path))


def parse_configuration(text: str, source: str) -> BrokerConfiguration:
    """The configuration in a text; `source` is named in the ConfigurationUnreadable for a value that is none."""
    said = {}
    for line in text.splitlines():
        name, _, value = line.strip().partition(" ")
        if name and not name.startswith("#"):
            said[name] = value.strip()

    def number(name: str, default: int) -> int:
        try:
            return int(said.get(name, default))
        except ValueError:
            raise ConfigurationUnreadable(f"{source}: {name} {said[name]} is no number") from None

    by_changes = said.get("autosave_on_changes") == "true"
    return BrokerConfiguration(
        persistence=said.get("persistence") == "true",
        autosave_seconds=None if by_changes else number("autosave_interval", 1800),
        max_queued_messages=number("max_queued_messages", 1000),
        max_queued_bytes=number("max_queued_bytes", 0),
    )
