"""One check a field, compiled once a kind: what a device sent becomes a value, or is refused in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from devices.errors import Refused
from devices.model import Behaviour, Field, Kind
from devices.payloads import CONTRADICTION
from devices.readings import Value
from devices.reasons import Reason

Check = Callable[[object], Value]
"""Returns the value to store, or raises Refused."""

ALWAYS_SENTINELS = frozenset((-999.0, -9999.0, 2147483647.0, -2147483648.0))
"""What sensors and handsets say for "no value"; not believed even where a range would allow it."""
SENTINELS = ALWAYS_SENTINELS | frozenset(
    (-99.0, -127.0, -998.0, -999.9, -99999.0, -32768.0, 999.0, 9999.0, 32767.0, 65535.0, 4294967295.0)
)
"""What else they say; recognised where it is out of range. -127 is that of the DS18B20 thermometer."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Table:
    """A kind, compiled for decoding.

    `numbers` gives the position of a gauge or counter in `Kind.values` and its bounds, for the numbers that can be
    judged by their bounds alone; `checks` gives position and check of every value field; `keys` those of the keys.
    """

    kind: Kind
    blank: list[Value]
    numbers: dict[str, tuple[int, float, float]]
    checks: dict[str, tuple[int, Check]]
    keys: dict[str, tuple[int, Check]]
    no_keys: tuple[str, ...]


_TABLES: dict[str, Table] = {}


def table_of(kind: Kind) -> Table:
    """The compiled form of a kind."""
    table = _TABLES.get(kind.name)
    if table is None or table.kind is not kind:
        table = _TABLES[kind.name] = _compile(kind)
    return table


def _compile(kind: Kind) -> Table:
    checks = {field.name: (position, check_of(field)) for position, field in enumerate(kind.values)}
    numbers = {}
    for field in kind.values:
        if field.minimum is not None and field.maximum is not None and not _sentinels_in_range(field):
            numbers[field.name] = (checks[field.name][0], field.minimum, field.maximum)
    keys = {field.name: (position, check_of(field)) for position, field in enumerate(kind.keys)}
    return Table(kind, [None] * len(checks), numbers, checks, keys, ("",) * len(keys))


def _sentinels_in_range(field: Field) -> frozenset[float]:
    """The sentinels that a gauge's bounds let through. A counter may pass any number on its way."""
    if field.behaviour is not Behaviour.GAUGE or field.minimum is None or field.maximum is None:
        return frozenset()
    low, high = field.minimum, field.maximum
    return frozenset(number for number in ALWAYS_SENTINELS if low <= number <= high)


def check_of(field: Field) -> Check:
    """The check of one field."""
    if field.minimum is not None and field.maximum is not None:
        return _number_check(field.minimum, field.maximum, _sentinels_in_range(field))
    if field.behaviour is Behaviour.STATE:
        return _check_state
    return _text_check(field)


def _number_check(low: float, high: float, sentinels: frozenset[float]) -> Check:
    bounds = f"{low:.10g} to {high:.10g}"

    def check(value: object) -> Value:
        if type(value) is not float and type(value) is not int:
            raise _wrong_type(value, "a number")
        if not math.isfinite(value):
            raise Refused(Reason.NOT_A_NUMBER, "the value is NaN, infinite, or too large for a number")
        if low <= value <= high and value not in sentinels:
            return float(value)
        if value in SENTINELS:
            raise Refused(Reason.SENTINEL, f"{value} is a sensor's error code, not a measurement")
        raise Refused(Reason.OUT_OF_RANGE, f"{value} is outside {bounds}")

    return check


def _check_state(value: object) -> Value:
    if type(value) is bool:
        return value
    if (type(value) is int or type(value) is float) and value in (0, 1):
        return value == 1
    raise _wrong_type(value, "true or false (1 or 0 are understood)")


def _text_check(field: Field) -> Check:
    allowed, longest, is_key = frozenset(field.choices), field.max_length, field.behaviour is Behaviour.KEY

    def check(value: object) -> Value:
        if type(value) is int:
            text = str(value)
        elif type(value) is str:
            text = value
        else:
            raise _wrong_type(value, "text")
        if allowed:
            if text not in allowed:
                raise Refused(Reason.NOT_A_CHOICE, f"expected one of {', '.join(field.choices)}")
        elif not 1 <= len(text) <= longest:
            raise Refused(Reason.WRONG_TYPE, f"text of {len(text)} characters; expected 1 to {longest}")
        elif UNPRINTABLE.search(text):
            raise Refused(Reason.WRONG_TYPE, "the text holds control characters or is not valid Unicode")
        elif is_key and "/" in text:
            raise Refused(Reason.WRONG_TYPE, "a key must not contain /")
        return text

    return check


def _wrong_type(value: object, expected: str) -> Refused:
    if value is CONTRADICTION:
        return Refused(Reason.DUPLICATE_NAME, "the name occurs twice in the reading, with different values")
    return Refused(Reason.WRONG_TYPE, f"{describe(value)}; expected {expected}")


def describe(value: object) -> str:
    """What a JSON value is, in words."""
    if type(value) is str:
        return "a number in quotes" if _is_number(value) else "text"
    words: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return words.get(type(value), "null")


def _is_number(text: str) -> bool:
    try:
        float(text[:64])
    except ValueError:
        return False
    return True
