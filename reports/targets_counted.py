"""What is counted from the registry and the system itself: devices that are live, warnings that are on, open data.

A device is live when it is registered or active and is heard: a word of it came within five of its intervals. A field
of a plan is in operation when each of its groups of kinds has as many live devices as it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.alert_book import RULES
from devices.alert_rules import Override, limits_with
from devices.geometry import Side, side_of
from devices.model import Text
from devices.profile import Deployment, Geometry, Target
from reports.targets_types import Evidence, Found
from storage.alert_desk import AlertOverride
from storage.fleet import FleetDevice, LineState

LIVE_STATES = ("registered", "active")
HEARD = (LineState.ON, LineState.LATE)
SILENT_AFTER = timedelta(hours=1)
"""A wall whose newest reading is older than this shows no live data."""


def is_live(device: FleetDevice) -> bool:
    """Whether a device is in use and heard."""
    return device.lifecycle in LIVE_STATES and device.state in HEARD


def deployed(target: Target, devices: Sequence[FleetDevice], centre: Geometry | None) -> Found:
    """How many fields of the target have live devices; inside the centre only where the plan says so."""
    if target.centre_only:
        if centre is None:
            return _nothing("chưa có ranh giới trung tâm xã", "the boundary of the centre is not known")
        devices = [device for device in devices if _inside(centre, device)]
    return _fields(target.deployments, devices, lambda _, group: _live(group, devices))


def early_warning(target: Target, devices: Sequence[FleetDevice], overrides: Sequence[AlertOverride]) -> Found:
    """How many fields have live devices for which a rule of early warning is awake."""
    return _fields(
        target.deployments,
        devices,
        lambda field, group: [one for one in _live(group, devices) if _warned_of(one, field.field, overrides)],
    )


def operations_centre(devices: Sequence[FleetDevice], now: datetime) -> Found:
    """1 where the wall has live data: a device is live and something was heard within the hour; else 0."""
    live = [device for device in devices if is_live(device)]
    heard = max((device.seen_at for device in devices if device.seen_at is not None), default=None)
    works = bool(live) and heard is not None and now - heard <= SILENT_AFTER
    evidence = [Evidence(Text("Thiết bị đang hoạt động", "Live devices"), _of(len(live), len(devices)))]
    if heard is not None:
        at = heard.astimezone(now.tzinfo)
        evidence.append(
            Evidence(
                Text("Bản tin mới nhất", "Newest message"), Text(f"{at:%H:%M %d/%m/%Y} UTC", f"{at:%Y-%m-%d %H:%M} UTC")
            )
        )
    reason = (
        Text("màn hình giám sát có dữ liệu sống", "the wall has live data")
        if works
        else Text("màn hình giám sát không có dữ liệu sống", "the wall has no live data")
    )
    return Found(float(works), float(works), float(works), reason, tuple(evidence))


def open_data(routes: Sequence[str]) -> Found:
    """How many routes give data to everybody."""
    count = float(len(routes))
    reason = (
        Text(f"{len(routes)} đường dẫn dữ liệu mở", f"{len(routes)} routes of open data")
        if routes
        else Text("hệ thống này chưa mở dữ liệu nào", "nothing is given out as open data here")
    )
    evidence = [Evidence(Text("Đường dẫn", "Route"), Text(route, route)) for route in routes]
    return Found(count, count, count, reason, tuple(evidence))


@dataclass(frozen=True, slots=True)
class _Counted:
    code: str
    title: Text
    live: int
    registered: int
    works: bool


def _fields(
    deployments: Sequence[Deployment],
    devices: Sequence[FleetDevice],
    live: Callable[[Deployment, tuple[str, ...]], Sequence[FleetDevice]],
) -> Found:
    counted = []
    for field in deployments:
        groups = [len(live(field, group)) for group in field.kinds]
        kinds = {kind for group in field.kinds for kind in group}
        there = sum(device.kind in kinds and device.lifecycle in LIVE_STATES for device in devices)
        works = all(count >= field.at_least for count in groups)
        counted.append(_Counted(field.code, field.title, sum(groups), there, works))
    value = float(sum(one.works for one in counted))
    missing = [one.title for one in counted if not one.works]
    reason = (
        Text(
            f"{value:.0f} trên {len(counted)} lĩnh vực có thiết bị đang hoạt động; chưa có: "
            + ", ".join(title.vi for title in missing),
            f"{value:.0f} of {len(counted)} fields have live devices; missing: "
            + ", ".join(title.en for title in missing),
        )
        if missing
        else Text(
            f"cả {len(counted)} lĩnh vực có thiết bị đang hoạt động", f"all {len(counted)} fields have live devices"
        )
    )
    evidence = tuple(Evidence(one.title, _of(one.live, one.registered)) for one in counted)
    return Found(value, value, value, reason, evidence)


def _live(group: tuple[str, ...], devices: Sequence[FleetDevice]) -> list[FleetDevice]:
    return [device for device in devices if device.kind in group and is_live(device)]


def _warned_of(device: FleetDevice, field: str, overrides: Sequence[AlertOverride]) -> bool:
    """Whether a rule on a field is awake for a device: as the rule has it, or as its nearest place sets it."""
    for rule in RULES:
        if device.kind not in rule.kinds or rule.field != field:
            continue
        near = [one for one in overrides if one.rule == rule.name and _applies(one, device)]
        # The most exact one counts: of the device, then of its hamlet, then of the commune.
        near.sort(key=lambda one: (one.device is not None, one.hamlet is not None))
        override = (
            Override(near[-1].enabled, near[-1].threshold, near[-1].margin, near[-1].hold_seconds)
            if near
            else Override()
        )
        if limits_with(rule.limits, override) is not None:
            return True
    return False


def _applies(override: AlertOverride, device: FleetDevice) -> bool:
    return (
        override.commune == device.commune
        and override.hamlet in (None, device.hamlet)
        and override.device in (None, device.code)
    )


def _inside(centre: Geometry, device: FleetDevice) -> bool:
    if device.latitude is None or device.longitude is None:
        return False
    return side_of(centre, (device.longitude, device.latitude)) is not Side.OUTSIDE


def _of(part: int, whole: int) -> Text:
    return Text(f"{part} trên {whole}", f"{part} of {whole}")


def _nothing(vi: str, en: str) -> Found:
    return Found(None, None, None, Text(vi, en))
