"""What the screen of an operations centre shows, read from the database in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from alerts.judging import merged_overrides
from alerts.rules import BY_NAME, Override, Severity, limits_with
from api.alerts import alert_members
from api.context import Context
from api.page_files import build_of_pages
from api.schemas import Words
from api.schemas_alerts import AlertAnswer
from api.schemas_operations import AlertsStanding, KindStanding, OperationsAnswer, RiverStanding, StationAir
from devices.catalogue import KINDS
from reports.air_quality_report import KIND as STATION
from reports.air_quality_report import air_quality_report
from reports.figures import Group, Row
from reports.periods import Period
from reports.rivers import change_an_hour, flood_level, trend_of
from reports.sources import Scope
from storage import fleet
from storage.alert_desk import AlertFilter, AlertState, DeskAlert, find_alerts
from storage.fleet import FleetDevice, LineState
from storage.gauges import GaugeRow, list_gauges
from storage.reader import ReadConnection
from storage.readiness import ingest_state

MOST_ALERTS = 60
"""So many are listed; all are counted, up to `MOST_COUNTED` of each state."""
MOST_COUNTED = 1000
HOURS_BACK = 3
"""An index of so many hours ago is still shown; an older one tells nothing of the air now."""
GRAVITY = (Severity.CRITICAL, Severity.SERIOUS, Severity.WARNING, Severity.INFO)
FLOOD_RULES = tuple(BY_NAME[f"flood_level_{number}"] for number in (1, 2, 3))
NOT_SHOWN = frozenset({"planned", "retired"})


def read_picture(context: Context, air: Sequence[StationAir] | None = None) -> OperationsAnswer:
    """Everything as it is now; `air` as it was read before where it is given. Raises StorageError."""
    now = context.now()
    with context.reader.session() as connection:
        devices = fleet.list_fleet(connection, fleet.FleetFilter(in_use=True), now=now)
        shown = [device for device in devices if device.lifecycle not in NOT_SHOWN]
        communes = fleet.list_communes(connection)
        ingest = ingest_state(connection)
        return OperationsAnswer(
            at=now,
            build=build_of_pages(),
            place=" · ".join(f"{commune.name}, {commune.province}" for commune in communes),
            ingest_behind_seconds=None if ingest is None else round(ingest.behind_seconds, 1),
            devices={id_of(device): device.state for device in shown},
            kinds=kinds_of(shown),
            alerts=_alerts(connection, context),
            air=list(read_air(connection, context, shown) if air is None else air),
            rivers=_rivers(connection, shown),
        )


def id_of(device: FleetDevice) -> str:
    """A device as pages name it."""
    return f"{device.commune}/{device.code}"


def name_of(device: FleetDevice) -> str:
    """A device as people name it."""
    return device.name or device.code


def kinds_of(devices: Sequence[FleetDevice]) -> list[KindStanding]:
    """How many devices of each kind are in which state, in the order of the catalogue."""
    counts = Counter((device.kind, device.state) for device in devices)
    return [
        KindStanding(
            kind=kind.name, title=Words.of(kind.title), **{state.value: counts[kind.name, state] for state in LineState}
        )
        for kind in KINDS.values()
        if any(counts[kind.name, state] for state in LineState)
    ]


def _alerts(connection: ReadConnection, context: Context) -> AlertsStanding:
    def standing(state: AlertState) -> list[DeskAlert]:
        return find_alerts(connection, AlertFilter(state), context.now(), limit=MOST_COUNTED)

    free, taken, silenced = map(standing, (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SILENCED))
    counts = Counter(alert.severity for alert in (*free, *taken))
    listed = sorted(gravest_first(free), key=_gravity)[:MOST_ALERTS]
    listed += gravest_first(taken)[: MOST_ALERTS - len(listed)]
    return AlertsStanding(
        **{severity.value: counts[severity.value] for severity in GRAVITY},
        acknowledged=len(taken),
        silenced=len(silenced),
        items=[AlertAnswer(**alert_members(context, alert)) for alert in listed],
    )


def _gravity(alert: DeskAlert) -> int:
    return GRAVITY.index(Severity(alert.severity))


def gravest_first(alerts: Sequence[DeskAlert]) -> list[DeskAlert]:
    """By gravity, and of the same gravity the newest first."""
    newest = sorted(alerts, key=lambda alert: alert.opened_at, reverse=True)
    return sorted(newest, key=_gravity)


def read_air(connection: ReadConnection, context: Context, devices: Sequence[FleetDevice]) -> list[StationAir]:
    """VN_AQI of every station: of the last whole hour that has one."""
    stations = {id_of(device): device for device in devices if device.kind == STATION}
    hour = context.now().replace(minute=0, second=0, microsecond=0)
    period = Period(hour - timedelta(hours=HOURS_BACK), hour)
    newest: dict[str, Row] = {}
    for commune in sorted({device.commune for device in stations.values()}):
        scope = Scope(commune, period, context.report_rules, context.now())
        for row in air_quality_report(connection, scope, Group.DEVICE, daily=False).rows:
            if row.figures["vn_aqi"].value is not None and row.words:
                newest[f"{commune}/{row.place.device}"] = row
    reference = context.report_rules.air.reference_stations
    found = [_station(id_, device, newest.get(id_), id_ not in reference) for id_, device in stations.items()]
    return sorted(found, key=lambda one: -1 if one.index is None else one.index, reverse=True)


def _station(id_: str, device: FleetDevice, row: Row | None, indicative: bool) -> StationAir:
    words = {} if row is None else row.words
    value = None if row is None else row.figures["vn_aqi"].value

    def said(name: str) -> Words | None:
        return Words.of(words[name]) if name in words else None

    return StationAir(
        id=id_,
        name=name_of(device),
        index=None if value is None else int(value),
        hour=None if row is None else row.time,
        level=said("level"),
        rgb=words["rgb"].en if "rgb" in words else None,
        main_pollutant=said("main_pollutant"),
        advice=said("advice"),
        indicative=indicative,
    )


def _rivers(connection: ReadConnection, devices: Sequence[FleetDevice]) -> list[RiverStanding]:
    known = {device.device_id: device for device in devices}
    otherwise = merged_overrides(connection)
    found = [
        river_of(gauge, known[gauge.device_id], limits_of(gauge.device_id, otherwise))
        for gauge in list_gauges(connection)
        if gauge.device_id in known
    ]
    return sorted(found, key=_distance_to_alarm)


def limits_of(device_id: int, otherwise: Mapping[tuple[str, int], Override]) -> list[float | None]:
    """The levels of báo động 1 to 3 of a gauge in cm; None where one is not set or switched off."""
    merged = (limits_with(rule.limits, otherwise.get((rule.name, device_id), Override())) for rule in FLOOD_RULES)
    return [None if limits is None else limits.threshold for limits in merged]


def river_of(gauge: GaugeRow, device: FleetDevice, limits_cm: list[float | None]) -> RiverStanding:
    """How a river stands at a gauge."""
    change = change_an_hour(gauge.level_cm, gauge.at, gauge.before_cm, gauge.before_at)
    return RiverStanding(
        id=id_of(device),
        name=name_of(device),
        level_cm=round(gauge.level_cm, 1),
        time=gauge.at,
        is_fresh=device.state in (LineState.ON, LineState.LATE),
        limits_cm=limits_cm,
        alarm=flood_level(gauge.level_cm, limits_cm),
        cm_an_hour=None if change is None else round(change, 1),
        trend=trend_of(change),
    )


def _distance_to_alarm(river: RiverStanding) -> tuple[Any, ...]:
    """Those over the highest alarm level first, then those with the least room to the next."""
    known = [limit for limit in river.limits_cm if limit is not None]
    room = min((limit - river.level_cm for limit in known if limit > river.level_cm), default=0.0)
    return -(-1 if river.alarm is None else river.alarm), room, river.id
