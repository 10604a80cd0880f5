"""Faults of the broker: stopped, killed, restarted with its file and without, full. What it lost itself is computed."""

from __future__ import annotations

import os
import signal
import threading

from commune.stack.mosquitto import MosquittoServer
from tests.journeys.chamber import Chamber
from tests.journeys.messages import Fate
from tests.journeys.proxy import Way
from tests.waiting import wait_until

COPY = (Way.UP, b"COPY ")
COMMIT = (Way.UP, b"COMMIT\0")
COMMITTED = (Way.DOWN, b"COMMIT\0")
FILE = "mosquitto.db"


def write_snapshot(broker: MosquittoServer) -> None:
    """Have the broker write its file now, as it does every autosave_interval seconds."""
    file = broker.data / FILE
    before = file.stat().st_mtime_ns if file.exists() else 0
    os.kill(broker.pid, signal.SIGUSR1)
    wait_until(lambda: file.exists() and file.stat().st_mtime_ns > before, "the broker has written its file")


def test_the_broker_is_restarted_under_load(chamber: Chamber) -> None:
    with chamber.trial(seed=31) as trial:
        child = trial.ingest().connected()
        trial.say_all(100)
        for _ in range(3):
            trial.say(300)
            chamber.broker.restart()
            trial.speaker.finish()
        result = trial.reckon(child)
        sent_again = trial.speaker.publisher.sent_again.total()
    assert result.extra <= sent_again


def test_the_broker_is_stopped_with_a_full_queue_and_brings_all_of_it_when_it_is_back(chamber: Chamber) -> None:
    with chamber.trial(seed=32) as trial:
        trial.say_all(1500)
        chamber.broker.halt()
        child = trial.ingest()
        trial.wait_until_told(child, "MQTT broker at")
        chamber.broker.resume()
        result = trial.reckon(child)
    assert result.extra == 0


def test_the_broker_is_killed_after_it_has_written_its_file(chamber: Chamber) -> None:
    with chamber.trial(seed=33) as trial:
        trial.say_all(1000)
        write_snapshot(chamber.broker)
        chamber.broker.kill()
        chamber.broker.resume()
        result = trial.reckon(trial.ingest())
    assert result.extra == 0


def test_the_broker_is_killed_and_loses_what_it_took_since_it_wrote_its_file(chamber: Chamber) -> None:
    with chamber.trial(seed=34) as trial:
        trial.say_all(500)
        write_snapshot(chamber.broker)
        lost = trial.say_all(300)
        chamber.broker.kill()
        chamber.broker.resume()
        result = trial.reckon(trial.ingest(), lost=lost)
    assert result.extra == 0


def test_what_the_broker_had_delivered_is_not_lost_when_it_is_killed(chamber: Chamber) -> None:
    with chamber.trial(seed=35) as trial:
        child = trial.ingest().connected()
        write_snapshot(chamber.broker)
        trial.say_all(1000)
        trial.wait_received(1000)
        chamber.broker.kill()
        chamber.broker.resume()
        trial.say_all(200)
        result = trial.reckon(child)
    assert result.extra == 0


def lose_file(broker: MosquittoServer) -> None:
    """Kill the broker and start it without its file."""
    broker.kill()
    (broker.data / FILE).unlink(missing_ok=True)
    broker.resume()


def test_what_a_killed_broker_brings_again_as_new(chamber: Chamber) -> None:
    with chamber.trial(seed=36) as trial:
        queued = trial.say_all(500)
        write_snapshot(chamber.broker)
        child = trial.ingest()
        trial.wait_received(500)
        chamber.broker.kill()
        chamber.broker.resume()
        result = trial.reckon(child, brought_again=queued)
    untimed = sum(message.fate is Fate.UNTIMED for message in queued)
    assert untimed > 0
    assert result.extra == 0


def test_the_broker_loses_its_file_while_ingest_is_connected(chamber: Chamber) -> None:
    with chamber.trial(seed=37) as trial:
        child = trial.ingest().connected()
        trial.say_all(800)
        trial.wait_received(800)
        lose_file(chamber.broker)
        trial.wait_for(child, lambda: child.metric("reconnects") >= 1, "ingest is connected again")
        trial.say_all(800)
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_the_broker_loses_its_file_and_with_it_queue_and_subscription(chamber: Chamber) -> None:
    with chamber.trial(seed=38, repeats=False) as trial:
        queue = trial.say_all(400)
        lose_file(chamber.broker)
        unheard = trial.say_all(300)
        child = trial.ingest().connected()
        rest = trial.say_all(200)
        assert trial.speaker.publisher.unheard == unheard
        result = trial.reckon(child, lost=queue)
    assert result.extra == 0
    assert set(result.lost) == {*queue, *unheard} - set(rest)


def test_a_new_session_of_the_broker_and_old_packet_ids(chamber: Chamber) -> None:
    with chamber.trial(seed=39) as trial:
        child = trial.ingest().connected()
        same = [trial.mix.heartbeat()] * 50
        trial.say_all(same)
        trial.wait_received(50)
        lose_file(chamber.broker)
        trial.wait_for(child, lambda: child.metric("reconnects") >= 1, "ingest is connected again")
        trap = trial.database_proxy.when(COPY, COMMIT, act=child.kill, cut=True)
        trial.say_all(same)
        trial.wait_for(child, trap.sprung.is_set, "it is killed")
        result = trial.reckon(trial.ingest())
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_an_acknowledgement_never_settles_a_message_of_another_connection(chamber: Chamber) -> None:
    count = 50
    with chamber.trial(seed=40, ingest_writers="1", ingest_batch_messages=str(count)) as trial:
        child = trial.ingest().connected()
        trial.database_proxy.hold()
        trial.say_all(count)
        trial.wait_for(child, lambda: child.metric("in_hand") == count, "the first are in hand")
        lose_file(chamber.broker)
        trial.wait_for(child, lambda: child.metric("reconnects") >= 1, "ingest is connected again")
        trial.say_all(count)  # their packet ids are those of the first
        trial.wait_for(child, lambda: child.metric("in_hand") == 2 * count, "these are in hand too")
        released = threading.Event()
        second = trial.database_proxy.when(COPY, COMMITTED, COPY, act=lambda: released.wait(60), cut=True)
        trial.database_proxy.flow()
        trial.wait_for(child, lambda: trial.received() == count, "the first are committed")
        trial.say_all(1)
        trial.wait_for(child, lambda: child.metric("received") == 2 * count + 1, "ingest has sent what it would send")
        child.kill()
        released.set()
        result = trial.reckon(trial.ingest())
        assert second.sprung.is_set()
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_the_broker_is_killed_under_load(chamber: Chamber) -> None:
    with chamber.trial(seed=41, repeats=False) as trial:
        child = trial.ingest().connected()
        kept = trial.say_all(500)
        trial.wait_received(500)
        write_snapshot(chamber.broker)
        trial.say(1500)
        wait_until(lambda: trial.speaker.publisher.answers > 1000, "the publisher is in full flow")
        chamber.broker.kill()
        since = trial.said[len(kept) :]
        chamber.broker.resume()
        trial.speaker.finish()
        result = trial.reckon(child, unsure=since)
    assert set(result.lost) <= set(since), "nothing is lost but what the broker took after it wrote its file"
