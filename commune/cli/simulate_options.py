"""What the commands of `commune simulate` share: their options, the chosen devices, failure in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from broker.errors import BrokerError
from commune.cli.common import fail
from devices.errors import Refused
from devices.times import read_time
from simulators.communes import load
from simulators.devices import Simulator
from simulators.errors import SimulatorError
from simulators.messages import simulators_of
from storage.arrivals import now

CommuneOption = Annotated[str, typer.Option(help="Name of the sample commune.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the world; the same seed gives the same world.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
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
