"""Personal data that must never be kept: who holds a phone, whose car passed, whose face was seen.

Identities of subscribers and handsets, addresses of clients, plates and faces are recognised by the *name* of a member.
Law 91/2025/QH15 and decree 356/2025 make the use of telecommunication services sensitive data.
"""

from __future__ import annotations

import json
import re

MASK = "***"
_DEEPEST = 64

_WORDS = frozenset(
    (
        *("imsi", "imei", "imeisv", "meid", "iccid", "msisdn", "supi", "suci", "gpsi", "subscriber"),
        *("phone", "telephone", "mobile", "tel", "sdt", "mac", "macaddr", "bssid", "email", "mail", "fullname"),
        *("plate", "lpr", "anpr", "face", "faces", "faceid", "facial", "biometric", "cccd", "cmnd", "passport"),
    )
)
_PHRASES = (
    *("phonenumber", "licenseplate", "licenceplate", "numberplate", "macaddress", "faceid"),
    *("sodienthoai", "dienthoai", "bienso", "khuonmat", "hoten", "cancuoc", "thuebao", "diachimac"),
)
_OF_A_PERSON = frozenset(("client", "clients", "user", "station", "sta", "subscriber", "owner", "resident"))
_PERSONAL_WHEN_OF_A_PERSON = frozenset(("ip", "ipv4", "ipv6", "address", "addr", "ssid", "name", "id", "hostname"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAME = re.compile(rb'"((?:[^"\\]|\\.){1,64})"\s*:\s*', re.DOTALL)
_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\Z)|[\[{].*|[^,}\]\s]*', re.DOTALL)


def is_personal(name: str) -> bool:
    """True when a member of this name holds personal data, however the name is spelled."""
    words = [word.lower() for word in _WORD.findall(name[:100])]
    if not _WORDS.isdisjoint(words):
        return True
    if not _OF_A_PERSON.isdisjoint(words) and not _PERSONAL_WHEN_OF_A_PERSON.isdisjoint(words):
        return True
    joined = "".join(words)
    return any(phrase in joined for phrase in _PHRASES)


def masked(value: object, depth: int = 0) -> object:
    """Return a JSON value with the value of every personal member replaced by `***`.

    Raises RecursionError when it is nested deeper than 64, before Python's own limit is near.
    """
    if depth > _DEEPEST:
        raise RecursionError
    if type(value) is dict:
        return {
            name: MASK if is_personal(name) and inner is not None else masked(inner, depth + 1)
            for name, inner in value.items()
        }
    if type(value) is list:
        return [masked(inner, depth + 1) for inner in value]
    return value


def mask_personal_data(payload: bytes) -> bytes:
    """Return raw bytes that may be kept: the same ones, with the values of personal members replaced by `"***"`.

    JSON stays JSON, so that a message that was set aside can still be replayed. In bytes that are no JSON, a list or an
    object under a personal name hides all that follows it, because its end cannot be known.
    """
    after, certain = _mask_by_pattern(payload)
    if certain:
        return after
    try:
        document: object = json.loads(payload)
        kept = masked(document)
        return payload if kept == document else json.dumps(kept, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return after


def _mask_by_pattern(payload: bytes) -> tuple[bytes, bool]:
    """Mask without a parser; the second result is False when a parser could do better."""
    certain = b"\\u" not in payload  # names may also be written in escapes, which only a parser sees
    pieces: list[bytes] = []
    kept = position = 0
    while (name := _NAME.search(payload, position)) is not None:
        position = name.end()
        if not is_personal(name[1].decode("utf-8", "replace")):
            continue
        value = _VALUE.match(payload, position)
        if value is None or payload.startswith(b"null", position):
            continue
        certain = certain and value[0][:1] not in (b"[", b"{")
        pieces += (payload[kept:position], b'"' + MASK.encode() + b'"')
        kept = position = value.end()
    return (b"".join(pieces) + payload[kept:] if pieces else payload), certain
