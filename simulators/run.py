"""A live run: all devices of a commune over MQTT, in real time or faster, and exact counts of it.

Time. A run of S seconds at a speed of v covers S·v simulated seconds. A device's clock that is ahead of the receiver is
not believed, so a fast run begins in the past, at now − S·(v − 1), and arrives at the present when it ends. Without an
end it begins a day ago, catches up, and goes on at the pace of the clock. No message is sent before its own time.
When the machine or the broker cannot keep up, nothing is left out: the run takes longer and says by how much.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from devices.topics import Channel
from simulators.calendar import DAY_SECONDS, check_begun, utc
from simulators.devices import Simulator
from simulators.errors import BadRun
from simulators.faults import Parcel
from simulators.fleet import Fleet, outgoing
from simulators.messages import Message, note

CATCH_UP_SECONDS = DAY_SECONDS
"""How far in the past a fast run without an end begins."""
FASTEST = 100_000.0
_WINDOW_WALL_SECONDS = 5.0
_SHORTEST_WINDOW_SECONDS = 60
_LONGEST_WINDOW_SECONDS = 7200
_NAP_SECONDS = 0.2
LAG_WORTH_SAYING_SECONDS = 2.0


class Sender(Protocol):
    """What a run needs of a publisher; `broker.publisher.Publisher` is one."""

    @property
    def published(self) -> int:
        """How many messages were handed to the broker."""

    @property
    def acknowledged(self) -> int:
        """How many of them it has accepted."""

    @property
    def refused(self) -> int:
        """How many of them it has refused."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish one message, waiting while too many are unacknowledged."""

    def poll(self, timeout_seconds: float = 0.0) -> None:
        """Move what can be moved."""

    def flush(self, timeout_seconds: float = 60.0) -> None:
        """Wait until everything is acknowledged."""


@runtime_checkable
class Carrier(Protocol):
    """A sender that knows what befalls a message on its way, and can lose a line; `simulators.lines.Lines` is one."""

    def send(self, parcel: Parcel, arrival: float) -> None:
        """Send a message, or lose it, or lose the device's line; `arrival` is when by the run's own clock, Unix s."""


@dataclass(slots=True)
class Statistics:
    """What a run has sent. `published` counts all messages, `refused` those that the broker did not accept; `kinds`
    counts readings, `lag_seconds` is the most by which a message was late. `lost` messages were made and never sent,
    `wills` were published by the broker for devices whose line was lost; neither is in any other count. `faults`
    counts the messages that each fault has changed.
    """

    seed: int
    speed: float
    devices: int
    start: str
    end: str | None = None
    published: int = 0
    acknowledged: int = 0
    refused: int = 0
    telemetry: int = 0
    events: int = 0
    statuses: int = 0
    readings: int = 0
    lost: int = 0
    wills: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    lag_seconds: float = 0.0
    wall_seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


class Simulation:
    """One live run of some devices. `clock` gives Unix seconds and may be replaced where time must not pass by itself.

    Raises BadRun for a speed or a length that make no sense.
    """

    def __init__(
        self,
        simulators: Sequence[Simulator],
        *,
        speed: float = 1.0,
        seconds: float | None = None,
        start: int | None = None,
        fleet: Fleet | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not simulators:
            raise BadRun("there is no device to simulate")
        if not 0 < speed <= FASTEST:
            raise BadRun(f"a speed of {speed:g} is outside 0 to {FASTEST:g}")
        if seconds is not None and not 0 < seconds < math.inf:
            raise BadRun(f"a run of {seconds:g} seconds is not possible; give a number above 0")
        self._simulators = list(simulators)
        self._fleet = fleet or Fleet()
        self._fleet.check(self._simulators)
        self._outgoing = outgoing(self._fleet, self._simulators)
        self._speed = speed
        self._clock = clock
        self._begun = clock()
        self._start = start if start is not None else self._default_start(seconds)
        check_begun(self._start)
        self._end = None if seconds is None else self._start + max(1, round(seconds * speed))
        arrival = self._start if self._end is None or seconds is None else self._end - seconds
        if arrival > self._begun + 1:
            raise BadRun(
                f"the run would arrive at {utc(arrival).isoformat()}, which has not come yet; begin it earlier, "
                "make it shorter or slower"
            )
        # By its own clock a run arrives at the present when it ends, whenever it is really run.
        self._arrives_from = float(self._begun) if self._end is None or seconds is None else self._end - seconds
        self._kinds: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self.statistics = Statistics(
            simulators[0].world.seed, speed, len(self._simulators), utc(self._start).isoformat()
        )

    @property
    def span(self) -> tuple[int, int | None]:
        """Start and end of the simulated time in Unix seconds; None: it goes on."""
        return self._start, self._end

    def about(self) -> dict[str, object]:
        """What determines every byte of the run, for its manifest."""
        return {
            "seed": self.statistics.seed,
            "fleet": self._fleet.name,
            "speed": self._speed,
            "start": self._start,
            "end": "" if self._end is None else self._end,
            "devices": len(self._simulators),
        }

    def run(
        self,
        sender: Sender,
        *,
        stop: Callable[[], bool] = lambda: False,
        progress: Callable[[Statistics], None] = lambda _: None,
    ) -> Statistics:
        """Publish until the end of the run, or until `stop` says so; then say offline for every device.

        `progress` is called about five times a second. Raises what the sender raises.
        """
        already = sender.acknowledged, sender.refused
        first = self._window(self._start)
        self._begun = self._clock()
        now = self._start
        for message in self._first_words():
            self._send(sender, Parcel(self._start, message, self._start))
        for parcel in self._parcels(first):
            if not self._wait_for(parcel.due, sender, stop, progress):
                break
            now = parcel.due
            self._send(sender, parcel)
            if self.statistics.published % 500 == 0:
                self._count(sender, already)
                progress(self.statistics)
        else:
            assert self._end is not None, "an endless run is ended by `stop` only"
            if self._wait_for(self._end, sender, stop, progress):
                now = self._end
        now = max(now, self._start + 1)
        for message in self._last_words(now):
            self._send(sender, Parcel(now, message, now))
        sender.flush()
        self._count(sender, already)
        self.statistics.end = utc(now).isoformat()
        progress(self.statistics)
        return self.statistics

    def _default_start(self, seconds: float | None) -> int:
        if self._speed <= 1:
            return math.floor(self._begun)
        past = CATCH_UP_SECONDS if seconds is None else seconds * (self._speed - 1)
        return math.floor(self._begun - past)

    def _due(self, simulated: int) -> float:
        """When, by the clock, a message of that time is to be sent: at the run's pace, and never before its time."""
        return max(self._begun + (simulated - self._start) / self._speed, float(simulated))

    def _window_end(self, start: int) -> int:
        """The end of the window that is worked out at once: some seconds of the run, so that the first is soon here."""
        length = int(_WINDOW_WALL_SECONDS * self._speed)
        end = start + min(max(_SHORTEST_WINDOW_SECONDS, length), _LONGEST_WINDOW_SECONDS)
        return end if self._end is None else min(end, self._end)

    def _window(self, start: int) -> Iterator[Parcel]:
        return self._outgoing(start, self._window_end(start))

    def _parcels(self, first: Iterator[Parcel]) -> Iterator[Parcel]:
        """All parcels of the run; `first` are those of its first window."""
        yield from first
        start = self._window_end(self._start)
        while self._end is None or start < self._end:
            yield from self._window(start)
            start = self._window_end(start)

    def _wait_for(
        self, simulated: int, sender: Sender, stop: Callable[[], bool], progress: Callable[[Statistics], None]
    ) -> bool:
        """Wait until a simulated time is due, keeping the connection alive; False when told to stop."""
        while True:
            if stop():
                return False
            missing = self._due(simulated) - self._clock()
            if missing <= 0:
                self.statistics.lag_seconds = max(self.statistics.lag_seconds, round(-missing, 3))
                return True
            sender.poll(min(missing, _NAP_SECONDS))
            progress(self.statistics)

    def _send(self, sender: Sender, parcel: Parcel) -> None:
        message = parcel.message
        self._faults.update(parcel.done)
        if isinstance(sender, Carrier):
            sender.send(parcel, max(self._arrives_from + (parcel.due - self._start) / self._speed, parcel.due))
        elif not parcel.lost:
            sender.publish(message.topic, message.payload, qos=1, retain=message.retained)
        if parcel.lost:
            self.statistics.lost += 1
        elif parcel.by_will and isinstance(sender, Carrier):
            self.statistics.wills += 1
        else:
            self._tell_apart(message)

    def _tell_apart(self, message: Message) -> None:
        """Count a message that was published."""
        self.statistics.published += 1
        if message.channel is Channel.TELEMETRY:
            self.statistics.telemetry += 1
            self.statistics.readings += message.readings
            self._kinds[message.kind] += message.readings
        elif message.channel is Channel.EVENT:
            self.statistics.events += 1
        else:
            self.statistics.statuses += 1

    def _count(self, sender: Sender, already: tuple[int, int]) -> None:
        self.statistics.acknowledged = sender.acknowledged - already[0]
        self.statistics.refused = sender.refused - already[1]
        self.statistics.kinds = dict(sorted(self._kinds.items()))
        self.statistics.faults = dict(sorted(self._faults.items()))
        self.statistics.wall_seconds = round(self._clock() - self._begun, 3)

    def _first_words(self) -> list[Message]:
        """Every device that has power says that it is there; the others are known to be away."""
        now = np.array([float(self._start)])
        words: list[Message] = []
        for simulator in self._simulators:
            if bool(simulator.supply.speaks(now)[0]):
                members: dict[str, str | float | bool | None] = {"state": "online"}
            else:
                members = {"state": "offline", "reason": "power_cut"}
            words.append(note(simulator, self._start, Channel.STATUS, members))
        return words

    def _last_words(self, now: int) -> list[Message]:
        members = {"state": "offline", "reason": "simulation_ended"}
        return [note(simulator, now, Channel.STATUS, members) for simulator in self._simulators]
