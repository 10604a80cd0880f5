"""What a broker's numbers and its configuration mean, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broker.configuration import BrokerConfiguration
from broker.watch import Condition
from commune.diagnosis_broker import judge_durability, judge_queues
from commune.findings import Finding, State, worst

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
GOOD = BrokerConfiguration(persistence=True, autosave_seconds=60, max_queued_messages=1000, max_queued_bytes=10_000)


def condition(**members: int | None) -> Condition:
    told: dict[str, int | None] = {"dropped": 0, "queued_messages": 0, "queued_bytes": 0, "sessions_away": 0, **members}
    return Condition(NOW, NOW - timedelta(hours=3), **told)  # type: ignore[arg-type]


def both(finding: Finding) -> str:
    return f"{finding.text.en}\n{finding.text.vi}"


def test_empty_queues_are_well_and_what_nobody_can_see_is_said() -> None:
    finding = judge_queues(condition(), GOOD)
    assert finding.state is State.OK
    assert "lost is seen by nobody" in finding.text.en and "không ai thấy" in finding.text.vi


@pytest.mark.parametrize(
    ("messages", "size", "state"),
    [
        (499, 0, State.OK),
        (500, 0, State.WARN),
        (899, 0, State.WARN),
        (900, 0, State.FAIL),
        (0, 4_999, State.OK),
        (0, 5_000, State.WARN),
        (0, 9_000, State.FAIL),
    ],
)
def test_a_queue_is_judged_by_the_nearer_of_its_two_limits(messages: int, size: int, state: State) -> None:
    assert judge_queues(condition(queued_messages=messages, queued_bytes=size), GOOD).state is state


def test_a_limit_of_zero_is_none() -> None:
    endless = BrokerConfiguration(persistence=True, max_queued_messages=0, max_queued_bytes=0)
    assert judge_queues(condition(queued_messages=10**9, queued_bytes=10**12), endless).state is State.OK


def test_without_the_configuration_the_limit_is_not_known() -> None:
    finding = judge_queues(condition(queued_messages=1_500), None)
    assert finding.state is State.OK
    assert "1,500 messages wait (the limit is not known)" in finding.text.en


def test_dropped_messages_are_a_warning_with_their_number_and_since_when() -> None:
    finding = judge_queues(condition(dropped=1_234), GOOD)
    assert finding.state is State.WARN
    assert both(finding).count("1,234") == 2
    assert both(finding).count("2026-11-20 00:15 UTC") == 2


def test_sessions_that_nobody_uses_are_a_warning() -> None:
    finding = judge_queues(condition(sessions_away=2), GOOD)
    assert finding.state is State.WARN
    assert "2 sessions are kept" in finding.text.en and "2 phiên" in finding.text.vi


def test_what_a_broker_does_not_tell_is_left_out() -> None:
    bare = Condition(NOW, NOW, dropped=0)
    assert judge_queues(bare, GOOD).text.en.startswith("what is published at QoS 0")


@pytest.mark.parametrize(
    ("configuration", "state", "words"),
    [
        (GOOD, State.OK, "costs what came in the last 60 s"),
        (BrokerConfiguration(True, 301), State.WARN, "in the last 301 s"),
        (BrokerConfiguration(True, 0), State.WARN, "only when it ends properly"),
        (BrokerConfiguration(True, None), State.WARN, "autosave_on_changes false"),
        (BrokerConfiguration(False, 60), State.FAIL, "set persistence true"),
        (None, State.WARN, "COMMUNE_BROKER_CONFIGURATION_FILE"),
    ],
)
def test_what_survives_a_power_cut_is_judged_by_the_configuration(
    configuration: BrokerConfiguration | None, state: State, words: str
) -> None:
    finding = judge_durability(configuration, 250.0)
    assert finding.state is state
    assert words in finding.text.en
    assert finding.text.vi != finding.text.en


def test_the_loss_is_told_in_messages_where_the_rate_is_known() -> None:
    assert "at most 15,000 messages at the present 250.0 a second" in judge_durability(GOOD, 250.0).text.en
    assert "at most 0 messages" in judge_durability(GOOD, 0.0).text.en
    assert "at most" not in judge_durability(GOOD, None).text.en
    assert "at most" not in judge_durability(BrokerConfiguration(False), 250.0).text.en


def test_the_worst_of_some_states_counts() -> None:
    assert worst() is State.OK
    assert worst(State.WARN, State.OK) is State.WARN
    assert worst(State.WARN, State.FAIL, State.OK) is State.FAIL
