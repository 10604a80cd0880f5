"""What a broker says in its log: lines of 2.0.21 as they were heard, lines that are forged, and a real broker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.accounts import Wish, fulfil
from broker.dynamic_security import DynamicSecurity
from broker.errors import BrokerError, BrokerUnreachable, SubscriptionRefused
from broker.log import BrokerLog, LogLine, Said, read_line
from broker.probe import probe
from commune.certificates import make
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import DeviceAccount, is_device_name
from tests.broker.field_device import V3, V5, FieldDevice, lets_in
from tests.waiting import wait_until

LAMP = DeviceAccount("heard", "lighting", "den-07")
NAME = LAMP.username
STAMP = "2026-11-21T10:12:00+0700: "


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"Client {NAME} disconnected, not authorised.", LogLine(Said.NOT_AUTHORISED, NAME)),
        (
            f"New client connected from 127.0.0.1:56883 as {NAME} (p5, c1, k60, u'{NAME}').",
            LogLine(Said.CONNECTED, NAME, "127.0.0.1:56883"),
        ),
        (
            f"New client connected from 127.0.0.1:56883 as {NAME} (p2, c0, k60).",
            LogLine(Said.CONNECTED, NAME, "127.0.0.1:56883"),
        ),
        (f"Client {NAME} already connected, closing old connection.", LogLine(Said.TAKEN_OVER, NAME)),
        (f"Client {NAME} been disconnected by administrative action.", LogLine(Said.GONE, NAME)),
        (f"Client {NAME} disconnected.", LogLine(Said.GONE, NAME)),
        (f"Client {NAME} closed its connection.", LogLine(Said.GONE, NAME)),
        (f"Client {NAME} has exceeded timeout, disconnecting.", LogLine(Said.GONE, NAME)),
        (f"Client {NAME} disconnected due to oversize packet.", LogLine(Said.TOO_LARGE, NAME)),
        (f"Client {NAME} disconnected due to malformed packet.", LogLine(Said.BAD_PROTOCOL, NAME)),
        ("Client <unknown> disconnected due to protocol error.", LogLine(Said.BAD_PROTOCOL)),
        ("Invalid protocol version 9 in CONNECT from 127.0.0.1.", LogLine(Said.BAD_PROTOCOL, "", "127.0.0.1")),
        ("OpenSSL Error[0]: error:0A000102:SSL routines::unsupported protocol", LogLine(Said.BAD_TLS)),
        ("New connection from 127.0.0.1:58293 on port 18999.", None),
        (f"dynsec: ctl/maintain | createClient | username={NAME} | password=*****", None),
        ("", None),
    ],
)
def test_a_line_is_read(words: str, expected: LogLine | None) -> None:
    assert read_line(STAMP + words) == expected


@pytest.mark.parametrize(
    "client_id",
    [
        f"{NAME} disconnected, not authorised.",
        f"x disconnected, not authorised.\n{STAMP}Client {NAME}",
        f"x\nNew client connected from 1.2.3.4:1 as {NAME} (p2, c1, k60, u'x').",
        f"{NAME} closed its connection",
    ],
)
def test_a_client_id_that_is_a_sentence_of_the_log_is_nobodys_name(client_id: str) -> None:
    line = read_line(f"{STAMP}Client {client_id} disconnected, not authorised.")
    assert line is not None
    assert not is_device_name(line.client_id)


@given(st.text(min_size=1, max_size=100))
def test_whatever_a_client_is_called_no_line_is_read_as_of_a_device_that_it_is_not(client_id: str) -> None:
    line = read_line(f"{STAMP}Client {client_id} disconnected, not authorised.")
    assert line is not None
    assert line.client_id in (client_id, "") or not is_device_name(line.client_id)


@pytest.fixture(scope="module")
def broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    with MosquittoServer.start(instance.path / "heard", local_directory=local_directory) as server:
        with DynamicSecurity(server.address("maintain")) as control:
            fulfil(control, [Wish(LAMP, True, "good", is_new=True)])
        yield server


@contextmanager
def heard(server: MosquittoServer) -> Iterator[list[LogLine]]:
    """The lines of the log as they come."""
    lines: list[LogLine] = []
    log = BrokerLog(server.address("maintain"), lines.append)
    log.open()
    stopping = threading.Event()

    def listen() -> None:
        with suppress(BrokerUnreachable):
            while not stopping.is_set():
                log.listen(stopping)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield lines
    finally:
        stopping.set()
        thread.join(10)
        log.close()


@pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])
def test_a_broker_tells_who_is_turned_away_who_comes_and_who_goes(broker: MosquittoServer, protocol: object) -> None:
    address = broker.address("ingest")
    with heard(broker) as lines:
        assert not lets_in(address, NAME, "wrong", LAMP.client_id, protocol)  # type: ignore[arg-type]
        wait_until(lambda: LogLine(Said.NOT_AUTHORISED, NAME) in lines, "the refusal is heard", 5)
        assert not lets_in(address, NAME, "good", "ESP_1234", protocol)  # type: ignore[arg-type]
        wait_until(lambda: LogLine(Said.NOT_AUTHORISED, "ESP_1234") in lines, "the wrong client id is heard", 5)
        with FieldDevice(replace(address, username=NAME, password="good"), NAME, protocol):  # type: ignore[arg-type]
            wait_until(lambda: (Said.CONNECTED, NAME) in [(x.said, x.client_id) for x in lines], "it is heard", 5)
        wait_until(lambda: LogLine(Said.GONE, NAME) in lines, "its going is heard", 5)


def test_two_devices_under_one_account_are_told_of(broker: MosquittoServer) -> None:
    address = replace(broker.address("ingest"), username=NAME, password="good")
    with heard(broker) as lines, FieldDevice(address, NAME) as first, FieldDevice(address, NAME):
        wait_until(lambda: first.cut_off, "the first is cut off")
        wait_until(lambda: LogLine(Said.TAKEN_OVER, NAME) in lines, "it is heard", 5)


def test_what_is_no_mqtt_is_told_of(broker: MosquittoServer) -> None:
    with heard(broker) as lines, socket.create_connection(("127.0.0.1", broker.port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        wait_until(lambda: LogLine(Said.BAD_PROTOCOL) in lines, "it is heard", 5)


@pytest.mark.parametrize("account", ["ingest", "simulator"])
def test_the_log_is_for_maintenance_alone(broker: MosquittoServer, account: str) -> None:
    log = BrokerLog(broker.address(account), lambda _line: None)
    with pytest.raises(SubscriptionRefused, match=f"account '{account}' may not read"):
        log.open()
    log.close()


def test_a_connection_that_is_lost_is_said(broker: MosquittoServer) -> None:
    log = BrokerLog(broker.address("maintain"), lambda _line: None)
    log.open()
    broker.restart()
    with pytest.raises(BrokerError, match="was lost"):
        while True:
            log.listen(threading.Event())
    log.close()


def test_a_tls_that_fails_is_told_of(instance: Instance, local_directory: Path, tmp_path: Path) -> None:
    make(tmp_path / "ours", ["127.0.0.1"], "x", now=datetime.now(UTC))
    make(tmp_path / "theirs", ["127.0.0.1"], "y", now=datetime.now(UTC))
    with (
        MosquittoServer.start(
            instance.path / "heard-tls", certificates=tmp_path / "ours", local_directory=local_directory
        ) as server,
        heard(server) as lines,
    ):
        with pytest.raises(BrokerUnreachable):
            probe(replace(server.secure_address("ingest"), ca_file=tmp_path / "theirs" / "ca.crt"))
        wait_until(lambda: Said.BAD_TLS in [line.said for line in lines], "it is heard", 5)
