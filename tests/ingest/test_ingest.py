"""Ingest from a real broker into a real database: what ends where, and what is acknowledged when."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from broker.baseline import receive_and_do_nothing
from broker.errors import PublishTimeout
from broker.session import Delivery, Session
from devices.registry import Device, DeviceState
from devices.topics import Channel
from ingest.service import Ingest
from storage.errors import SessionTaken
from storage.registry import add_device
from tests.ingest.conftest import DEVICE, Commissioned, payload
from tests.waiting import wait_until


def test_an_object_becomes_a_reading_of_its_own_time(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload(seq=4711))
        sums = commissioned.settled(1)
    assert (sums.stored, sums.readings_stored) == (1, 1)
    assert commissioned.rows("SELECT time, seq, pm25, temperature, pm10, time_source FROM environment") == [
        (datetime(2026, 11, 20, 3, 15, tzinfo=UTC), 4711, 31.4, 24.6, None, 0)
    ]


def test_an_array_becomes_as_many_readings_and_is_one_message(commissioned: Commissioned) -> None:
    batch = [{"ts": f"2026-11-20T03:{minute:02d}:00Z", "pm25": minute} for minute in range(30)]
    with commissioned.running():
        commissioned.publish(orjson.dumps(batch))
        sums = commissioned.settled(1)
    assert (sums.received, sums.stored, sums.readings_stored) == (1, 1, 30)


def test_a_bad_field_is_set_aside_and_the_rest_is_stored(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload(temperature=61))
        sums = commissioned.settled(1)
    assert (sums.stored, sums.dead_lettered, sums.fields_dead_lettered) == (1, 0, 1)
    assert commissioned.rows("SELECT pm25, temperature FROM environment") == [(31.4, None)]
    ((level, reason, field, value, raw),) = commissioned.rows(
        "SELECT level, reason, field, value, payload FROM dead_letter"
    )
    assert (level, reason, field, value) == ("field", "out_of_range", "temperature", "61")
    assert bytes(raw) == payload(temperature=61)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json", "not_json"),
        (b"[]", "empty"),
        (b'"text"', "not_an_object"),
        (b'{"ts": "yesterday", "pm25": 1}', "bad_time"),
        (b'{"ts": 1763608500000, "pm25": 1}', "bad_time"),
        (b'{"ts": 1763608500}', "empty"),
        (b"x" * 300_000, "too_large"),
    ],
)
def test_an_unreadable_message_is_kept_whole_with_its_reason(
    commissioned: Commissioned, body: bytes, reason: str
) -> None:
    with commissioned.running():
        commissioned.publish(body)
        sums = commissioned.settled(1)
    assert (sums.stored, sums.dead_lettered) == (0, 1)
    ((kept, topic, raw),) = commissioned.rows("SELECT reason, topic, payload FROM dead_letter WHERE settles")
    assert (kept, topic, bytes(raw)) == (reason, commissioned.topic(), body)


def test_a_stranger_a_wrong_kind_and_a_retired_device_are_set_aside(commissioned: Commissioned) -> None:
    add_device(commissioned.connection, Device(commissioned.commune, "old-one", "camera", state=DeviceState.RETIRED))
    with commissioned.running():
        commissioned.publish(payload(), topic=commissioned.topic(device="stranger"))
        commissioned.publish(payload(), topic=commissioned.topic(kind="lighting"))
        commissioned.publish(b'{"bitrate": 1}', topic=commissioned.topic(device="old-one", kind="camera"))
        sums = commissioned.settled(3)
    assert sums.dead_lettered == 3
    reasons = commissioned.rows("SELECT reason, device_id IS NULL FROM dead_letter ORDER BY reason")
    assert reasons == [("not_in_service", False), ("unknown_device", True), ("wrong_kind", False)]


def test_a_device_is_known_as_soon_as_it_is_registered(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload(), topic=commissioned.topic(device="new-one"))
        assert commissioned.settled(1).dead_lettered == 1
        add_device(commissioned.connection, Device(commissioned.commune, "new-one", "environment"))
        commissioned.publish(payload(), topic=commissioned.topic(device="new-one"))
        assert commissioned.settled(2).stored == 1


def test_repeats_are_duplicates_merged_or_conflicts(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload())
        commissioned.settled(1)
        commissioned.publish(payload())
        assert commissioned.settled(2).duplicate == 1
        commissioned.publish(payload(pm10=52.0))
        assert commissioned.settled(3).readings_merged == 1
        commissioned.publish(payload(pm25=99.0))
        sums = commissioned.settled(4)
    assert (sums.stored, sums.duplicate, sums.dead_lettered) == (2, 1, 1)
    assert commissioned.rows("SELECT pm25, pm10 FROM environment") == [(31.4, 52.0)]
    assert commissioned.rows("SELECT reason FROM dead_letter") == [("conflict",)]


def test_repeats_within_one_batch_are_judged_in_their_order(commissioned: Commissioned) -> None:
    bodies = [payload(), payload(), payload(pm10=52.0), payload(pm10=53.0), payload(ts="2026-11-20T03:16:00Z")]
    with commissioned.running(batch_messages=len(bodies), batch_age_seconds=5.0):
        commissioned.publish(*bodies)
        sums = commissioned.settled(5)
    assert (sums.stored, sums.duplicate, sums.dead_lettered, sums.readings_merged) == (3, 1, 1, 1)
    assert commissioned.rows("SELECT pm10 FROM environment ORDER BY time") == [(52.0,), (None,)]


def test_a_clock_that_is_ahead_is_not_believed_but_kept(commissioned: Commissioned) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=7)
    with commissioned.running():
        commissioned.publish(payload(ts=ahead.isoformat()))
        assert commissioned.settled(1).stored == 1
    ((time, received_at, device_time, source),) = commissioned.rows(
        "SELECT time, received_at, device_time, time_source FROM environment"
    )
    assert (time, device_time, source) == (received_at, ahead, 2)


def test_a_reading_without_a_time_takes_the_time_of_receipt(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(b'{"pm25": 1}', b'{"pm25": 2}')
        assert commissioned.settled(2).stored == 2
    assert commissioned.rows("SELECT count(*), bool_and(time = received_at), min(time_source) FROM environment") == [
        (2, True, 1)
    ]


def test_statuses_and_events_are_stored_and_repeats_recognised(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(
            b'{"state": "online", "ts": "2026-11-20T03:15:00Z", "firmware": "1.2"}',
            b'{"state": "online", "ts": "2026-11-20T03:15:00Z", "firmware": "1.2"}',
            b"offline",
            topic=commissioned.topic(Channel.STATUS),
            retain=True,
        )
        door = b'{"event": "door_open", "ts": "2026-11-20T03:15:00Z"}'
        commissioned.publish(door, door, b"{}", topic=commissioned.topic(Channel.EVENT))
        sums = commissioned.settled(6)
    assert (sums.stored, sums.duplicate, sums.dead_lettered) == (3, 2, 1)
    assert commissioned.rows("SELECT online, detail FROM device_status ORDER BY time") == [
        (True, {"firmware": "1.2"}),
        (False, {}),
    ]
    assert commissioned.rows("SELECT name FROM device_event") == [("door_open",)]
    # What is retained would come to every later subscriber of this broker.
    commissioned.publish(b"", topic=commissioned.topic(Channel.STATUS), retain=True)


def test_the_latest_value_of_each_field_survives_late_data(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload(ts="2026-11-20T03:15:00Z", pm25=1.0))
        commissioned.settled(1)
        commissioned.publish(payload(ts="2026-11-20T02:00:00Z", pm25=9.0, noise=55.5))
        commissioned.settled(2)
    ((values, time),) = commissioned.rows('SELECT "values", time FROM latest')
    assert time == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
    assert values["pm25"][0] == 1.0
    assert values["noise"] == [55.5, datetime(2026, 11, 20, 2, tzinfo=UTC).timestamp()]


def test_the_device_hears_why_and_at_most_once_a_minute(commissioned: Commissioned) -> None:
    heard: list[Delivery] = []
    listener = Session(
        commissioned.broker.address("simulator"),
        f"listener-{commissioned.commune}",
        [commissioned.topic(Channel.ERROR)],
        receive_maximum=10,
        on_delivery=heard.append,
    )
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    wait_until(listener.connected.is_set, "the device listens")
    with commissioned.running():
        commissioned.publish(b"not json", b"nor this")
        commissioned.settled(2)
        wait_until(lambda: bool(heard), "the device was told")
    listener.stop()
    thread.join(10)
    answer = orjson.loads(heard[0].payload)
    assert len(heard) == 1
    assert answer["reason"] == "not_json"
    assert answer["vi"] == "Nội dung không phải JSON đọc được"


def test_nothing_waits_at_the_broker_once_it_is_committed(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(*(payload(ts=1763600000 + number) for number in range(500)))
        commissioned.settled(500)
    with pytest.raises(PublishTimeout, match="only 0 of 1"):
        receive_and_do_nothing(
            commissioned.broker.address("ingest"),
            f"ingest-{commissioned.commune}",
            1,
            receive_maximum=10,
            timeout_seconds=1.0,
        )


def test_messages_published_while_ingest_is_away_are_stored_when_it_is_back(commissioned: Commissioned) -> None:
    with commissioned.running():
        pass
    commissioned.publish(*(payload(ts=1763600000 + number) for number in range(100)))
    with commissioned.running():
        assert commissioned.settled(100).stored == 100


def test_a_second_ingest_under_the_same_client_id_refuses_in_words(
    commissioned: Commissioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.service.PATIENCE_SECONDS", 0.2)
    with commissioned.running() as first:
        with pytest.raises(SessionTaken, match="another process ingests under the client id"):
            Ingest(commissioned.config()).run()
        commissioned.publish(payload())
        assert commissioned.settled(1).stored == 1
        assert first.session.reconnects == 0


def test_each_session_tells_what_it_has_seen_and_holds(commissioned: Commissioned) -> None:
    with commissioned.running():
        commissioned.publish(payload(), payload())
        commissioned.settled(2)
    assert commissioned.rows("SELECT client_id, received, in_hand FROM ingest_worker") == [
        (f"ingest-{commissioned.commune}", 2, 0)
    ]


def test_a_device_that_is_not_the_sender_is_untouched(commissioned: Commissioned) -> None:
    add_device(commissioned.connection, Device(commissioned.commune, "cb-mt-02", "environment"))
    with commissioned.running():
        commissioned.publish(payload(), topic=commissioned.topic(device="cb-mt-02"))
        commissioned.settled(1)
    assert commissioned.rows(
        "SELECT d.code, count(e.*) FROM device AS d LEFT JOIN environment AS e USING (device_id) GROUP BY 1 ORDER BY 1"
    ) == [(DEVICE, 0), ("cb-mt-02", 1)]
