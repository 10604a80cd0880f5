"""Faults of access: a broker that is not there, refuses the login, shows a wrong certificate: said once, tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journeys.chamber import Chamber, Trial
from tests.journeys.child import Child
from tests.journeys.proxy import HOST
from tests.journeys.secured import Authority, SecuredMosquitto

TRIES = 3


@pytest.fixture(scope="module")
def secured(chamber: Chamber, local_directory: Path) -> Iterator[Chamber]:
    """The chamber with a broker whose certificate and passwords can be changed."""
    with SecuredMosquitto.start(chamber.directory / "secured", local_directory=local_directory) as broker:
        yield replace(chamber, broker=broker)


def broker_of(chamber: Chamber) -> SecuredMosquitto:
    """The broker of the chamber `secured`."""
    assert isinstance(chamber.broker, SecuredMosquitto)
    return chamber.broker


def said_once(trial: Trial, child: Child, words: str) -> bool:
    """Whether ingest has tried several times and has said why it failed in one line."""
    trial.wait_for(child, lambda: trial.broker_proxy.connections >= TRIES, "ingest has tried again")
    lines = [line for line in child.log.splitlines() if words in line]
    return len(lines) == 1 and lines[0].endswith("; trying again") and "Traceback" not in child.log


def test_the_broker_refuses_the_login_until_the_password_is_mended(secured: Chamber) -> None:
    broker = broker_of(secured)
    with secured.trial(seed=71) as trial:
        child = trial.ingest(BROKER_PASSWORD="another password")
        trial.say_all(500)
        trial.wait_until_told(child, "refused account 'ingest': Not authorized")
        assert said_once(trial, child, "refused account 'ingest'")
        broker.change_password("ingest", "another password")
        broker.restart()
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)


def test_the_broker_is_not_there_until_it_is(secured: Chamber) -> None:
    broker = broker_of(secured)
    with secured.trial(seed=72) as trial:
        trial.say_all(500)
        broker.halt()
        child = trial.ingest(BROKER_PORT=str(broker.port))
        trial.wait_until_told(child, f"MQTT broker at 127.0.0.1:{broker.port} cannot be reached: Connection refused")
        broker.resume()
        result = trial.reckon(child)
        assert child.log.count("cannot be reached") == 1
    assert (result.extra, result.sums.redelivered) == (0, 0)


@pytest.mark.parametrize(
    ("is_strange", "name", "words"),
    [
        (True, HOST, "unable to get local issuer certificate"),
        (False, "mqtt.example.vn", f"certificate is not valid for '{HOST}'"),
    ],
    ids=["another authority", "another name"],
)
def test_the_broker_shows_a_wrong_certificate_until_it_is_mended(
    chamber: Chamber, tmp_path: Path, local_directory: Path, is_strange: bool, name: str, words: str
) -> None:
    ours, strange = Authority(tmp_path, "ours"), Authority(tmp_path, "strange")
    with (
        SecuredMosquitto.start(tmp_path / "broker", local_directory=local_directory) as broker,
        replace(chamber, broker=broker).trial(seed=73, broker_ca_file=str(ours.file)) as trial,
    ):
        broker.certify((strange if is_strange else ours).certificate(name), ours.file)
        broker.restart()
        child = trial.ingest()
        trial.wait_until_told(child, "its certificate is not accepted", words)
        assert said_once(trial, child, "its certificate is not accepted")
        broker.certify(ours.certificate(), ours.file)
        broker.restart()
        trial.say_all(500)
        result = trial.reckon(child)
    assert (result.extra, result.sums.redelivered) == (0, 0)
