"""What an import would do with each row, judged against the registry as it is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from psycopg import Connection

from devices.errors import PlaceError
from devices.geometry import Areas
from devices.importing import SheetRow
from devices.lifecycle import refusal
from devices.model import Text
from devices.people import Role
from devices.place_names import PlaceNames
from devices.placing import settle
from devices.registry import Commune, Device, DeviceState
from storage.device_changes import PLACE, areas_of
from storage.places import Places, list_communes, read_places
from storage.registry import Pair, devices_of
from storage.sql import query

FAR_KILOMETRES = 30.0
"""From the commune's point, where no hamlet has a boundary: no commune reaches that far."""
KILOMETRES_PER_DEGREE = 111.2
ROUNDING = 1e-9
"""Degrees or metres. Excel keeps 15 digits: a tenth of a millimetre on the ground."""
IN_SERVICE = (DeviceState.ACTIVE, DeviceState.MAINTENANCE)


class Outcome(StrEnum):
    """What an import does, or without its being refused would do, with a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one row.

    `changes` names the fields of a registered device that the row describes otherwise, `before` is that device.
    `warnings` are odd and no reason to refuse.
    """

    line: int
    device: Device
    outcome: Outcome
    changes: tuple[str, ...] = ()
    faults: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
    before: Device | None = None


class Judge:
    """The registry as the rows of one import find it; the caller holds the registry's lock.

    With a `role` a row may take only those steps of a device's life that this role may take.
    """

    def __init__(self, connection: Connection[Any], rows: Sequence[SheetRow], *, role: Role | None = None) -> None:
        self.places: Places = read_places(connection)
        communes = sorted({row.device.commune for row in rows} & set(self.places.communes))
        self._role = role
        self._communes = {commune.code: commune for commune in list_communes(connection)}
        self._areas: dict[str, Areas] = {code: areas_of(connection, code) for code in communes}
        self._hamlets = _names(connection, "names_of_hamlets", communes, "thôn", "hamlet")
        self._sites = _names(connection, "names_of_sites", communes, "địa điểm", "site")
        pairs = [(row.device.commune, row.device.code) for row in rows if not row.faults]
        self._there: dict[Pair, Device] = {pair: row.device for pair, row in devices_of(connection, pairs).items()}

    def verdict(self, row: SheetRow) -> Verdict:
        """What becomes of a row."""
        known = self._there.get((row.device.commune, row.device.code))
        faults = list(row.faults)
        said, unknown = self._with_codes(row)
        faults.extend(unknown)
        device = said if known is None else _described(known, said, row.given)
        if known is not None and not faults:
            faults.extend(_contradictions(known, device, self._role))
            device = _in_service(known, device)
        if not faults:
            faults.extend(self.places.faults_of(device))
        if faults:
            return Verdict(row.line, device, Outcome.REFUSED, faults=tuple(faults), warnings=row.warnings, before=known)
        device, odd = self._settled(row, device, known)
        warnings = (*row.warnings, *odd)
        if known is None:
            return Verdict(row.line, device, Outcome.ADDED, warnings=warnings)
        changes = tuple(f.name for f in fields(Device) if getattr(device, f.name) != getattr(known, f.name))
        outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
        return Verdict(row.line, device, outcome, changes, warnings=warnings, before=known)

    def _with_codes(self, row: SheetRow) -> tuple[Device, list[Text]]:
        """The device of a row with the codes of hamlet and site, which may be written by name."""
        faults: list[Text] = []
        codes: dict[str, Any] = {}
        for name, known in (("hamlet", self._hamlets), ("site", self._sites)):
            written = getattr(row.device, name)
            if written is None or row.device.commune not in known:
                continue
            try:
                codes[name] = known[row.device.commune].code_of(written)
            except PlaceError as error:
                faults.append(error.text)
        return replace(row.device, **codes), faults

    def _settled(self, row: SheetRow, device: Device, known: Device | None) -> tuple[Device, list[Text]]:
        """The device with the hamlet that its place lies in, where the row names none, and what is odd about it."""
        moved = known is None or any(getattr(device, name) != getattr(known, name) for name in PLACE)
        if not moved and "hamlet" not in row.given:
            return device, []
        areas = self._areas[device.commune]
        if areas.bounded:
            return settle(device, areas, hamlet_given="hamlet" in row.given)
        return device, list(_far(device, self._communes[device.commune]))


def _names(connection: Connection[Any], name: str, communes: list[str], vi: str, en: str) -> dict[str, PlaceNames]:
    rows = connection.execute(query(name), {"communes": communes}).fetchall()
    return {
        commune: PlaceNames(((code, title) for place, code, title in rows if place == commune), vi, en)
        for commune in communes
    }


def _described(known: Device, said: Device, given: Iterable[str]) -> Device:
    """A known device as a row describes it.

    What differs by no more than a spreadsheet's rounding, or by spaces and the code of an accent, is the same.
    """
    values = {name: getattr(said, name) for name in given}
    for name in ("latitude", "longitude", "height_m"):
        there, new = getattr(known, name), values.get(name)
        if there is not None and new is not None and abs(there - new) < ROUNDING:
            values[name] = there
    for name in ("name", "model", "maker", "serial", "note"):
        if name in values and _as_read(getattr(known, name)) == _as_read(values[name]):
            values[name] = getattr(known, name)
    return replace(known, **values)


def _as_read(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _contradictions(known: Device, device: Device, role: Role | None) -> Iterator[Text]:
    if device.kind != known.kind:
        yield Text(
            f"đã đăng ký là loại {known.kind}; loại không đổi được, hãy dùng mã khác",
            f"is registered as {known.kind}; the kind cannot change, use another code",
        )
    if _in_service(known, device).state is not known.state:
        refused = refusal(known.state, device.state, role)
        if refused is not None:
            yield refused


def _in_service(known: Device, device: Device) -> Device:
    """A device that has gone into service since the file was written stays there: the file says no more than that it
    is registered."""
    if device.state is DeviceState.REGISTERED and known.state in IN_SERVICE:
        return replace(device, state=known.state)
    return device


def _far(device: Device, commune: Commune) -> Iterator[Text]:
    if device.latitude is None or device.longitude is None:
        return
    north = (device.latitude - commune.latitude) * KILOMETRES_PER_DEGREE
    east = (device.longitude - commune.longitude) * KILOMETRES_PER_DEGREE * math.cos(math.radians(commune.latitude))
    kilometres = math.hypot(north, east)
    if kilometres > FAR_KILOMETRES:
        yield Text(
            f"vị trí này cách xã {commune.code} {kilometres:.0f} km; hãy kiểm tra lại tọa độ",
            f"this place is {kilometres:.0f} km away from commune {commune.code}; check the coordinates",
        )
