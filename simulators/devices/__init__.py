"""One simulator for each kind of the catalogue."""

from __future__ import annotations

from simulators.devices.base import Happening, Simulator
from simulators.devices.camera import Camera
from simulators.devices.environment import EnvironmentStation
from simulators.devices.irrigation import IrrigationController
from simulators.devices.lighting import LampController
from simulators.devices.loudspeaker import Loudspeaker
from simulators.devices.notice_board import NoticeBoard
from simulators.devices.signal_probe import SignalProbe
from simulators.devices.water_level import WaterGauge
from simulators.devices.wifi import WifiPoint

__all__ = ["SIMULATORS", "Happening", "Simulator"]

SIMULATORS: dict[str, type[Simulator]] = {
    simulator.kind_name: simulator
    for simulator in (
        EnvironmentStation,
        WaterGauge,
        IrrigationController,
        LampController,
        Camera,
        Loudspeaker,
        WifiPoint,
        SignalProbe,
        NoticeBoard,
    )
}
"""The simulator of every kind, under the kind's name."""
