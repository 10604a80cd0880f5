"""Settings: read from the environment, checked at start, named in the message when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune.settings import PREFIX, Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_without_any_variable_the_defaults_hold() -> None:
    settings = read_settings()
    assert settings.database_url is None
    assert (settings.broker_host, settings.broker_port) == ("127.0.0.1", 1883)
    assert settings.ingest_window_messages >= 2 * settings.ingest_batch_messages


def test_a_variable_is_read_with_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_BROKER_PORT", "8883")
    monkeypatch.setenv("COMMUNE_BROKER_CA_FILE", "/etc/ca.crt")
    settings = read_settings()
    assert (settings.broker_port, settings.broker_ca_file) == (8883, Path("/etc/ca.crt"))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMMUNE_BROKER_PORT", "mqtt", "valid integer"),
        ("COMMUNE_BROKER_PORT", "70000", "less than or equal to 65535"),
        ("COMMUNE_INGEST_BATCH_MESSAGES", "0", "greater than or equal to 1"),
        ("COMMUNE_INGEST_CLIENT_ID", "", "at least 1 character"),
        ("COMMUNE_LOG_FORMAT", "xml", "'text' or 'json'"),
    ],
)
def test_a_bad_value_is_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert f"{name}='{value}'" in str(caught.value)
    assert words in str(caught.value)


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_BROKER_PORT", "mqtt")
    monkeypatch.setenv("COMMUNE_API_PORT", "http")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert [line.partition("=")[0] for line in str(caught.value).splitlines()] == [
        "COMMUNE_BROKER_PORT",
        "COMMUNE_API_PORT",
    ]


def test_a_window_must_hold_two_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_INGEST_BATCH_MESSAGES", "5000")
    monkeypatch.setenv("COMMUNE_INGEST_WINDOW_MESSAGES", "9999")
    with pytest.raises(SettingsError, match="COMMUNE_INGEST_WINDOW_MESSAGES=9999: must be at least twice"):
        read_settings()
