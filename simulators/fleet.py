"""Fleets: which devices have which faults, from a TOML file, and what such devices send.

title = "Two stations, one of them bad"

[[fault]]
name = "sentinel"            # a fault of the catalogue
devices = ["cb-mt-01"]       # codes of devices, or names of kinds for all devices of the kind
field = "pm25"               # the fault's own parameters
"""

from __future__ import annotations

import heapq
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any

from devices.catalogue import KINDS
from devices.topics import Channel
from simulators.calendar import ORIGIN
from simulators.devices import Simulator
from simulators.errors import BadFleet
from simulators.faults import FAULTS, Fault, Parcel, Stream, Subject
from simulators.messages import messages_of, topic_of

_WORDS = frozenset(("name", "devices"))


@dataclass(frozen=True, slots=True)
class Plan:
    """One entry of a fleet file: a fault and whom it strikes. `group` tells the entry from others of the same fault."""

    fault: Fault
    devices: tuple[str, ...]
    group: str

    def strikes(self, simulator: Simulator) -> bool:
        """True when the device, or its whole kind, is named."""
        return simulator.device.code in self.devices or simulator.kind_name in self.devices


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet: its name, its title and its plans. The one without plans is in perfect order."""

    name: str = ""
    title: str = ""
    plans: tuple[Plan, ...] = ()

    def faults_of(self, simulator: Simulator) -> list[Plan]:
        """What a device suffers from, in the order in which it acts."""
        plans = [plan for plan in self.plans if plan.strikes(simulator)]
        return sorted(plans, key=lambda plan: plan.fault.layer)

    def own_lines(self, simulators: Sequence[Simulator]) -> set[str]:
        """The codes of the devices that need a connection of their own, with a will."""
        return {s.device.code for s in simulators if any(plan.fault.has_own_line for plan in self.faults_of(s))}

    def check(self, simulators: Sequence[Simulator]) -> None:
        """Raise BadFleet when a plan names devices that are not simulated, or a parameter that they cannot have."""
        known = {s.device.code for s in simulators} | {s.kind_name for s in simulators}
        for plan in self.plans:
            missing = [name for name in plan.devices if name not in known]
            if missing:
                raise BadFleet(
                    f"fleet {self.name}: fault {plan.fault.name!r} names {', '.join(missing)}, not simulated"
                )
            for simulator in simulators:
                if plan.strikes(simulator):
                    plan.fault.check(simulator.kind)

    def stream(self, simulator: Simulator) -> Stream:
        """What a device sends, through all of its faults."""
        topics = {channel: topic_of(simulator, channel) for channel in Channel}
        stream: Stream = partial(_plain, simulator)
        for plan in self.faults_of(simulator):
            subject = Subject(
                simulator.world.seed, simulator.device.code, simulator.kind, simulator.interval, topics, plan.group
            )
            stream = partial(plan.fault.outgoing, subject, stream)
        return stream


Outgoing = Callable[[int, int], Iterator[Parcel]]
"""Gives all parcels of a fleet with start <= due < end, in order of time and topic."""


def outgoing(fleet: Fleet, simulators: Sequence[Simulator]) -> Outgoing:
    """All that some devices of a fleet send."""
    streams = [fleet.stream(simulator) for simulator in simulators]

    def between(start: int, end: int) -> Iterator[Parcel]:
        return heapq.merge(*(stream(start, end) for stream in streams), key=attrgetter("due", "message.topic"))

    return between


def _plain(simulator: Simulator, start: int, end: int) -> list[Parcel]:
    """What a device in order sends; nothing before the world begins."""
    first = max(start, ORIGIN)
    if first >= end:
        return []
    return [Parcel(message.time, message, message.time) for message in messages_of(simulator, first, end)]


def fleets() -> list[str]:
    """The names of the fleets that come with the simulators."""
    here = resources.files("simulators") / "fleets"
    return sorted(entry.name.removesuffix(".toml") for entry in here.iterdir() if entry.name.endswith(".toml"))


def load_fleet(name: str) -> Fleet:
    """The fleet of a name, or of a file whose path ends in .toml; raises BadFleet that names what is wrong."""
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except OSError as error:
            raise BadFleet(f"fleet file {name}: {error.strerror}") from error
    elif name in fleets():
        text = (resources.files("simulators") / "fleets" / f"{name}.toml").read_text(encoding="utf-8")
    else:
        raise BadFleet(f"there is no fleet {name!r}; there is {', '.join(fleets())}, or give the path of a .toml file")
    try:
        return build_fleet(Path(name).stem, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFleet(f"fleet {name}: {error}") from error


def build_fleet(name: str, document: Mapping[str, Any]) -> Fleet:
    """The fleet of a parsed file; raises BadFleet."""
    entries = document.get("fault", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadFleet(f"fleet {name}: faults are written as [[fault]] tables")
    plans = tuple(_plan(name, number, entry) for number, entry in enumerate(entries, start=1))
    return Fleet(name, str(document.get("title", "")), plans)


def _plan(fleet: str, number: int, entry: Mapping[str, Any]) -> Plan:
    where = f"fleet {fleet}, fault {number}"
    kind = FAULTS.get(str(entry.get("name")))
    if kind is None:
        raise BadFleet(f"{where}: there is no fault {entry.get('name')!r}; there is {', '.join(FAULTS)}")
    devices = entry.get("devices")
    if not isinstance(devices, list) or not devices or not all(isinstance(code, str) for code in devices):
        raise BadFleet(f"{where} ({kind.name}): devices must be a list of codes, or of kinds: {', '.join(KINDS)}")
    return Plan(_build(where, kind, entry), tuple(devices), f"{fleet}/{number}")


def _build(where: str, kind: type[Fault], entry: Mapping[str, Any]) -> Fault:
    known = {parameter.name: parameter for parameter in fields(kind)}  # type: ignore[arg-type]
    given = {}
    for name, value in entry.items():
        if name in _WORDS:
            continue
        if name not in known:
            raise BadFleet(f"{where} ({kind.name}): no parameter {name!r}; there is {', '.join(known) or 'none'}")
        given[name] = _fitting(f"{where} ({kind.name}): {name}", known[name].default, value)
    return kind(**given)


def _fitting(where: str, default: object, value: Any) -> Any:
    """A parameter of the type of its default; numbers must be above 0 where the default is."""
    if isinstance(default, tuple) and isinstance(value, list) and value:
        return tuple(_fitting(where, default[0], inner) for inner in value)
    if isinstance(default, str) and isinstance(value, str):
        return value
    if isinstance(default, float) and type(value) in (int, float):
        value = float(value)
    elif type(value) is not type(default) or type(value) is not int:
        raise BadFleet(f"{where} is {value!r}; expected something like {default!r}")
    if where.endswith(" share") and not 0 < value <= 1:
        raise BadFleet(f"{where} is {value!r}; expected more than 0, at most 1")
    if (
        where.endswith((" every", " lasts", " service_days", " sync_days", " at", " after", " holds", " batch"))
        and value <= 0
    ):
        raise BadFleet(f"{where} is {value!r}; expected more than 0")
    return value
