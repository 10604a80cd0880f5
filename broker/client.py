"""paho's client as this system uses it: MQTT 5, one thread, a gathering socket, no loop of its own."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from broker.address import BrokerAddress
from broker.errors import BrokerUnreachable, ConnectionRefusedByBroker
from broker.sockets import GatheringSocket

KEEPALIVE_SECONDS = 30
SESSION_NEVER_EXPIRES = 0xFFFFFFFF
CONNECT_TIMEOUT_SECONDS = 10.0
QOS_BITS, QOS_1, DUP_BIT = 0x06, 0x02, 0x08
"""Bits of the first byte of a PUBLISH packet: MQTT 5, section 3.3.1."""
PACKETS_A_STEP = 512
"""So many packets are read before acknowledgements are written again."""


class SingleThreadClient(Client):
    """A paho client whose socket gathers and whose loop is run by us, in one thread.

    paho has no public place for a socket of one's own, so some of its private parts are used here and nowhere else;
    tests hold them to what we rely on.
    """

    def __init__(self, client_id: str, **kwargs: Any) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5, **kwargs
        )
        self.gathering: GatheringSocket | None = None
        self.on_plain_publish: Callable[[bytes, bytes, int, bool], None] | None = None
        self.on_plain_acknowledgement: Callable[[int], None] | None = None
        self.may_read_on: Callable[[], bool] = lambda: True
        """Asked after each packet whether the next may be read in the same step."""
        # With a callback here paho leaves writing to us instead of writing inside publish() and ack().
        self.on_socket_register_write = lambda *_: None

    def _create_socket(self) -> Any:
        plain: Any = super()._create_socket()  # type: ignore[no-untyped-call, unused-ignore]
        if isinstance(plain, socket.socket):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.gathering = GatheringSocket(plain)
        return self.gathering

    def _handle_publish(self) -> MQTTErrorCode:
        """Hand a PUBLISH to `on_plain_publish`, where there is one, and leave its properties aside.

        paho makes a table of all MQTT 5 properties for each message, which is 40 % of its time, and gives the
        connection up for some that the standard allows (U+FEFF in a text): the broker would bring such a message for
        ever. The layout read here is that of section 3.3 of the standard. QoS 2, which we ask for nowhere, goes
        paho's way.
        """
        command, packet = self._in_packet["command"], self._in_packet["packet"]
        qos = command & QOS_BITS
        if self.on_plain_publish is None or qos > QOS_1:
            return super()._handle_publish()
        topic_end = position = 2 + (packet[0] << 8 | packet[1])
        packet_id = 0
        if qos:
            packet_id = packet[position] << 8 | packet[position + 1]
            position += 2
        start = _after_properties(packet, position)
        self.on_plain_publish(bytes(packet[2:topic_end]), bytes(packet[start:]), packet_id, bool(command & DUP_BIT))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_pubackcomp(self, cmd: Any) -> MQTTErrorCode:
        """Tell `on_plain_acknowledgement` the reason code of a PUBACK, and leave its properties aside.

        paho makes a table of properties and one of reasons for each, and looks through all that waits for its answer
        for something to send, which is half of the time of a publisher. Whoever sets the callback keeps the number in
        flight below paho's maximum, so nothing ever waits. And paho gives the connection up for a reason that the
        standard does not list, such as Mosquitto's 0x95 for a message that is too large: it would be sent for ever.
        The layout is that of section 3.4 of the standard.
        """
        packet = self._in_packet["packet"]
        if self.on_plain_acknowledgement is None or cmd != "PUBACK" or len(packet) < 2:
            return super()._handle_pubackcomp(cmd)
        code = packet[2] if len(packet) > 2 else 0
        if self._out_messages.pop(packet[0] << 8 | packet[1], None) is not None:
            self._inflight_messages -= 1
            self.on_plain_acknowledgement(code)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def ping(self) -> None:
        """Ask the broker for a sign of life, so that it does not think us dead while we do not read."""
        self._send_pingreq()

    def pump_writes(self) -> MQTTErrorCode:
        """Hand to the network what waits to be written."""
        code = self.loop_write() if self.want_write() else MQTTErrorCode.MQTT_ERR_SUCCESS
        gathering = self.gathering
        if code == MQTTErrorCode.MQTT_ERR_SUCCESS and gathering is not None and gathering.unsent:
            try:
                gathering.flush()
            except (OSError, ssl.SSLError):
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
        return code

    def leave(self) -> None:
        """Take leave of the broker if it is still there, and close the socket in any case."""
        if self.socket() is not None:
            with contextlib.suppress(OSError):
                self.disconnect()
                self.loop_write()
        self.cut()

    def cut(self) -> None:
        """Close the socket and say nothing."""
        if self.gathering is not None:
            self.gathering.close()
            self.gathering = None

    @property
    def must_write(self) -> bool:
        """True while something waits for the network."""
        return self.want_write() or (self.gathering is not None and self.gathering.unsent > 0)

    @property
    def has_read_ahead(self) -> bool:
        """True while bytes are here that no `select` would announce."""
        return self.gathering is not None and self.gathering.pending() > 0


def _after_properties(packet: bytes | bytearray, position: int) -> int:
    """Where the properties that begin at `position` end; their length is a variable byte integer (section 1.5.5)."""
    length = shift = 0
    while True:
        byte = packet[position]
        position += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return position + length


def make_client(address: BrokerAddress, client_id: str, *, manual_ack: bool) -> SingleThreadClient:
    """A client for an address, not yet connected."""
    client = SingleThreadClient(client_id, manual_ack=manual_ack)
    client.connect_timeout = CONNECT_TIMEOUT_SECONDS
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.ca_file is not None:
        client.tls_set_context(_trusting(address.ca_file))
    return client


class _TidySSLSocket(ssl.SSLSocket):
    """One that is closed when its handshake fails: paho leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """TLS 1.2 or later with a server whose certificate is of this authority, and of the name that was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=str(ca_file))
    context.sslsocket_class = _TidySSLSocket
    return context


def open_session(
    client: SingleThreadClient,
    address: BrokerAddress,
    *,
    clean: bool,
    receive_maximum: int | None = None,
    on_open: Callable[[bool], None] = lambda _present: None,
) -> bool:
    """Connect and wait for the broker's answer; True when the broker had kept a session of this client id.

    `on_open` is told the same as soon as the broker has answered: messages of a kept session may follow at once, in
    the same read.

    Raises BrokerUnreachable or ConnectionRefusedByBroker with one line that says why.
    """
    answers: list[tuple[ReasonCode, bool]] = []

    def answer(
        _client: object, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        answers.append((reason, flags.session_present))
        if not reason.is_failure:
            on_open(flags.session_present)

    client.on_connect = answer
    where = f"MQTT broker at {address.host}:{address.port}"
    try:
        client.connect(
            address.host,
            address.port,
            keepalive=KEEPALIVE_SECONDS,
            clean_start=clean,
            properties=_connect_properties(clean, receive_maximum),
        )
        loop_until(client, lambda: bool(answers), CONNECT_TIMEOUT_SECONDS)
    except ssl.SSLCertVerificationError as error:
        raise BrokerUnreachable(f"{where}: its certificate is not accepted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise BrokerUnreachable(f"{where}: no TLS with it: {error.reason or error}") from error
    except OSError as error:
        raise BrokerUnreachable(f"{where} cannot be reached: {error.strerror or error}") from error
    if not answers:
        client.leave()
        raise BrokerUnreachable(f"{where} closed the connection or did not answer")
    reason, session_present = answers[0]
    if reason.is_failure:
        client.leave()
        who = f"account {address.username!r}" if address.username else "a client without an account"
        raise ConnectionRefusedByBroker(f"{where} refused {who}: {reason}")
    return session_present


def _connect_properties(clean: bool, receive_maximum: int | None) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 0 if clean else SESSION_NEVER_EXPIRES
    if receive_maximum is not None:
        properties.ReceiveMaximum = receive_maximum
    return properties


def loop_until(client: SingleThreadClient, done: Callable[[], bool], timeout_seconds: float) -> bool:
    """Run the client's loop until `done` or the deadline or the loss of the connection; True when `done`."""
    deadline = time.monotonic() + timeout_seconds
    while not done():
        remaining = deadline - time.monotonic()
        if remaining <= 0 or step(client, min(remaining, 1.0)) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return done()
    return True


def step(client: SingleThreadClient, timeout_seconds: float) -> MQTTErrorCode:
    """Wait for the network once and move what can be moved. Returns paho's code; anything but success: it is lost."""
    code = client.pump_writes()
    sock = client.gathering
    if code != MQTTErrorCode.MQTT_ERR_SUCCESS or sock is None or client.socket() is None:
        return MQTTErrorCode.MQTT_ERR_CONN_LOST
    if not client.has_read_ahead:
        readable, _, _ = select.select([sock], [sock] if client.must_write else [], [], timeout_seconds)
        if not readable:
            code = client.pump_writes()
            return client.loop_misc() if code == MQTTErrorCode.MQTT_ERR_SUCCESS else code
    for _ in range(PACKETS_A_STEP):
        code = client.loop_read()
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or not client.has_read_ahead or not client.may_read_on():
            break
    if code == MQTTErrorCode.MQTT_ERR_SUCCESS:
        code = client.pump_writes()
    return client.loop_misc() if code == MQTTErrorCode.MQTT_ERR_SUCCESS else code
