"""What can go wrong in a simulation. Each message is one line that says what was expected."""

from __future__ import annotations


class SimulatorError(Exception):
    """A simulation cannot be run as it was asked for."""


class UnknownCommune(SimulatorError):
    """No sample commune has that name."""


class UnknownDevice(SimulatorError):
    """The sample commune has no device of that code."""


class BadCommuneFile(SimulatorError):
    """The file of a sample commune contradicts itself; the message names the table and the entry."""


class BeforeTheWorld(SimulatorError):
    """A time before the simulated world begins."""


class BadRun(SimulatorError):
    """The wishes for a run (speed, seconds, number of devices) cannot be met."""


class BadFleet(SimulatorError):
    """A fleet file names a fault, a device or a parameter that is not there; the message names the entry."""


class BadManifest(SimulatorError):
    """A file is no manifest, or a manifest of another format."""


class BadLoad(SimulatorError):
    """A load that this machine cannot send, or that makes no sense; the message says what is possible."""
