"""A storm lived through on a simulated clock: every message through decoder and writer, every look judged as ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.drops import judge_drops
from alerts.hourly import judge_hours
from alerts.judging import judge_readings
from alerts.landslide import LandslideRules
from alerts.telling import Judged
from alerts.watching import judge_restart, judge_silent
from commune.bench.flood_forecast import YEARS, learned
from commune.sample import register
from devices.topics import Channel
from ingest.again import interpreter
from simulators.calendar import utc, year_start
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.faults import Parcel
from simulators.fleet import outgoing
from simulators.foretelling import BROKER, conditions_of, foretell
from simulators.manifest import LIVED, Manifest
from simulators.messages import Message, note
from simulators.storms import Storm, looks
from storage.alert_desk import AlertOverride, put_override
from storage.broker_watch import Seen
from storage.connect import Session
from storage.errors import StorageError
from storage.flood_models import FloodModel, put_flood_model
from storage.registry import all_devices
from storage.storms import is_unlived
from storage.upkeep import activate_devices
from storage.writer import Writer


class NotEmpty(StorageError):
    """The database holds readings already: a storm is lived through in one of its own."""


@dataclass(slots=True)
class Lived:
    """How far it is: simulated Unix seconds, messages, and what the looks have done."""

    at: int
    messages: int = 0
    looks: int = 0
    opened: int = 0
    closed: int = 0

    def add(self, judged: Judged) -> None:
        """Count what a look has done."""
        self.opened += len(judged.opened)
        self.closed += len(judged.closed)


def about(storm: Storm, simulators: Sequence[Simulator]) -> dict[str, object]:
    """What determines every byte of it, for the manifest."""
    return {
        "way": LIVED,
        "seed": storm.seed,
        "fleet": storm.fleet.name,
        "speed": 1,
        "start": storm.start,
        "end": storm.end,
        "devices": len(simulators),
        "look_seconds": storm.look_seconds,
        "susceptibility": storm.susceptibility.value,
        "reopened": 0,
    }


def prepare(session: Session, storm: Storm, sample: SampleCommune) -> None:
    """Register the commune, set the flood levels of its gauges, and teach them what other worlds have seen.

    Raises NotEmpty where the database has lived already.
    """
    if not is_unlived(session):
        raise NotEmpty("this database holds readings already; give the storm an empty one (commune db migrate)")
    numbers = register(session, sample)
    for (rule, code), level in storm.thresholds.items():
        put_override(session, AlertOverride(rule, sample.commune.code, device=code, threshold=level))
    for code, weights in forecasts(storm, sample).items():
        since, until = (utc(year_start(year)) for year in (YEARS[0], YEARS[-1] + 1))
        put_flood_model(session, FloodModel(numbers[code], weights, 0.0, since, until, min(storm.levels[code])))


def forecasts(storm: Storm, sample: SampleCommune) -> dict[str, list[float]]:
    """The forecasts of the gauges that have alarm levels: learned from other seeds, for which the storm is new."""
    reaches = {code: str(sample.traits[code].more["reach"]) for code in storm.levels}
    weights = {reach: learned(sample.setting, reach) for reach in sorted(set(reaches.values()))}
    return {code: weights[reach] for code, reach in reaches.items()}


def live(
    session: Session,
    storm: Storm,
    sample: SampleCommune,
    simulators: Sequence[Simulator],
    record: Manifest,
    progress: Callable[[Lived], None] = lambda _: None,
) -> Lived:
    """Live through a storm, look after look, and foretell its alerts in the manifest. The session is in autocommit.

    Nothing waits: the only clock is the simulated one.
    """
    devices = {(one.commune, one.code): one for one in all_devices(session)}
    read, writer = interpreter(devices), Writer(session)
    lived = Lived(storm.start)
    landslide = LandslideRules(usual=storm.susceptibility)
    first = [Parcel(storm.start, message, storm.start) for message in _first_words(storm, simulators)]
    for look, came in looks(storm, outgoing(storm.fleet, simulators)):
        arrivals = []
        for parcel in [*first, *came]:
            number = record.add(parcel, float(parcel.due))
            if not parcel.lost:
                record.answered(number, True)
                arrivals.append(read(parcel.message.topic, parcel.message.payload, utc(parcel.due)))
        first = []
        if arrivals:
            writer.write(arrivals)
            activate_devices(session)
        _look(session, storm, utc(look), landslide, lived)
        lived.at, lived.looks, lived.messages = look, lived.looks + 1, lived.messages + len(arrivals)
        progress(lived)
    record.places(simulator.device for simulator in simulators)
    restarts = [] if storm.broker_away is None else [storm.broker_away[1]]
    record.conditions(storm.thresholds, restarts, forecasts(storm, sample))
    record.foretell(foretell(record.rows, conditions_of(record.rows, record.run, storm.start, storm.end)))
    return lived


def _look(session: Session, storm: Storm, now: datetime, landslide: LandslideRules, lived: Lived) -> None:
    """What maintenance does at a moment."""
    begin, back = storm.broker_away or (0, 0)
    if not begin <= now.timestamp() < back:
        seen = Seen(BROKER, now, utc(back if now.timestamp() >= back else storm.start), 0)
        judge_restart(session, seen)
        judge_drops(session, seen)
    lived.add(judge_silent(session, now))
    lived.add(judge_readings(session, now, landslide))
    lived.add(judge_hours(session, now))


def _first_words(storm: Storm, simulators: Sequence[Simulator]) -> list[Message]:
    return [note(simulator, storm.start, Channel.STATUS, {"state": "online"}) for simulator in simulators]


def chosen(sample: SampleCommune, simulators: Sequence[Simulator], storm: Storm) -> Storm:
    """The storm with what is planned for these simulators only."""
    here = {simulator.device.code for simulator in simulators}
    return storm.without({device.code for device in sample.devices} - here)
