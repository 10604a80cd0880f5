"""Topics of the native format: what parses, what does not, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.topics import Channel, Topic, TopicError, check_slug, parse, subscription

slugs = st.from_regex(r"[a-z0-9_-]{2,63}", fullmatch=True)


def test_a_telemetry_topic_is_taken_apart() -> None:
    topic = parse("xa/gia-loc/environment/tram_01/telemetry")
    assert topic == Topic("gia-loc", "environment", "tram_01", Channel.TELEMETRY)


@given(slugs, slugs, slugs, st.sampled_from(Channel))
def test_a_topic_survives_being_written_and_read(commune: str, kind: str, device: str, channel: Channel) -> None:
    topic = Topic(commune, kind, device, channel)
    assert parse(str(topic)) == topic


@given(st.text())
def test_any_text_is_a_topic_or_a_topic_error(text: str) -> None:
    try:
        assert str(parse(text)) == text
    except TopicError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("", "not of the form"),
        ("xa/gia-loc/environment/tram-01", "not of the form"),
        ("/xa/gia-loc/environment/tram-01/telemetry", "not of the form"),
        ("xa/gia-loc/environment/tram-01/telemetry/", "not of the form"),
        ("commune/gia-loc/environment/tram-01/telemetry", "not of the form"),
        ("xa/Gia-Loc/environment/tram-01/telemetry", "commune 'Gia-Loc'"),
        ("xa/gia lộc/environment/tram-01/telemetry", "commune 'gia lộc'"),
        ("xa/gia-loc/+/tram-01/telemetry", "kind '+'"),
        ("xa/gia-loc/environment/t/telemetry", "device 't'"),
        ("xa/gia-loc/environment/" + "t" * 64 + "/telemetry", "device 'ttt"),
        ("xa/gia-loc/environment/tram-01\n/telemetry", "device 'tram-01\\n'"),
        ("xa/gia-loc/environment/tram-01/Telemetry", "channel 'Telemetry'"),
    ],
)
def test_a_foreign_topic_is_refused_in_words(topic: str, said: str) -> None:
    with pytest.raises(TopicError) as caught:
        parse(topic)
    assert said in str(caught.value)


@pytest.mark.parametrize("length", [2, 63])
def test_the_shortest_and_the_longest_slug_pass(length: int) -> None:
    assert check_slug("device", "a" * length) == "a" * length


def test_a_subscription_covers_every_device_of_every_commune() -> None:
    assert subscription(Channel.STATUS) == "xa/+/+/+/status"
