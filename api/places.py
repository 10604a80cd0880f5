"""Routes about places: communes, and what a map draws."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from api.access import needs
from api.context import PREFIX, CommuneQuery, Ctx, KindQuery, check_parameter_names, kind_of_query, problems
from api.devices import DeviceStateQuery, LifecycleQuery, device_answer
from api.schemas import (
    CommuneAnswer,
    CommuneList,
    DeviceProperties,
    Feature,
    FeatureCollection,
    HamletAnswer,
    SiteAnswer,
)
from devices.people import Role
from storage import fleet

router = APIRouter(prefix=PREFIX, tags=["places"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

GEOJSON = "application/geo+json"


class GeoJsonResponse(JSONResponse):
    """A GeoJSON document, handed over as text."""

    media_type = GEOJSON

    def render(self, content: str) -> bytes:
        """The bytes of the document."""
        return content.encode()


@router.get("/communes", responses=problems(422))
def list_communes(context: Ctx) -> CommuneList:
    """Communes with their hamlets and sites."""
    with context.reader.session() as connection:
        communes = fleet.list_communes(connection)
        hamlets = fleet.list_hamlets(connection)
        sites = fleet.list_sites(connection)
    return CommuneList(
        items=[
            CommuneAnswer(
                code=commune.code,
                name=commune.name,
                province=commune.province,
                latitude=commune.latitude,
                longitude=commune.longitude,
                is_sample=commune.is_sample,
                devices=commune.devices,
                hamlets=[
                    HamletAnswer(code=h.code, name=h.name, type=h.type, population=h.population)
                    for h in hamlets
                    if h.commune == commune.code
                ],
                sites=[
                    SiteAnswer(
                        code=s.code,
                        name=s.name,
                        type=s.type,
                        hamlet=s.hamlet,
                        latitude=s.latitude,
                        longitude=s.longitude,
                    )
                    for s in sites
                    if s.commune == commune.code
                ],
            )
            for commune in communes
        ]
    )


def point(latitude: float | None, longitude: float | None) -> dict[str, Any] | None:
    """A GeoJSON point; longitude comes first there. None where the place is not known."""
    if latitude is None or longitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


@router.get(
    "/devices.geojson", responses=problems(422), response_class=GeoJsonResponse, response_model=FeatureCollection
)
def devices_geojson(
    context: Ctx,
    kind: KindQuery = None,
    commune: CommuneQuery = None,
    state: DeviceStateQuery = None,
    lifecycle: LifecycleQuery = None,
) -> Response:
    """Devices as GeoJSON (RFC 7946). A device without a registered place has a null geometry."""
    wanted = fleet.FleetFilter(
        kind=kind_of_query(kind).name if kind else None, commune=commune, state=state, lifecycle=lifecycle
    )
    now = context.now()
    with context.reader.session() as connection:
        devices = fleet.list_fleet(connection, wanted, now=now)
    features = [
        Feature(
            id=f"{device.commune}/{device.code}",
            geometry=point(device.latitude, device.longitude),
            properties=DeviceProperties(**device_answer(device).model_dump()).model_dump(mode="json"),
        )
        for device in devices
    ]
    return GeoJsonResponse(FeatureCollection(at=now, features=features).model_dump_json())


@router.get(
    "/places.geojson", responses=problems(422), response_class=GeoJsonResponse, response_model=FeatureCollection
)
def places_geojson(context: Ctx, commune: CommuneQuery = None) -> Response:
    """Hamlets (their boundary, else their point) and sites as GeoJSON (RFC 7946)."""
    with context.reader.session() as connection:
        hamlets = fleet.list_hamlets(connection, commune)
        sites = fleet.list_sites(connection, commune)
    features = [
        Feature(
            id=f"{h.commune}/hamlet/{h.code}",
            geometry=h.boundary or point(h.latitude, h.longitude),
            properties={
                "layer": "hamlet",
                "commune": h.commune,
                "code": h.code,
                "name": h.name,
                "type": h.type,
                "population": h.population,
            },
        )
        for h in hamlets
    ] + [
        Feature(
            id=f"{s.commune}/site/{s.code}",
            geometry=point(s.latitude, s.longitude),
            properties={
                "layer": "site",
                "commune": s.commune,
                "code": s.code,
                "name": s.name,
                "type": s.type,
                "hamlet": s.hamlet,
            },
        )
        for s in sites
    ]
    return GeoJsonResponse(FeatureCollection(at=context.now(), features=features).model_dump_json())
