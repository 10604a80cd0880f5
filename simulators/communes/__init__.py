"""Sample communes: compact TOML files with rules, unfolded into what `devices.registry` knows. The same file always
gives the same commune."""

from __future__ import annotations

import tomllib
from importlib import resources

from simulators.communes.build import build
from simulators.communes.sample import SampleCommune
from simulators.errors import UnknownCommune

__all__ = ["SampleCommune", "load", "names"]


def names() -> list[str]:
    """The names of the sample communes."""
    here = resources.files(__package__)
    return sorted(entry.name.removesuffix(".toml") for entry in here.iterdir() if entry.name.endswith(".toml"))


def load(name: str) -> SampleCommune:
    """The sample commune of that name; raises UnknownCommune, and BadCommuneFile when its file contradicts itself."""
    known = names()
    if name not in known:
        raise UnknownCommune(f"there is no sample commune {name!r}; there is {', '.join(known)}")
    text = (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return build(tomllib.loads(text))
