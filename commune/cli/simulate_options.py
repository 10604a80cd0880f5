"""What the commands of `commune simulate` share: their options, the chosen devices, failure in one line."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import unquote, urlsplit

import typer
from rich.console import Console
from rich.status import Status

from broker.address import BrokerAddress
from broker.errors import BrokerError
from commune.cli.common import fail
from commune.parts import broker_address
from commune.settings import Settings
from devices.errors import Refused
from devices.times import read_time
from simulators.communes import load
from simulators.devices import Simulator
from simulators.errors import SimulatorError
from simulators.messages import simulators_of
from storage.arrivals import now

State = TypeVar("State")
CommuneOption = Annotated[str, typer.Option(help="Name of the sample commune.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the world; the same seed gives the same world.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PORTS = {"mqtt": 1883, "mqtts": 8883}
BrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker", help="The broker, as mqtt://user:password@host:1883 or mqtts://. Unset: that of the settings."
    ),
]
DevicesOption = Annotated[
    int | None, typer.Option(min=1, help="Simulate so many devices only, dealt out over the kinds in turn.")
]


def chosen_simulators(commune: str, seed: int, devices: int | None) -> list[Simulator]:
    """The simulators of a sample commune; fails in words for more devices than it has."""
    sample = load(commune)
    if devices is not None and devices > len(sample.devices):
        fail(f"the sample commune {commune} has {len(sample.devices)} devices, not {devices}")
    return simulators_of(sample, seed, devices)


@contextmanager
def live(quiet: bool, first: str, words: Callable[[State], str]) -> Iterator[Callable[[State], None]]:
    """A line on standard error that tells how far it is in `words`, `first` at first; nothing where nobody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Status(first, console=console) as status:
        yield lambda state: status.update(words(state))


def broker_of(url: str | None, settings: Settings) -> BrokerAddress:
    """The broker of a URL, or else of the settings; fails in words for a URL that leads nowhere.

    A broker that speaks TLS is trusted by COMMUNE_BROKER_CA_FILE, or else by the machine's authorities.
    """
    if url is None:
        return broker_address(settings)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        fail(f"--broker {url!r}: {error}", 2)
    if parts.scheme not in PORTS or not host or parts.path not in ("", "/") or parts.query:
        fail(f"--broker {url!r}: expected mqtt://host, mqtt://user:password@host:1883, or the same with mqtts://", 2)
    authorities = settings.broker_ca_file or ssl.get_default_verify_paths().cafile
    if parts.scheme == "mqtts" and authorities is None:
        fail("this machine has no list of authorities to trust: set COMMUNE_BROKER_CA_FILE", 2)
    return BrokerAddress(
        host,
        port or PORTS[parts.scheme],
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        Path(authorities) if parts.scheme == "mqtts" and authorities else None,
    )


@contextmanager
def failures() -> Iterator[None]:
    """What the simulators or the broker cannot do ends the command with one line and exit code 1."""
    try:
        yield
    except (SimulatorError, BrokerError) as error:
        fail(str(error))


def moment(text: str | None, option: str) -> datetime:
    """The time that was asked for, or the present."""
    if text is None:
        return now()
    try:
        return read_time(text)
    except Refused as refused:
        fail(f"{option} {text!r}: {refused.detail}", 2)
