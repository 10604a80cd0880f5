"""The profiles that come with the system: one TOML file a plan, with GeoJSON of its places beside it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from devices.errors import ProfileError
from devices.model import Text
from devices.profile import Level, Profile
from devices.profile_file import read_profile


def names() -> list[str]:
    """The codes of the profiles."""
    here = resources.files(__package__)
    return sorted(entry.name.removesuffix(".toml") for entry in here.iterdir() if entry.name.endswith(".toml"))


def texts(code: str) -> tuple[str, str | None]:
    """The texts of a profile's files: TOML, and GeoJSON where it has places. Raises ProfileError."""
    if code not in names():
        known = ", ".join(names())
        raise ProfileError(
            Text(f"không có hồ sơ {code!r}; có: {known}", f"there is no profile {code!r}; there are: {known}")
        )
    here = resources.files(__package__)
    places = here / f"{code}.geojson"
    return (here / f"{code}.toml").read_text(encoding="utf-8"), (
        places.read_text(encoding="utf-8") if places.is_file() else None
    )


@cache
def load(code: str) -> Profile:
    """The profile of that code; raises ProfileError."""
    return read_profile(*texts(code))


def national() -> Profile:
    """The national goals, which are told beside those of each commune."""
    return next(profile for profile in map(load, names()) if profile.level is Level.NATION)


def province_of(name: str) -> Profile | None:
    """The profile of a province by its name, None where there is none."""
    found = (profile for profile in map(load, names()) if profile.level is Level.PROVINCE)
    return next((profile for profile in found if profile.province == name), None)
