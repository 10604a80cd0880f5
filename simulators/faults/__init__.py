"""The catalogue of faults: what real hardware does wrong, each a value under its name."""

from __future__ import annotations

from simulators.faults import clocks, counters, lines, values, ways
from simulators.faults.base import Fault, Layer, Parcel, Stream, Subject, in_order

__all__ = ["FAULTS", "Fault", "Layer", "Parcel", "Stream", "Subject", "in_order"]

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for fault in (
        ways.Lost,
        ways.Late,
        ways.Duplicated,
        ways.Reordered,
        ways.Split,
        ways.UnregisteredDevice,
        ways.CorruptBytes,
        values.WrongType,
        values.OutOfRange,
        values.Sentinel,
        values.StuckValue,
        values.Drift,
        values.Spikes,
        values.WrongUnit,
        counters.CounterReset,
        counters.CounterRollover,
        clocks.ClockAhead,
        clocks.ClockBehind,
        clocks.ClockJumping,
        clocks.ClockUnset,
        clocks.ClockAbsent,
        clocks.ClockError,
        lines.Flapping,
        lines.StoreAndForward,
        lines.PowerCut,
        lines.RebootStorm,
        lines.GatewayDump,
    )
}
"""Every fault under its name, in the order of the documentation."""
