"""Named statements from `storage/queries/*.sql`.

A statement starts with `-- name: its_name`, then a line `-- ` with what it answers, then SQL with %(named)s parameters.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from storage.errors import StorageError

_HEADING = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\n(?=-- \S)", re.MULTILINE)


class UnknownQuery(StorageError):
    """No statement of this name is in storage/queries/."""


@cache
def queries() -> dict[str, str]:
    """Every named statement; raises StorageError when a file does not follow the form or a name is used twice."""
    found: dict[str, str] = {}
    for source in sorted(files("storage").joinpath("queries").iterdir(), key=lambda entry: entry.name):
        if not source.name.endswith(".sql"):
            continue
        for name, statement in parse(source.read_text(encoding="utf-8"), source.name).items():
            if name in found:
                raise StorageError(f"{source.name}: the name {name} is used in another file")
            found[name] = statement
    return found


def parse(text: str, source: str) -> dict[str, str]:
    """The named statements of one file; `source` is named in the StorageError for a file that breaks the form."""
    before, *parts = _HEADING.split(text)
    if before.strip() or text.count("-- name:") != len(parts) // 2:
        raise StorageError(f"{source}: every statement needs `-- name: its_name` and then a line that describes it")
    names = parts[0::2]
    if len(set(names)) != len(names):
        raise StorageError(f"{source}: a name is used twice")
    return {name: statement.strip().removesuffix(";") for name, statement in zip(names, parts[1::2], strict=True)}


def query(name: str) -> str:
    """The statement of this name; raises UnknownQuery."""
    try:
        return queries()[name]
    except KeyError:
        raise UnknownQuery(f"storage/queries/ has no statement named {name}") from None
