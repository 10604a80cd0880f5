"""Ask a broker once whether it is there and takes an account."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from paho.mqtt.client import MQTTMessage

from broker.address import BrokerAddress
from broker.client import loop_until, make_client, open_session

VERSION_TOPIC = "$SYS/broker/version"


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """What a broker said. `version` is absent when the account may not read it; `seconds` is the time to its answer."""

    version: str | None
    seconds: float


def probe(address: BrokerAddress, *, version_timeout_seconds: float = 1.0) -> BrokerAnswer:
    """Sign in, read the broker's version if it may be read, and leave nothing behind.

    The client id is made for this one call, so that no session of anyone is taken over.
    Raises BrokerUnreachable or ConnectionRefusedByBroker with one line that says why.
    """
    client = make_client(address, f"commune-probe-{secrets.token_hex(6)}", manual_ack=False)
    versions: list[str] = []

    def remember(_client: object, _userdata: object, message: MQTTMessage) -> None:
        versions.append(message.payload.decode("utf-8", "replace"))

    client.on_message = remember
    started = time.monotonic()
    try:
        open_session(client, address, clean=True)
        seconds = time.monotonic() - started
        client.subscribe(VERSION_TOPIC, qos=0)
        loop_until(client, lambda: bool(versions), version_timeout_seconds)
    finally:
        client.leave()
    return BrokerAnswer(versions[0] if versions else None, seconds)
