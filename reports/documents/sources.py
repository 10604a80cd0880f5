"""What a document is made from: the very reports that the API answers with, each with the address that answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reports.air_quality_report import air_quality_report, exceedance_report
from reports.alerts_report import alerts_report
from reports.as_json import report_members
from reports.availability_report import availability_report
from reports.data_quality_report import data_quality_report
from reports.evapotranspiration_report import evapotranspiration_report
from reports.figures import Figure, Group, Report, Row
from reports.irrigation_report import irrigation_report
from reports.lighting_report import lighting_report
from reports.rain_report import rain_report
from reports.sources import Scope
from reports.water_level_report import water_level_report
from storage.connect import Session
from storage.fleet import CommuneRow, FleetDevice, FleetFilter, HamletRow, list_fleet, list_hamlets
from storage.ledger_view import LedgerFilter, LedgerSums, ledger_sums

Progress = Callable[[str], None]
"""Is told, in Vietnamese, what is being done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as a document asks for it; `route` is what the API calls it."""

    route: str
    make: Callable[..., Report]
    group: Group
    words: str
    given: dict[str, Any] = field(default_factory=dict)


ENVIRONMENT = {
    "air": Asked("air-quality/daily", air_quality_report, Group.DEVICE, "VN_AQI theo trạm", {"daily": True}),
    "air_commune": Asked("air-quality/daily", air_quality_report, Group.COMMUNE, "VN_AQI của xã", {"daily": True}),
    "exceedances": Asked("air-quality/exceedances", exceedance_report, Group.DEVICE, "vượt quy chuẩn không khí"),
    "exceedances_commune": Asked(
        "air-quality/exceedances", exceedance_report, Group.COMMUNE, "vượt quy chuẩn không khí của xã"
    ),
    "rain": Asked("rain", rain_report, Group.DEVICE, "mưa"),
    "water": Asked("water-level", water_level_report, Group.DEVICE, "mực nước"),
    "et0": Asked("evapotranspiration", evapotranspiration_report, Group.COMMUNE, "bốc thoát hơi"),
    "irrigation": Asked("irrigation", irrigation_report, Group.DEVICE, "tưới tiêu"),
}
OPERATIONS = {
    "quality": Asked("data-quality", data_quality_report, Group.DEVICE, "chất lượng dữ liệu theo thiết bị"),
    "quality_kinds": Asked("data-quality", data_quality_report, Group.KIND, "chất lượng dữ liệu theo loại"),
    "quality_commune": Asked("data-quality", data_quality_report, Group.COMMUNE, "chất lượng dữ liệu của xã"),
    "availability": Asked("availability", availability_report, Group.DEVICE, "độ sẵn sàng theo thiết bị"),
    "availability_kinds": Asked("availability", availability_report, Group.KIND, "độ sẵn sàng theo loại"),
    "lighting": Asked("lighting", lighting_report, Group.DEVICE, "chiếu sáng theo đèn"),
    "lighting_hamlets": Asked("lighting", lighting_report, Group.HAMLET, "chiếu sáng theo thôn"),
    "lighting_commune": Asked("lighting", lighting_report, Group.COMMUNE, "chiếu sáng của xã"),
    "alerts": Asked("alerts", alerts_report, Group.COMMUNE, "cảnh báo"),
}


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of a commune for a document. `ledger` only where the document tells of it."""

    scope: Scope
    period: str
    commune: CommuneRow
    hamlets: list[HamletRow]
    devices: list[FleetDevice]
    reports: dict[str, Report]
    ledger: LedgerSums | None = None

    @property
    def at(self) -> datetime:
        """The moment up to which the data go."""
        return self.scope.now

    @property
    def active(self) -> frozenset[str]:
        """Codes of the devices that were there in the period: by their registration, or by what they sent."""
        start, end = self.scope.period.start, self.at
        there = {
            device.code
            for device in self.devices
            if device.registered_at < end and (device.retired_at is None or device.retired_at > start)
        }
        told = {
            row.place.device
            for report in self.reports.values()
            for row in report.rows
            if row.place.device is not None and any(f.value is not None and f.inputs > 0 for f in _told(row))
        }
        return frozenset(there | told)

    def name_of(self, code: str | None) -> str:
        """A device as people call it."""
        found = next((device.name for device in self.devices if device.code == code), "")
        return f"{found} ({code})" if found else code or ""

    def hamlet_name(self, code: str | None) -> str:
        """A hamlet as people call it."""
        return next((hamlet.name for hamlet in self.hamlets if hamlet.code == code), code or "")


def _told(row: Row) -> Iterator[Figure]:
    """The figures of a row that readings stand behind, not rules."""
    yield from (figure for figure in row.figures.values() if figure.method not in ("limit", "alarm"))


def gather(
    session: Session, scope: Scope, period: str, commune: CommuneRow, asked: dict[str, Asked], progress: Progress
) -> Sources:
    """Make the reports of a document. Raises TooLarge."""
    made = {}
    for name, one in asked.items():
        progress(f"Đang tính: {one.words}")
        made[name] = one.make(session, scope, one.group, **one.given)
    hamlets = list_hamlets(session, commune.code)
    devices = [
        device
        for device in list_fleet(session, FleetFilter(commune=commune.code), now=scope.now)
        if device.lifecycle != "planned"
    ]
    return Sources(scope, period, commune, hamlets, devices, made)


def ledger_of(session: Session, scope: Scope) -> LedgerSums:
    """The sums of the loss ledger over the local days of a period."""
    days = scope.period.days
    return ledger_sums(session, LedgerFilter(days[0], days[-1], scope.commune))


def sources_members(sources: Sources, asked: dict[str, Asked]) -> dict[str, Any]:
    """The reports as the API answers them, each under its name with its address."""
    days = sources.scope.period.days
    members: dict[str, Any] = {
        name: {
            "address": f"/api/v1/reports/{sources.commune.code}/{one.route}"
            f"?period={sources.period}&by={one.group.value}",
            "report": report_members(sources.reports[name], sources.at),
        }
        for name, one in asked.items()
    }
    if sources.ledger is not None:
        address = f"/api/v1/ledger?commune={sources.commune.code}&from_day={days[0]}&to_day={days[-1]}"
        totals = asdict(sources.ledger) | {"difference": sources.ledger.difference}
        members["ledger"] = {"address": address, "totals": totals}
    return members


def settled_moment(now: datetime, end: datetime) -> datetime:
    """The moment up to which a document tells: the end of its period, or the whole hour before now."""
    return min(now - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond), end)
