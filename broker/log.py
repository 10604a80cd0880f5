"""What Mosquitto says in its log of clients that come, go and are turned away, read under `$SYS/broker/log`.

    2026-11-21T10:12:00+0700: Client gia-loc.den-07 disconnected, not authorised.
    2026-11-21T10:12:03+0700: New client connected from 10.0.3.7:4711 as gia-loc.den-07 (p2, c1, k60, u'...').

The words are those of 2.0 (2.0.21 was listened to, line by line). It does not say which username was tried, nor, at any
level that can be afforded, what was denied on a topic. `log_dest topic` and `connection_messages true` are needed.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

from broker.address import BrokerAddress
from broker.client import loop_until, make_client, open_session, step
from broker.errors import BrokerUnreachable, SubscriptionRefused

TOPICS = ("$SYS/broker/log/N", "$SYS/broker/log/E", "$SYS/broker/log/I")
ANSWER_SECONDS = 10.0
WAIT_SECONDS = 0.2
MOST_LINE_BYTES = 2048
UNKNOWN = "<unknown>"
"""What the log calls a client that has not told its id."""


class Said(StrEnum):
    """What a line of the log says of a client."""

    CONNECTED = "connected"
    GONE = "gone"
    NOT_AUTHORISED = "not_authorised"
    TAKEN_OVER = "taken_over"
    TOO_LARGE = "too_large"
    BAD_PROTOCOL = "bad_protocol"
    BAD_TLS = "bad_tls"


@dataclass(frozen=True, slots=True)
class LogLine:
    """What was said of which client; an address only where the line has one."""

    said: Said
    client_id: str = ""
    address: str = ""


# A client chooses its id, and may write sentences of the log into it: each form is matched to the very end of the line,
# and the id is the longest text that fits. An id like that is no device's.
_FORMS = tuple(
    (said, re.compile(form, re.DOTALL))
    for said, form in (
        (
            Said.CONNECTED,
            r"New client connected from (?P<address>\S+) as (?P<client>.+) \(p\d, c\d, k\d+(?:, u'.*')?\)\.",
        ),
        (Said.NOT_AUTHORISED, r"Client (?P<client>.+) disconnected, not authorised\."),
        (Said.TAKEN_OVER, r"Client (?P<client>.+) already connected, closing old connection\."),
        (Said.TOO_LARGE, r"Client (?P<client>.+) disconnected due to oversize (?:packet|payload)\."),
        (Said.BAD_PROTOCOL, r"Client (?P<client>.+) disconnected due to (?:malformed packet|protocol error)\."),
        (Said.BAD_PROTOCOL, r"Invalid protocol (?:version \d+|\".*\") in CONNECT from (?P<address>\S+)\."),
        (Said.BAD_TLS, r"OpenSSL Error.*"),
        (
            Said.GONE,
            r"Client (?P<client>.+) (?:disconnected(?: due to [a-z ]+|: .*)?\.?|closed its connection\.|"
            r"has exceeded timeout, disconnecting\.|been disconnected by administrative action\.)",
        ),
    )
)


def read_line(text: str) -> LogLine | None:
    """What a line says; None for one that is not about a client."""
    _, stamped, rest = text.partition(": ")
    words = rest if stamped else text
    for said, form in _FORMS:
        matched = form.fullmatch(words)
        if matched is not None:
            found = matched.groupdict()
            client = found.get("client") or ""
            return LogLine(said, "" if client == UNKNOWN else client, found.get("address") or "")
    return None


class BrokerLog:
    """A connection to the log of a broker; not for use from two threads. `on_line` must not block."""

    def __init__(self, address: BrokerAddress, on_line: Callable[[LogLine], None]) -> None:
        self._address = address
        self._on_line = on_line
        self._client = make_client(address, f"commune-log-{secrets.token_hex(6)}", manual_ack=False)
        self._client.on_message = self._read

    def open(self) -> None:
        """Connect and subscribe.

        Raises BrokerUnreachable, ConnectionRefusedByBroker, or SubscriptionRefused when the account may not read it.
        """
        open_session(self._client, self._address, clean=True)
        refused: list[bool] = []
        self._client.on_subscribe = lambda _c, _u, _mid, reasons, _p: refused.extend(r.is_failure for r in reasons)
        self._client.subscribe([(topic, 0) for topic in TOPICS])
        loop_until(self._client, lambda: bool(refused), ANSWER_SECONDS)
        if not refused or any(refused):
            raise SubscriptionRefused(f"account {self._address.username!r} may not read the MQTT broker's log")

    def listen(self, stopping: threading.Event) -> None:
        """Read for a moment; raises BrokerUnreachable when the connection is lost."""
        if stopping.is_set():
            return
        if step(self._client, WAIT_SECONDS) != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client.socket() is None:
            raise BrokerUnreachable("the connection to the MQTT broker was lost")

    def close(self) -> None:
        """Take leave of the broker."""
        self._client.leave()

    def _read(self, _client: object, _userdata: object, message: MQTTMessage) -> None:
        line = read_line(bytes(message.payload[:MOST_LINE_BYTES]).decode("utf-8", "replace"))
        if line is not None:
            self._on_line(line)
