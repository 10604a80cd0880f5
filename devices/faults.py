"""Faults of one message, gathered so that a hostile message cannot make many of them."""

from __future__ import annotations

import orjson

from devices.errors import Refused
from devices.fields import UNPRINTABLE
from devices.personal import is_personal, mask_personal_data
from devices.readings import Fault
from devices.reasons import Reason

MAX_LISTED = 100
"""So many faults of readings, and as many of fields, are listed one by one for each message."""
MAX_SHOWN = 200
"""So many characters of an offending value are shown."""


def printable(text: str, limit: int = MAX_SHOWN) -> str:
    """At most `limit` characters, with control characters and invalid Unicode replaced."""
    return UNPRINTABLE.sub("�", text[:limit])


def shown(value: object) -> str:
    """An offending value, as short text that may be stored."""
    if type(value) is str:
        return printable(value)
    if type(value) is list or type(value) is dict:
        try:
            # Cut before masking: the cost is bounded, and masking errs to the safe side in what was cut.
            return printable(mask_personal_data(orjson.dumps(value)[: 2 * MAX_SHOWN]).decode(errors="replace"))
        except orjson.JSONEncodeError:
            return "[…]" if type(value) is list else "{…}"
    if value is None or type(value) in (bool, int, float):
        return repr(value)[:MAX_SHOWN]
    return "…"


class Faults:
    """The faults of one message, in the order in which they were met."""

    __slots__ = ("_fields", "_first", "_listed", "_readings")

    def __init__(self) -> None:
        self._listed: list[Fault] = []
        self._readings = self._fields = 0
        self._first: dict[bool, Reason] = {}
        """The reason of the first fault that is not listed, of a field (True) or a reading (False)."""

    def reading(self, refused: Refused, index: int | None) -> None:
        """Add a fault of a whole reading."""
        self._readings += 1
        if self._readings > MAX_LISTED:
            self._first.setdefault(False, refused.reason)
            return
        text = None if refused.value is None else shown(refused.value)
        self._listed.append(Fault(refused.reason, refused.detail, index, None, text))

    def field(self, refused: Refused, index: int, name: str, value: object) -> None:
        """Add a fault of one field."""
        self._fields += 1
        if self._fields > MAX_LISTED:
            self._first.setdefault(True, refused.reason)
            return
        self._listed.append(Fault(refused.reason, refused.detail, index, printable(name), shown(value)))

    def unknown(self, index: int, name: str, value: object) -> None:
        """Add a fault of a member that is no field of the kind. Values under personal names are not shown."""
        self._fields += 1
        if self._fields > MAX_LISTED:
            self._first.setdefault(True, Reason.UNKNOWN_FIELD)
        elif is_personal(name):
            detail = "the name says that it holds personal data; the value was not kept"
            self._listed.append(Fault(Reason.PERSONAL_DATA, detail, index, printable(name)))
        else:
            detail = "this kind of device has no such field"
            self._listed.append(Fault(Reason.UNKNOWN_FIELD, detail, index, printable(name), shown(value)))

    def listed(self) -> list[Fault]:
        """All faults: those listed one by one, then one for the other readings and one for the other fields."""
        for is_field, total, what in ((False, self._readings, "readings"), (True, self._fields, "fields")):
            if total > MAX_LISTED:
                more = total - MAX_LISTED
                self._listed.append(Fault(self._first[is_field], f"and {more} more {what}", count=more))
        return self._listed
