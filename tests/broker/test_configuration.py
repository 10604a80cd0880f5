"""A mosquitto.conf as far as it bounds queues and their loss: Mosquitto's defaults, our own file, and nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.configuration import BrokerConfiguration, ConfigurationUnreadable, parse_configuration, read_configuration
from commune.stack.mosquitto import DEPLOY


def parse(*lines: str) -> BrokerConfiguration:
    return parse_configuration("\n".join(lines), "test.conf")


def test_an_empty_file_has_the_defaults_of_mosquitto() -> None:
    assert parse() == BrokerConfiguration(False, 1800, 1000, 0)


def test_our_own_file_keeps_queues_and_writes_them_every_minute() -> None:
    assert read_configuration(DEPLOY / "mosquitto.conf") == BrokerConfiguration(True, 60, 2_000_000, 2_147_483_648)


def test_comments_and_other_settings_are_passed_over_and_the_last_of_two_counts() -> None:
    said = parse(
        "# persistence true", "  persistence true  ", "listener 1883", "", "autosave_interval 5", "autosave_interval 7"
    )
    assert (said.persistence, said.autosave_seconds) == (True, 7)


def test_saving_by_changes_is_no_number_of_seconds() -> None:
    assert parse("autosave_interval 60", "autosave_on_changes true").autosave_seconds is None


def test_a_value_that_is_no_number_is_named_with_its_file() -> None:
    with pytest.raises(ConfigurationUnreadable, match=r"test\.conf: max_queued_messages many is no number"):
        parse("max_queued_messages many")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationUnreadable, match=r"lost\.conf cannot be read"):
        read_configuration(tmp_path / "lost.conf")
    binary = tmp_path / "binary.conf"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationUnreadable, match=r"binary\.conf cannot be read"):
        read_configuration(binary)
