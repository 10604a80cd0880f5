"""What the database refuses, has no room for or cannot take at all: nothing is lost, and nothing else is held up."""

from __future__ import annotations

import threading
from dataclasses import replace

import orjson
import pytest

from ingest.service import Ingest
from tests.ingest.conftest import Commissioned, payload
from tests.waiting import wait_until


def test_several_writers_behind_one_session_store_everything_once(commissioned: Commissioned) -> None:
    with commissioned.running(writers=3, batch_messages=50):
        commissioned.publish(*(payload(ts=1763600000 + number) for number in range(1000)))
        commissioned.publish(*(payload(ts=1763600000 + number) for number in range(500, 1500)))
        sums = commissioned.settled(2000)
    assert (sums.stored, sums.duplicate) == (1500, 500)


def test_a_reading_that_the_database_refuses_is_set_aside_alone(commissioned: Commissioned) -> None:
    commissioned.connection.execute("ALTER TABLE environment ADD CONSTRAINT no_13 CHECK (pm25 <> 13)")
    array = [{"ts": 1763600000 + number, "pm25": number} for number in range(20)]
    with commissioned.running(batch_messages=100, batch_age_seconds=0.5):
        commissioned.publish(*(payload(ts=1763700000 + number) for number in range(50)))
        commissioned.publish(orjson.dumps(array), payload(ts=1763800000, pm25=13))
        sums = commissioned.settled(52)
    assert (sums.stored, sums.dead_lettered, sums.readings_stored) == (51, 1, 69)
    assert commissioned.rows(
        "SELECT reason, reading_index, position('no_13' in detail) > 0 FROM dead_letter ORDER BY 2"
    ) == [
        ("refused", 0, True),
        ("refused", 13, True),
    ]


def test_a_thread_that_fails_by_mistake_ends_the_process_and_loses_nothing(
    commissioned: Commissioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Ingest(commissioned.config())
    monkeypatch.setattr(service.window, "take", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        service.run()
    commissioned.publish(payload())
    with commissioned.running():
        assert commissioned.settled(1).stored == 1


def refuse_with_out_of_memory(commissioned: Commissioned, table: str, condition: str) -> None:
    """Let the server say, as it does when a transaction needs more locks than there are, that it has no room."""
    commissioned.connection.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'out of shared memory' USING ERRCODE = 'out_of_memory'; END $$"
    )
    commissioned.connection.execute(
        f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION no_room()"
    )


def test_a_batch_too_large_for_the_server_is_written_in_parts(commissioned: Commissioned) -> None:
    refuse_with_out_of_memory(commissioned, "delivery", "NEW.count > 7")
    with commissioned.running(batch_age_seconds=0.5):
        commissioned.publish(*(payload(ts=1763600000 + number) for number in range(50)))
        assert commissioned.settled(50).stored == 50


def test_one_message_too_large_for_the_server_is_set_aside_and_holds_nothing_up(
    commissioned: Commissioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.LONGEST_DELAY_SECONDS", 0.2)
    refuse_with_out_of_memory(commissioned, "environment", "NEW.seq = 13")
    with commissioned.running(batch_age_seconds=0.5):
        commissioned.publish(*(payload(ts=1763600000 + number, seq=number) for number in range(20)))
        sums = commissioned.settled(20)
    assert (sums.stored, sums.dead_lettered) == (19, 1)
    assert commissioned.rows("SELECT reason, detail FROM dead_letter") == [("refused", "out of shared memory")]


def test_stopped_before_the_database_answers_it_never_goes_to_the_broker(commissioned: Commissioned) -> None:
    service = Ingest(replace(commissioned.config(), database_url="postgresql://postgres@127.0.0.1:1/nowhere"))
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    wait_until(lambda: service.metrics.total(service.metrics.database_errors) > 0, "the database was asked in vain")
    service.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert service.session.epoch == 0


def test_a_backlog_of_untimed_arrays_is_stored_to_the_last_reading(commissioned: Commissioned) -> None:
    with commissioned.running():
        pass
    array = orjson.dumps([{"pm25": number} for number in range(500)])
    commissioned.publish(*([array] * 20))
    with commissioned.running(batch_messages=4):
        sums = commissioned.settled(20)
    assert (sums.stored, sums.readings_stored, sums.readings_duplicate) == (20, 10_000, 0)
