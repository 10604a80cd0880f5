"""Faults in what is sent: floods of bad messages, rows that the database never accepts, messages that are too large."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import orjson

from devices.payloads import MAX_BYTES
from tests.journeys.chamber import Chamber
from tests.journeys.messages import BEGINNING, STATIONS, Fate, Message, Mix

BAD = 10_000
BROKER_LIMIT = 1_048_576
"""message_size_limit of deploy/mosquitto/mosquitto.conf."""


def test_ten_thousand_bad_messages_and_then_a_good_one(chamber: Chamber) -> None:
    chance = random.Random(61)  # noqa: S311 - no secret
    with chamber.trial(seed=61, ingest_batch_messages="1000", ingest_window_messages="2000") as trial:
        child = trial.ingest().connected()
        bad = [chance.choice((trial.mix.unreadable, trial.mix.stranger))() for _ in range(BAD)]
        trial.say_all([*bad, trial.mix.reading()])
        result = trial.reckon(child)
    assert (result.sums.dead_lettered, result.sums.stored, result.extra) == (BAD, 2, 0)


def poison(mix: Mix) -> Message:
    """A reading that the database is made to refuse."""
    device = mix.station()
    number, time = mix.next()
    payload = orjson.dumps({"ts": time.timestamp(), "seq": number, "pm25": 13.0, "uptime": number})
    return mix.dead(mix.topic(device), payload, device)


def test_rows_that_the_database_never_accepts_are_found_among_the_others(chamber: Chamber) -> None:
    with chamber.trial(seed=62) as trial:
        trial.execute("ALTER TABLE environment ADD CONSTRAINT no_13 CHECK (pm25 <> 13)")
        messages = [message for message in trial.mix.take(1500) if b'"pm25":13.0' not in message.payload]
        poisons = [poison(trial.mix) for _ in range(5)]
        chance = random.Random(62)  # noqa: S311 - no secret
        for each in poisons:
            messages.insert(chance.randrange(len(messages)), each)
        child = trial.ingest().connected()
        trial.say_all(messages)
        result = trial.reckon(child)
        refused = trial.rows("SELECT payload FROM dead_letter WHERE reason = 'refused' ORDER BY dead_letter_id")
    assert result.extra == 0
    assert {bytes(payload) for (payload,) in refused} == {each.payload for each in poisons}


def test_a_message_above_the_size_limit_is_kept_as_a_dead_letter_with_all_its_bytes(chamber: Chamber) -> None:
    with chamber.trial(seed=63) as trial:
        large = trial.mix.dead(trial.mix.topic(STATIONS[0]), b'{"pm25": 1' + b" " * MAX_BYTES + b"}", STATIONS[0])
        child = trial.ingest().connected()
        trial.say_all([*trial.mix.take(200), large, *trial.mix.take(200)])
        result = trial.reckon(child)
        assert trial.rows("SELECT length(payload) FROM dead_letter WHERE reason = 'too_large'") == [
            (len(large.payload),)
        ]
    assert result.extra == 0


def test_a_message_above_the_brokers_own_limit_is_refused_to_the_publishers_face(chamber: Chamber) -> None:
    with chamber.trial(seed=64) as trial:
        large = trial.mix.dead(trial.mix.topic(STATIONS[0]), b" " * (BROKER_LIMIT + 1), STATIONS[0])
        child = trial.ingest().connected()
        trial.say_all([*trial.mix.take(200), large, *trial.mix.take(200)])
        assert trial.speaker.publisher.refused == [large]
        result = trial.reckon(child)
    assert result.extra == 0


def test_a_reading_that_contradicts_another_is_set_aside_as_a_conflict(chamber: Chamber) -> None:
    with chamber.trial(seed=65) as trial:
        first = trial.mix.at(STATIONS[0], datetime.fromtimestamp(BEGINNING - 1, UTC))
        payload = orjson.dumps({**orjson.loads(first.payload), "pm25": 999.0})
        other = trial.mix.dead(first.topic, payload, STATIONS[0])
        child = trial.ingest().connected()
        trial.say_all([*trial.mix.take(200), first, *trial.mix.take(200), other, first])
        result = trial.reckon(child)
        assert trial.rows("SELECT count(*) FROM dead_letter WHERE reason = 'conflict'") == [(1,)]
    assert result.extra == 0
    assert other.fate is Fate.DEAD
