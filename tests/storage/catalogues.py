"""Catalogues that differ from ours in one respect."""

from __future__ import annotations

from dataclasses import replace

from devices.catalogue import KINDS
from devices.model import Behaviour, Kind, Text

WORDS = Text("Cảm biến", "Sensor")


def smaller() -> dict[str, Kind]:
    """Some of our kinds, each with its keys and half of its other fields, and described otherwise."""
    return {kind.name: _halved(kind) for kind in list(KINDS.values())[::2]} | {
        "signal_probe": _halved(KINDS["signal_probe"])
    }


def _halved(kind: Kind) -> Kind:
    values = [f for f in kind.own_fields if f.behaviour is not Behaviour.KEY]
    own = tuple(f for f in kind.own_fields if f.behaviour is Behaviour.KEY or f in values[::2])
    worded = tuple(replace(f, meaning=Text(f"{f.meaning.vi} (cũ)", f.meaning.en)) for f in own)
    return replace(kind, own_fields=worded, title=WORDS, meaning=WORDS)


def with_kind(name: str, *changes: tuple[str, Behaviour | None]) -> dict[str, Kind]:
    """Our catalogue with fields of one kind behaving otherwise (None: gone)."""
    wanted = dict(changes)
    kind = KINDS[name]
    own = []
    for field in kind.own_fields:
        behaviour = wanted.get(field.name, field.behaviour)
        if behaviour is not None:
            own.append(replace(field, behaviour=behaviour))
    return KINDS | {name: replace(kind, own_fields=tuple(own))}
