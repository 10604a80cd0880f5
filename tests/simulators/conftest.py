"""One sample commune and one world for the tests that do not change them (nothing can)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune.stack.mosquitto import MosquittoServer
from devices.registry import Device
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.messages import simulators_of
from simulators.world import World


@pytest.fixture(scope="session")
def sample() -> SampleCommune:
    """The sample commune Gia Lộc."""
    return load("gia-loc")


@pytest.fixture(scope="session")
def world(sample: SampleCommune) -> World:
    """Its world of seed 1."""
    return World(1, sample.setting)


@pytest.fixture(scope="session")
def fleet(sample: SampleCommune) -> dict[str, Simulator]:
    """Every simulated device of seed 1 under its code."""
    return {simulator.device.code: simulator for simulator in simulators_of(sample, 1)}


@pytest.fixture(scope="session")
def one_of_each(sample: SampleCommune, fleet: dict[str, Simulator]) -> list[Simulator]:
    """The first device of each kind."""
    chosen: tuple[Device, ...] = sample.spread(9)
    return [fleet[device.code] for device in chosen]


@pytest.fixture(scope="session")
def nine(sample: SampleCommune) -> list[Simulator]:
    """One device of each kind, in a world of nine."""
    return simulators_of(sample, 1, 9)


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of the tests of a module: what is sent or retained here must not reach the tests of others."""
    with MosquittoServer.start(tmp_path_factory.mktemp("broker"), local_directory=local_directory) as server:
        yield server
