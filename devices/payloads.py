"""From bytes to JSON values, whatever the bytes are.

orjson reads nearly every message. What it refuses, and what it would silently settle (a name that occurs twice), goes
to the standard parser, which tells more and is slower; the size limit bounds what that can cost.
"""

from __future__ import annotations

import json
from typing import Final

import orjson

from devices.errors import Refused
from devices.reasons import Reason

MAX_BYTES = 256 * 1024
"""The largest telemetry payload. Larger ones are refused unread."""
MAX_NOTE_BYTES = 16 * 1024
"""The largest payload of an event or a status."""


MAX_READINGS = 10_000
"""Most readings in one array. A reading of one field and a time needs 25 bytes, so the size allows hardly more."""


class Contradiction:
    """Stands where one object gave one name two different values."""


CONTRADICTION: Final = Contradiction()


def parse(payload: bytes, limit: int = MAX_BYTES) -> object:
    """Return the JSON value in `payload`.

    NaN, Infinity and numbers beyond a double are kept as such, for a check to refuse. A name that occurs twice in an
    object with different values has the value CONTRADICTION. Raises Refused (TOO_LARGE, NOT_JSON).
    """
    if len(payload) > limit:
        raise Refused(Reason.TOO_LARGE, f"{len(payload)} bytes; {limit} are allowed")
    try:
        document: object = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return _parse_patiently(payload)
    # Every member and every text brings two quotes. More than the document explains: a name that occurs twice,
    # an escaped quote, or something nested; only a closer look can tell.
    if type(document) is dict:
        unexplained = payload.count(b'"') - 2 * len(document)
        if unexplained == 2 and type(document.get("ts")) is str:
            return document  # the time is the only text, as nearly always
        return document if unexplained == _quotes_of_texts(document) else _parse_patiently(payload)
    if type(document) is list and len(document) > MAX_READINGS:
        raise _too_many(document)
    if type(document) is list and payload.count(b'"') != _quotes_of_list(document):
        return _parse_patiently(payload)
    return document


def _quotes_of_texts(member: dict[str, object]) -> int:
    return 2 * sum(type(value) is str for value in member.values())


def _quotes_of_list(document: list[object]) -> int:
    quotes = 0
    for member in document:
        if type(member) is dict:
            quotes += 2 * len(member) + _quotes_of_texts(member)
        elif type(member) is str:
            quotes += 2
    return quotes


def _parse_patiently(payload: bytes) -> object:
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(Reason.NOT_JSON, f"byte {error.start} is not UTF-8") from None
    if not text.strip():
        raise Refused(Reason.NOT_JSON, "the payload is empty")
    if text.endswith("\0"):
        raise Refused(Reason.NOT_JSON, "the payload ends in a NUL byte: the device sends one byte too many")
    try:
        document: object = json.loads(text, object_pairs_hook=_pairs, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Refused(Reason.NOT_JSON, f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise Refused(Reason.NOT_JSON, "the payload is nested too deeply") from None
    if type(document) is list and len(document) > MAX_READINGS:
        raise _too_many(document)
    return document


def _too_many(document: list[object]) -> Refused:
    return Refused(Reason.TOO_LARGE, f"an array of {len(document)}; {MAX_READINGS} readings are allowed")


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    member = dict(pairs)
    if len(member) == len(pairs):
        return member
    first: dict[str, object] = {}
    for name, value in pairs:
        known = first.setdefault(name, value)
        if known is not value and (type(known) is not type(value) or known != value):
            member[name] = CONTRADICTION
    return member


def _integer(digits: str) -> int | float:
    """Whole numbers as orjson reads them: exact up to 64 bits, else as a double, infinite beyond its range."""
    if len(digits) <= 20:
        number = int(digits)
        if -(2**63) <= number < 2**64:
            return number
    return float(digits)
