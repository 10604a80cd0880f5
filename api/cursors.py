"""Cursors: where a page ended, as an opaque token that the caller hands back unchanged.

A token is base64url of JSON: the place in the order, and a checksum over the place and over the question that it
belongs to. A token that was changed, or that is handed to another question, is refused; it is no secret.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import orjson
from fastapi import Request

from api.errors import ApiProblem, Problem
from devices.model import Text

PAGING_PARAMETERS = frozenset({"cursor", "limit", "format"})
"""These may change from page to page; every other parameter is part of the question."""
LONGEST_TOKEN = 1024

Place = Sequence[str | int]


def scope_of(request: Request) -> str:
    """The question that a cursor belongs to: the path and all parameters but those of paging."""
    return scope(request.url.path, dict(request.query_params))


def scope(path: str, parameters: Mapping[str, str]) -> str:
    """The question as text, whatever order its parameters come in."""
    question = sorted((name, value) for name, value in parameters.items() if name not in PAGING_PARAMETERS)
    return orjson.dumps([path, question]).decode()


def _checksum(place: Place, question: str) -> str:
    return blake2b(orjson.dumps([list(place), question]), digest_size=6).hexdigest()


def encode(place: Place, question: str) -> str:
    """The token of a place in the answer to a question."""
    return urlsafe_b64encode(orjson.dumps([*place, _checksum(place, question)])).decode().rstrip("=")


def decode(token: str, question: str, types: Sequence[type[str] | type[int]]) -> list[str | int]:
    """The place in a token; raises ApiProblem (bad-cursor) for anything that `encode` did not make for the question."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise ValueError("too long")
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        members = orjson.loads(raw)
        if not isinstance(members, list) or len(members) != len(types) + 1:
            raise ValueError("not a place")
        *place, checksum = members
        if any(type(part) is not wanted for part, wanted in zip(place, types, strict=True)):
            raise ValueError("not a place of this order")
        if checksum != _checksum(place, question) or encode(place, question) != token:
            raise ValueError("not ours")
    except (binascii.Error, ValueError, TypeError):
        raise ApiProblem(
            Problem.BAD_CURSOR,
            Text(
                "Mã trang (cursor) đã bị sửa hoặc thuộc về một câu hỏi khác. Hãy bắt đầu lại từ trang đầu.",
                "The cursor was changed, or belongs to another query. Begin again at the first page.",
            ),
            allowed="the next_cursor of the page before, with the same parameters",
        ) from None
    return place
