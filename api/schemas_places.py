"""The shapes of questions and answers about registering and changing communes, hamlets and sites."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas import HamletAnswer, Schema, SiteAnswer, Words
from api.schemas_registry import Code, Degrees, Line
from devices.registry import HamletType, SiteType

Name = Annotated[Line, Field(min_length=1)]
People = Annotated[int, Field(ge=0, le=1_000_000)]
RING = [[106.29, 20.86], [106.31, 20.86], [106.31, 20.88], [106.29, 20.88], [106.29, 20.86]]
BOUNDARY: dict[str, Any] = {"type": "Polygon", "coordinates": [RING]}
VERSION = Field(description="Rises with every change; the ETag.", examples=[1])


class Boundary(Schema):
    """A GeoJSON geometry (RFC 7946): WGS 84, longitude before latitude, rings closed."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"example": BOUNDARY})

    type: Literal["Polygon", "MultiPolygon"] = Field(examples=["Polygon"])
    coordinates: list[Any] = Field(description="Rings of [longitude, latitude].", examples=[[RING]])


class CommunePatch(Schema):
    """What is to change of a commune: only the members that are given. Its code never changes."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Xã Gia Lộc"}})

    name: Name = Field(default="", description="Name, with accents.", examples=["Gia Lộc"])
    province: Name = Field(default="", description="Province or city.", examples=["Hải Phòng"])
    latitude: Degrees = Field(default=0, description="Of a point inside it; WGS 84, degrees.", examples=[20.8737])
    longitude: Degrees = Field(default=0, description="Of a point inside it; WGS 84, degrees.", examples=[106.3011])


class CommuneRequest(Schema):
    """A commune (xã) to be registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "vo-nhai",
                "name": "Võ Nhai",
                "province": "Thái Nguyên",
                "latitude": 21.75,
                "longitude": 106.07,
            }
        }
    )

    code: Code = Field(description="It never changes.", examples=["vo-nhai"])
    name: Name = Field(description="Name, with accents.", examples=["Võ Nhai"])
    province: Name = Field(description="Province or city.", examples=["Thái Nguyên"])
    latitude: Degrees = Field(description="Of a point inside it; WGS 84, degrees.", examples=[21.75])
    longitude: Degrees = Field(description="Of a point inside it; WGS 84, degrees.", examples=[106.07])


class CommuneDetail(Schema):
    """A commune as it is registered."""

    code: str = Field(examples=["gia-loc"])
    name: str = Field(examples=["Gia Lộc"])
    province: str = Field(examples=["Hải Phòng"])
    latitude: float = Field(examples=[20.8737])
    longitude: float = Field(examples=[106.3011])
    is_sample: bool = Field(description="Its geometry is a sample, not a survey.", examples=[True])
    version: int = VERSION


class HamletPatch(Schema):
    """What is to change of a hamlet: only the members that are given. Its code never changes."""

    model_config = ConfigDict(json_schema_extra={"example": {"population": 845}})

    name: Name = Field(default="", description="Name, with accents.", examples=["Thôn 1"])
    type: HamletType = Field(default=HamletType.THON, description="The local word for it.", examples=["thon"])
    population: People | None = Field(default=None, description="Inhabitants.", examples=[812])
    latitude: Degrees | None = Field(default=None, description="Of its centre; WGS 84, degrees.", examples=[20.8737])
    longitude: Degrees | None = Field(default=None, description="Of its centre; WGS 84, degrees.", examples=[106.3011])
    boundary: Boundary | None = Field(default=None, description="Its boundary.", examples=[BOUNDARY])


class HamletRequest(HamletPatch):
    """A hamlet (thôn, xóm, khối, tổ dân phố) to be registered."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"code": "thon-3", "name": "Thôn 3", "type": "thon", "population": 640}}
    )

    code: Code = Field(description="Unique in the commune; it never changes.", examples=["thon-3"])
    name: Name = Field(description="Name, with accents.", examples=["Thôn 3"])


class HamletDetail(HamletAnswer):
    """A hamlet as it is registered."""

    latitude: float | None = Field(examples=[20.8737])
    longitude: float | None = Field(examples=[106.3011])
    boundary: dict[str, Any] | None = Field(examples=[BOUNDARY])
    version: int = VERSION


class SitePatch(Schema):
    """What is to change of a site: only the members that are given. Its code never changes."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Chợ Cuối"}})

    name: Name = Field(default="", description="Name, with accents.", examples=["Chợ Cuối"])
    type: SiteType = Field(default=SiteType.CLUSTER, description="What it is.", examples=["cho"])
    latitude: Degrees = Field(default=0, description="WGS 84, degrees.", examples=[20.8737])
    longitude: Degrees = Field(default=0, description="WGS 84, degrees.", examples=[106.3011])
    hamlet: Code | None = Field(default=None, description="Code of the hamlet that it stands in.", examples=["thon-1"])


class SiteRequest(Schema):
    """A site of public interest to be registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"code": "cho-cuoi", "name": "Chợ Cuối", "type": "cho", "latitude": 20.87, "longitude": 106.3}
        }
    )

    code: Code = Field(description="Unique in the commune; it never changes.", examples=["cho-cuoi"])
    name: Name = Field(description="Name, with accents.", examples=["Chợ Cuối"])
    type: SiteType = Field(description="What it is.", examples=["cho"])
    latitude: Degrees = Field(description="WGS 84, degrees.", examples=[20.87])
    longitude: Degrees = Field(description="WGS 84, degrees.", examples=[106.3])
    hamlet: Code | None = Field(
        default=None, description="Code of the hamlet; without it the one that the place lies in.", examples=["thon-1"]
    )


class SiteDetail(SiteAnswer):
    """A site as it is registered."""

    version: int = VERSION


class HamletAtAnswer(Schema):
    """The hamlet that a place lies in."""

    commune: str = Field(examples=["gia-loc"])
    hamlet: HamletAnswer | None = Field(description="Null: the place is in no hamlet with a boundary.")
    warnings: list[Words] = Field(
        examples=[[{"vi": "vị trí này nằm ngoài ranh giới các thôn", "en": "this place lies outside the hamlets"}]]
    )
