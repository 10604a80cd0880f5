"""What a device may and may not do, tried against the running broker as one who has stolen its password would."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from broker.access_rules import CONTROL
from broker.accounts import Wish, fulfil
from broker.address import BrokerAddress
from broker.dynamic_security import DynamicSecurity
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import DeviceAccount
from tests.broker.field_device import V3, V5, FieldDevice, lets_in
from tests.waiting import wait_until

PASSWORD, OTHER_PASSWORD = "k7fqd-8mw2x-p3hza-vn5ct", "another-password"
COMMUNE = "rights"
LAMP, OTHER = DeviceAccount(COMMUNE, "lighting", "den-07"), DeviceAccount(COMMUNE, "lighting", "den-08")
OWN = f"xa/{COMMUNE}/lighting/den-07"

FORBIDDEN_TOPICS = {
    "another device's": f"xa/{COMMUNE}/lighting/den-08/telemetry",
    "another kind's": f"xa/{COMMUNE}/camera/den-07/telemetry",
    "another commune's": "xa/elsewhere/lighting/den-07/telemetry",
    "its own errors": f"{OWN}/error",
    "deeper": f"{OWN}/telemetry/deeper",
    "shorter": OWN,
    "a slash before": f"/{OWN}/telemetry",
    "a slash behind": f"{OWN}/telemetry/",
    "upper case": f"{OWN}/TELEMETRY",
    "the broker's": "$SYS/broker/version",
    "the broker's log": "$SYS/broker/log/N",
    "the control": CONTROL,
    "answers of the control": f"{CONTROL}/response",
    "elsewhere": "elsewhere",
}
FORBIDDEN_FILTERS = {
    "everything": "#",
    "everything of ours": "xa/#",
    "one level": "+/+/+/+/+",
    "its commune": f"xa/{COMMUNE}/#",
    "all channels of its own": f"{OWN}/#",
    "one channel of its own by pattern": f"{OWN}/+",
    "its errors by pattern": "xa/+/lighting/den-07/error",
    "another's errors": f"xa/{COMMUNE}/lighting/den-08/error",
    "a share of its own": f"$share/mine/{OWN}/error",
    "a share of everything": "$share/mine/xa/#",
    "a share of ingest": "$share/commune-ingest/xa/+/+/+/telemetry",
    "the broker's numbers": "$SYS/#",
    "the broker's log": "$SYS/broker/log/N",
    "the control": "$CONTROL/#",
    "answers of the control": f"{CONTROL}/response",
}
protocols = pytest.mark.parametrize("protocol", [V3, V5], ids=["3.1.1", "5"])


@pytest.fixture(scope="module")
def address(broker_server: MosquittoServer) -> Iterator[BrokerAddress]:
    """The broker, which knows two lamps."""
    with DynamicSecurity(broker_server.address("maintain")) as control:
        fulfil(control, [Wish(LAMP, True, PASSWORD, is_new=True), Wish(OTHER, True, OTHER_PASSWORD, is_new=True)])
    yield replace(broker_server.address("ingest"), username=LAMP.username, password=PASSWORD)


@pytest.fixture
def everything(broker_server: MosquittoServer) -> Iterator[FieldDevice]:
    """One who reads all that comes under `xa`."""
    with FieldDevice(broker_server.address("ingest"), f"reader-{uuid.uuid4().hex}") as reader:
        assert reader.subscribe("xa/#") == [True]
        yield reader


@protocols
def test_a_device_publishes_to_three_topics_and_reads_its_four(
    address: BrokerAddress, broker_server: MosquittoServer, protocol: MQTTProtocolVersion
) -> None:
    with FieldDevice(address, LAMP.client_id, protocol) as lamp:
        assert lamp.subscribe(*LAMP.subscribes) == [True] * 4
        for topic in LAMP.publishes:
            assert lamp.publish(topic, topic.encode())
        with FieldDevice(broker_server.address("ingest"), "answering") as ingest:
            assert ingest.publish(f"{OWN}/error", b"why")
        wait_until(lambda: len(lamp.received) == 4, "all four channels came")
    assert lamp.received == [*((topic, topic.encode()) for topic in LAMP.publishes), (f"{OWN}/error", b"why")]


@protocols
def test_what_a_device_publishes_elsewhere_reaches_nobody(
    address: BrokerAddress, everything: FieldDevice, protocol: MQTTProtocolVersion
) -> None:
    mark = uuid.uuid4().bytes
    with FieldDevice(address, LAMP.client_id, protocol) as lamp:
        answers = {name: lamp.publish(topic, b"forged") for name, topic in FORBIDDEN_TOPICS.items()}
        assert lamp.publish(LAMP.publishes[0], mark)
        assert lamp.cut_off == 0
    wait_until(lambda: (LAMP.publishes[0], mark) in everything.received, "what is allowed came")
    assert [payload for _, payload in everything.received if payload == b"forged"] == []
    # Under 3.1.1 the broker has no word for no: it acknowledges and drops.
    assert answers == dict.fromkeys(FORBIDDEN_TOPICS, protocol is V3)


@protocols
@pytest.mark.parametrize("name", FORBIDDEN_FILTERS)
def test_a_device_cannot_listen_to_others(address: BrokerAddress, protocol: MQTTProtocolVersion, name: str) -> None:
    with FieldDevice(address, LAMP.client_id, protocol) as lamp:
        assert lamp.subscribe(FORBIDDEN_FILTERS[name]) == [False]


@protocols
def test_of_many_filters_in_one_packet_only_the_allowed_are_granted(
    address: BrokerAddress, broker_server: MosquittoServer, protocol: MQTTProtocolVersion
) -> None:
    with (
        FieldDevice(address, LAMP.client_id, protocol) as lamp,
        FieldDevice(broker_server.address("simulator"), f"neighbour-{uuid.uuid4().hex}") as neighbour,
    ):
        filters = ["xa/#", f"{OWN}/status", f"xa/{COMMUNE}/lighting/den-08/status", f"{OWN}/error", "$SYS/#"]
        assert lamp.subscribe(*filters) == [False, True, False, True, False]
        assert neighbour.publish(f"xa/{COMMUNE}/lighting/den-08/status", b"of another")
        assert neighbour.publish(f"{OWN}/status", b"of its own")
        wait_until(lambda: lamp.received, "its own status came")
    assert lamp.received == [(f"{OWN}/status", b"of its own")]


@protocols
def test_an_account_is_of_use_under_its_own_client_id_only(
    address: BrokerAddress, protocol: MQTTProtocolVersion
) -> None:
    for client_id in ("", "thief", OTHER.client_id, "commune-ingest", LAMP.client_id.upper(), f"{LAMP.client_id} "):
        assert not lets_in(address, LAMP.username, PASSWORD, client_id, protocol), client_id
    assert lets_in(address, LAMP.username, PASSWORD, LAMP.client_id, protocol)


@protocols
def test_nobody_takes_the_client_id_of_another_and_the_rightful_stays_connected(
    address: BrokerAddress, protocol: MQTTProtocolVersion
) -> None:
    with FieldDevice(address, LAMP.client_id, protocol) as lamp:
        assert not lets_in(address, OTHER.username, OTHER_PASSWORD, LAMP.client_id, protocol)
        assert not lets_in(address, None, None, LAMP.client_id, protocol)
        assert lamp.publish(LAMP.publishes[0])
        assert lamp.cut_off == 0


@protocols
@pytest.mark.parametrize(
    ("username", "password"),
    [
        (None, None),
        (LAMP.username, None),
        (LAMP.username, ""),
        (LAMP.username, "wrong"),
        (LAMP.username, OTHER_PASSWORD),
        (LAMP.username.upper(), PASSWORD),
        (f"{COMMUNE}.nobody", PASSWORD),
        ("", ""),
    ],
)
def test_nobody_enters_without_name_and_password(
    address: BrokerAddress, protocol: MQTTProtocolVersion, username: str | None, password: str | None
) -> None:
    assert not lets_in(address, username, password, username or LAMP.client_id, protocol)


@protocols
def test_a_will_on_the_topic_of_another_is_never_published(
    address: BrokerAddress, everything: FieldDevice, protocol: MQTTProtocolVersion
) -> None:
    thief = FieldDevice(address, LAMP.client_id, protocol, will=(f"xa/{COMMUNE}/lighting/den-08/status", b"forged"))
    assert thief.enter()
    thief.vanish()
    honest = FieldDevice(address, LAMP.client_id, protocol, will=(f"{OWN}/status", b"offline"))
    assert honest.enter()
    honest.vanish()
    wait_until(lambda: (f"{OWN}/status", b"offline") in everything.received, "the honest will came")
    assert b"forged" not in [payload for _, payload in everything.received]


@protocols
def test_a_will_that_gives_commands_to_the_broker_is_not_even_taken(
    address: BrokerAddress, protocol: MQTTProtocolVersion
) -> None:
    thief = FieldDevice(address, LAMP.client_id, protocol, will=(CONTROL, b'{"commands": []}'))
    assert not thief.enter()
    thief.leave()


@protocols
def test_a_right_to_subscribe_that_slipped_in_brings_nothing_of_others(
    address: BrokerAddress, broker_server: MosquittoServer, protocol: MQTTProtocolVersion
) -> None:
    with DynamicSecurity(broker_server.address("maintain")) as control:
        role = {"command": "addRoleACL", "rolename": LAMP.username, "acltype": "subscribePattern", "topic": "xa/#"}
        assert control.do([{**role, "allow": True}]) == [None]
        with FieldDevice(address, LAMP.client_id, protocol) as lamp:
            assert lamp.subscribe("xa/#", f"{OWN}/error") == [True, True]
            with FieldDevice(broker_server.address("ingest"), "telling") as ingest:
                assert ingest.publish(f"xa/{COMMUNE}/lighting/den-08/error", b"of another")
                assert ingest.publish(f"{OWN}/error", b"of its own")
            wait_until(lambda: (f"{OWN}/error", b"of its own") in lamp.received, "its own error came")
        assert b"of another" not in [payload for _, payload in lamp.received]
        fulfil(control, [Wish(LAMP, True)])
        with FieldDevice(address, LAMP.client_id, protocol) as lamp:
            assert lamp.subscribe("xa/#") == [False]
