"""Which messages a session is brought: its own filters, not those of an earlier configuration, or a share."""

from __future__ import annotations

import uuid
from dataclasses import replace

from broker.baseline import forget_session
from devices.registry import Commune, Device
from storage.ledger import totals
from storage.places import add_commune
from storage.registry import add_device
from tests.ingest.conftest import DEVICE, Commissioned, ingesting
from tests.waiting import wait_until


def body(number: int) -> bytes:
    return b'{"ts": %d, "pm25": 1}' % (1763600000 + number)


def test_a_filter_that_left_the_configuration_is_unsubscribed_from(commissioned: Commissioned) -> None:
    other = f"xa-{uuid.uuid4().hex[:12]}"
    add_commune(commissioned.connection, Commune(other, "Xã khác", "Hải Phòng", 20.87, 106.3))
    add_device(commissioned.connection, Device(other, DEVICE, "environment"))
    with commissioned.running():
        commissioned.publish(body(1))
        commissioned.settled(1)
    with ingesting(replace(commissioned.config(), commune=other)):
        commissioned.publish(body(2))
        commissioned.publish(body(3), topic=commissioned.topic().replace(commissioned.commune, other))
        commissioned.settled(2)
    times = commissioned.rows(
        "SELECT c.code, extract(epoch FROM time)::int - 1763600000 FROM environment "
        "JOIN device USING (device_id) JOIN commune AS c USING (commune_id) ORDER BY 2"
    )
    assert times == [(commissioned.commune, 1), (other, 3)]


def test_processes_of_one_share_divide_the_messages_and_lose_none(commissioned: Commissioned) -> None:
    config = replace(commissioned.config(), share=f"share-{commissioned.commune}")
    configs = [replace(config, client_id=f"{config.client_id}-{number}") for number in (1, 2)]
    with ingesting(configs[0]) as first, ingesting(configs[1]) as second:
        commissioned.publish(*(body(number) for number in range(400)))
        assert commissioned.settled(400).stored == 400
        assert first.window.received > 0
        assert second.window.received > 0
        assert first.window.received + second.window.received == 400
    for each in configs:
        forget_session(commissioned.broker.address("ingest"), each.client_id)


def test_what_waits_for_a_member_that_is_away_is_stored_when_it_is_back(commissioned: Commissioned) -> None:
    config = replace(commissioned.config(), share=f"share-{commissioned.commune}")
    configs = [replace(config, client_id=f"{config.client_id}-{number}") for number in (1, 2)]
    with ingesting(configs[0]):
        with ingesting(configs[1]):
            commissioned.publish(*(body(number) for number in range(100)))
            commissioned.settled(100)
        commissioned.publish(*(body(number) for number in range(100, 300)))
        wait_until(lambda: totals(commissioned.connection).received >= 200, "the present member stored its part")
        with ingesting(configs[1]):
            assert commissioned.settled(300).stored == 300
    for each in configs:
        forget_session(commissioned.broker.address("ingest"), each.client_id)
