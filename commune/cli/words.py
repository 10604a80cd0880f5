"""The first word after `commune`, each with where its command is: loaded when it is asked for.

All of them together take more than a second to load, which nobody should wait for who lists devices.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup

WORDS = {
    "ingest": "commune.cli.run_ingest:ingest",
    "api": "commune.cli.run_api:api",
    "maintain": "commune.cli.run_maintain:maintain",
    "demo": "commune.cli.demo:demo",
    "doctor": "commune.cli.doctor:doctor",
    "audit": "commune.cli.audit:audit",
    "db": "commune.cli.db:app",
    "communes": "commune.cli.communes:app",
    "devices": "commune.cli.devices:app",
    "users": "commune.cli.users:app",
    "certs": "commune.cli.certs:app",
    "simulate": "commune.cli.simulate:app",
    "dead-letters": "commune.cli.dead_letters:app",
    "alerts": "commune.cli.alerts:app",
    "ledger": "commune.cli.ledger:app",
    "profile": "commune.cli.profile:app",
    "targets": "commune.cli.targets:targets",
    "declare": "commune.cli.declare:app",
    "coverage": "commune.cli.coverage:app",
    "report": "commune.cli.report:report",
    "dashboards": "commune.cli.dashboards:app",
    "bench": "commune.cli.bench:app",
    "docs": "commune.cli.docs:app",
}
"""An application of typer, or a function that is a command by itself."""


class Commands(MutableMapping[str, Any]):
    """Commands by their word."""

    def __init__(self, places: dict[str, str]) -> None:
        self._places = places
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, word: str) -> Any:
        if word not in self._loaded:
            self._loaded[word] = _load(word, self._places[word])
        return self._loaded[word]

    def __setitem__(self, word: str, command: Any) -> None:
        self._places[word] = self._places.get(word, "")
        self._loaded[word] = command

    def __delitem__(self, word: str) -> None:
        del self._places[word]
        self._loaded.pop(word, None)

    def __contains__(self, word: object) -> bool:
        return word in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Words(TyperGroup):
    """The root of the command line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = Commands(dict(WORDS))


def _load(word: str, place: str) -> Any:
    found = pkgutil.resolve_name(place)
    root = typer.Typer()
    if isinstance(found, typer.Typer):
        root.add_typer(found, name=word)
    else:
        root.command(word)(found)
    return typer.main.get_group(root).commands[word]
