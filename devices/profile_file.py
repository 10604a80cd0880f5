"""A profile as it is written: TOML with the plan, GeoJSON with the places. Everything in it is checked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devices.catalogue import KINDS
from devices.declared import INDICATORS
from devices.errors import ProfileError
from devices.model import Text
from devices.profile import (
    Comparison,
    Deployment,
    Indicator,
    Level,
    Places,
    Profile,
    Quantity,
    ReportPeriod,
    Source,
    Target,
)
from devices.profile_places import read_places
from devices.registry import Commune, SiteType
from devices.registry_checks import faults_of_commune, joined

GENERATIONS = ("4G", "5G", "6G")
Slug = Annotated[str, Field(pattern="^[a-z0-9_-]{2,63}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Words(_Part):
    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    @property
    def text(self) -> Text:
        return Text(self.vi, self.en)


class _Source(_Part):
    document: Annotated[str, Field(min_length=1)]
    issued: date | None = None
    issuer: str = ""


class _Deployment(_Part):
    code: Slug
    title: _Words
    kinds: Annotated[list[Annotated[list[str], Field(min_length=1)]], Field(min_length=1)]
    at_least: Annotated[int, Field(ge=1)] = 1
    field: str = ""

    @model_validator(mode="after")
    def _knows_kinds(self) -> Self:
        for name in (name for group in self.kinds for name in group):
            if name not in KINDS:
                raise ValueError(f"there is no kind {name!r}; the kinds are {', '.join(KINDS)}")
            if self.field and self.field not in KINDS[name].by_name:
                raise ValueError(f"the kind {name} has no field {self.field!r}")
        return self

    @property
    def deployment(self) -> Deployment:
        return Deployment(self.code, self.title.text, tuple(map(tuple, self.kinds)), self.at_least, self.field)


class _Target(_Part):
    id: Slug
    title: _Words
    indicator: Indicator
    threshold: Annotated[float, Field(ge=0)]
    source: str
    part: str = ""
    comparison: Comparison = Comparison.AT_LEAST
    deadline: date | None = None
    generations: list[str] = []
    quantity: Quantity = Quantity.AREA
    operator: Annotated[str | None, Field(pattern=r"^\d{3}-\d{2,3}$")] = None
    deployments: list[_Deployment] = []
    declared: str | None = None
    centre_only: bool = False
    note: _Words | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        unknown = [name for name in self.generations if name not in GENERATIONS]
        if unknown:
            raise ValueError(f"there is no generation {unknown[0]!r}; there are {', '.join(GENERATIONS)}")
        if (self.indicator is Indicator.DECLARED) != (self.declared is not None):
            raise ValueError("`declared` names what is declared; only the indicator `declared` has it, and needs it")
        if self.declared is not None and self.declared not in INDICATORS:
            raise ValueError(f"nothing is declared as {self.declared!r}; there are {', '.join(INDICATORS)}")
        counted = self.indicator in (Indicator.DEPLOYED, Indicator.EARLY_WARNING)
        if counted != bool(self.deployments):
            raise ValueError("`deployments` belong to the indicators deployed and early_warning, which need them")
        if (self.indicator is Indicator.EARLY_WARNING) != any(field.field for field in self.deployments):
            raise ValueError("`field` is named by the deployments of early_warning, and by no others")
        if counted and self.threshold > len(self.deployments):
            raise ValueError(f"{self.threshold:g} of {len(self.deployments)} deployments cannot be reached")
        return self


class _Profile(_Part):
    code: Slug
    level: Level
    name: Annotated[str, Field(min_length=1)]
    province: str
    at: tuple[float, float] | None = None
    periods: list[ReportPeriod] = []
    priority_sites: list[SiteType] = []
    communes: Annotated[int | None, Field(ge=1)] = None
    area_km2: Annotated[float | None, Field(gt=0)] = None
    sources: dict[str, _Source]
    target: list[_Target]
    note: _Words | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.level is Level.COMMUNE) != (self.at is not None):
            raise ValueError("`at` is a point inside a commune: a commune needs it, no other level has it")
        known: set[str] = set()
        for target in self.target:
            if target.id in known:
                raise ValueError(f"two targets are {target.id!r}")
            known.add(target.id)
            if target.source not in self.sources:
                raise ValueError(f"target {target.id}: there is no source {target.source!r}")
        return self


def read_profile(text: str, places: str | None = None) -> Profile:
    """The profile of a TOML text, with the places of a GeoJSON text; raises ProfileError that names what is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(Text(f"hồ sơ không phải TOML: {error}", f"the profile is not TOML: {error}")) from error
    return parse_profile(document, _collection(places))


def parse_profile(document: Mapping[str, Any], places: Mapping[str, Any] | None = None) -> Profile:
    """The profile of a parsed document and of a parsed GeoJSON collection; raises ProfileError."""
    try:
        checked = _Profile.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "profile"
        raise ProfileError(Text(f"hồ sơ, {place}: {first['msg']}", f"profile, {place}: {first['msg']}")) from error
    return _profile(checked, Places() if places is None else read_places(places))


def profile_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """A parsed document as JSON holds it; raises ProfileError as `parse_profile` does."""
    parse_profile(document)
    plain: dict[str, Any] = _Profile.model_validate(document).model_dump(mode="json", exclude_defaults=True)
    return plain


def _collection(places: str | None) -> dict[str, Any] | None:
    if places is None:
        return None
    try:
        found: dict[str, Any] = json.loads(places)
    except (ValueError, RecursionError) as error:
        raise ProfileError(Text(f"địa giới không phải JSON: {error}", f"the places are not JSON: {error}")) from error
    return found


def _profile(checked: _Profile, places: Places) -> Profile:
    commune = None
    if checked.at is not None:
        longitude, latitude = checked.at
        commune = Commune(checked.code, checked.name, checked.province, latitude, longitude, places.is_sample)
        if faults := faults_of_commune(commune):
            raise ProfileError(joined(faults))
    return Profile(
        code=checked.code,
        name=checked.name,
        level=checked.level,
        province=checked.province,
        targets=tuple(_target(target, checked.sources) for target in checked.target),
        periods=tuple(checked.periods),
        commune=commune,
        priority_sites=tuple(checked.priority_sites),
        places=places,
        communes=checked.communes,
        area_km2=checked.area_km2,
        note=None if checked.note is None else checked.note.text,
    )


def _target(checked: _Target, sources: Mapping[str, _Source]) -> Target:
    source = sources[checked.source]
    return Target(
        id=checked.id,
        title=checked.title.text,
        indicator=checked.indicator,
        threshold=checked.threshold,
        source=Source(source.document, checked.part, source.issued, source.issuer),
        comparison=checked.comparison,
        deadline=checked.deadline,
        generations=tuple(checked.generations),
        quantity=checked.quantity,
        operator=checked.operator,
        deployments=tuple(deployment.deployment for deployment in checked.deployments),
        declared=checked.declared,
        centre_only=checked.centre_only,
        note=None if checked.note is None else checked.note.text,
    )
