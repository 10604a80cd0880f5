"""The window of messages in hand: bounds, batches, and what it recognises."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broker.session import Delivery
from ingest.window import Limits, Window
from storage.books import checksum
from tests.waiting import wait_until

TOPIC = "xa/gia-loc/environment/cb-mt-01/telemetry"


def delivery(packet_id: int, payload: bytes = b"{}", *, epoch: int = 1, is_again: bool = False) -> Delivery:
    return Delivery(TOPIC, payload, packet_id, epoch, is_again, time.time())


def release(window: Window, batch: list[Delivery]) -> None:
    window.release(batch, [checksum(d.topic, d.payload) for d in batch])


def test_a_full_batch_is_taken_at_once_and_a_small_one_when_it_is_old_enough() -> None:
    window = Window(Limits(batch_messages=2, batch_age_seconds=0.05))
    for packet_id in (1, 2, 3):
        window.put(delivery(packet_id))
    first, _ = window.take(10)
    assert [d.packet_id for d in first] == [1, 2]
    second, _ = window.take(10)
    assert [d.packet_id for d in second] == [3]
    assert time.time() - second[0].received_at >= 0.05


def test_all_messages_of_a_topic_are_of_one_lane_in_their_order_and_no_lane_waits_for_another() -> None:
    window = Window(Limits(batch_age_seconds=0.0), lanes=2)
    topics = [f"xa/gia-loc/environment/cb-mt-{number:02d}/telemetry" for number in range(20)]
    for packet_id in range(1, 101):
        window.put(replace(delivery(packet_id), topic=topics[packet_id % 20]))
    lanes = [window.take(0.0, number)[0] for number in (1, 0)]
    assert sorted(d.packet_id for lane in lanes for d in lane) == list(range(1, 101))
    assert all(lanes)
    assert {d.topic for d in lanes[0]}.isdisjoint({d.topic for d in lanes[1]})
    for lane in lanes:
        assert [d.packet_id for d in lane] == sorted(d.packet_id for d in lane)


def test_taking_from_an_empty_window_ends_with_the_timeout() -> None:
    assert Window(Limits()).take(0.01) == ([], Counter())


def test_a_waiting_writer_is_woken_by_the_first_message() -> None:
    window = Window(Limits(batch_messages=1))
    taken: list[list[Delivery]] = []
    thread = threading.Thread(target=lambda: taken.append(window.take(20)[0]))
    thread.start()
    window.put(delivery(1))
    thread.join(5)
    assert [d.packet_id for d in taken[0]] == [1]


def test_there_is_no_room_beyond_so_many_messages_until_some_are_released() -> None:
    window = Window(Limits(window_messages=2))
    window.put(delivery(1))
    assert window.has_room()
    window.put(delivery(2))
    assert not window.has_room()
    batch, _ = window.take(1)
    assert not window.has_room()
    release(window, batch)
    assert window.has_room()
    assert (window.in_hand, window.bytes_in_hand) == (0, 0)


def test_there_is_no_room_beyond_so_many_bytes() -> None:
    window = Window(Limits(window_bytes=10))
    window.put(delivery(1, b"x" * 9))
    assert window.has_room()
    window.put(delivery(2, b"x"))
    assert not window.has_room()


def test_a_closed_window_takes_nothing_more_in() -> None:
    window = Window(Limits())
    window.close()
    assert not window.has_room()


def test_a_redelivery_of_what_is_in_hand_only_renews_its_epoch() -> None:
    window = Window(Limits())
    window.put(delivery(7, b"a", epoch=1))
    assert window.put(delivery(7, b"a", epoch=2, is_again=True))
    batch, again = window.take(1)
    assert [(d.packet_id, d.epoch) for d in batch] == [(7, 2)]
    assert again.total() == 1
    assert window.in_hand == 1


def test_a_redelivery_of_what_was_committed_is_only_to_be_acknowledged_again() -> None:
    window = Window(Limits())
    window.put(delivery(7, b"a"))
    release(window, window.take(1)[0])
    assert not window.put(delivery(7, b"a", epoch=2, is_again=True))
    batch, again = window.take(1)
    assert (batch, again.total(), window.in_hand) == ([], 1, 0)


def test_what_was_committed_before_a_restart_is_recognised() -> None:
    window = Window(Limits())
    window.remember_settled([(7, checksum(TOPIC, b"a"), 1)])
    assert not window.put(delivery(7, b"a", is_again=True))
    assert window.put(delivery(7, b"b", is_again=True))
    assert window.in_hand == 1


def test_redeliveries_without_end_need_no_more_room() -> None:
    window = Window(Limits())
    window.put(delivery(7, b"a"))
    for epoch in range(2, 1002):
        assert window.put(delivery(7, b"a", epoch=epoch, is_again=True))
    _, again = window.take(1)
    assert again.total() == 1000
    assert len(again) <= 2  # one for each topic and hour


def test_a_new_message_under_a_used_packet_id_is_new() -> None:
    window = Window(Limits())
    window.remember_settled([(7, checksum(TOPIC, b"a"), 1)])
    assert window.put(delivery(7, b"a"))
    assert window.in_hand == 1


def test_a_new_session_of_the_broker_makes_all_packet_ids_new() -> None:
    window = Window(Limits())
    window.remember_settled([(7, checksum(TOPIC, b"a"), 1)])
    window.forget_session()
    assert window.put(delivery(7, b"a", is_again=True))
    assert window.in_hand == 1


def test_what_is_in_hand_from_a_session_that_is_lost_is_written_without_a_packet_id() -> None:
    window = Window(Limits(batch_messages=1))
    old = delivery(7, b"a")
    window.put(old)
    window.forget_session()
    assert old.packet_id == 0
    assert window.put(delivery(7, b"a", epoch=2, is_again=True)), "it is another message"
    release(window, window.take(1)[0])
    assert window.in_hand == 1
    assert window.put(delivery(7, b"a", epoch=3, is_again=True)), "the new one is still in hand"
    assert window.in_hand == 1


def test_the_age_of_the_oldest_message_is_told() -> None:
    window = Window(Limits(batch_messages=10, batch_age_seconds=10))
    assert window.oldest_age_seconds() == 0.0
    window.put(delivery(1))
    wait_until(lambda: window.oldest_age_seconds() > 0.01, "the message is older than 10 ms")


@given(st.lists(st.sampled_from(["put", "take", "release"]), max_size=60), st.integers(1, 5))
def test_what_goes_in_comes_out_once_and_in_order(moves: list[str], batch_messages: int) -> None:
    window = Window(Limits(batch_messages=batch_messages, batch_age_seconds=0.0))
    put: list[int] = []
    out: list[int] = []
    held: list[list[Delivery]] = []
    for move in moves:
        if move == "put":
            put.append(len(put) + 1)
            window.put(delivery(put[-1]))
        elif move == "take":
            batch, _ = window.take(0.0)
            assert len(batch) <= batch_messages
            out += [d.packet_id for d in batch]
            held.append(batch)
        elif held:
            release(window, held.pop(0))
        assert window.in_hand == len(put) - len(out) + sum(map(len, held))
    assert out == put[: len(out)]
