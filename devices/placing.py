"""In which hamlet a device stands: found from its place, unless a person says otherwise."""

from __future__ import annotations

from dataclasses import replace

from devices.geometry import Areas
from devices.model import Text
from devices.registry import Device


def settle(device: Device, areas: Areas, *, hamlet_given: bool) -> tuple[Device, list[Text]]:
    """The device with the hamlet that its place lies in, and what is odd about its place.

    What a person says of the hamlet (`hamlet_given`) stands. A place outside all boundaries is no fault, for a
    boundary may be wrong or missing: only a hamlet that has a boundary, and is not it, is taken away.
    """
    if device.latitude is None or device.longitude is None or not areas.bounded:
        return device, []
    found = areas.locate(device.longitude, device.latitude)
    if found is None:
        if not hamlet_given and device.hamlet in areas.bounded:
            device = replace(device, hamlet=None)
        return device, [_outside(device.commune)]
    if not hamlet_given:
        return replace(device, hamlet=found), []
    if device.hamlet != found and device.hamlet in areas.bounded:
        return device, [_elsewhere(device.hamlet, found)]
    return device, []


def _outside(commune: str) -> Text:
    return Text(
        f"vị trí này nằm ngoài ranh giới các thôn của xã {commune}; hãy kiểm tra lại tọa độ",
        f"this place lies outside the hamlets of commune {commune}; check the coordinates",
    )


def _elsewhere(said: str | None, found: str) -> Text:
    return Text(
        f"vị trí này nằm trong thôn {found}, không phải {said}",
        f"this place lies in hamlet {found}, not in {said}",
    )
