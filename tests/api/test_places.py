"""Places over HTTP: communes, and GeoJSON that any map can draw."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema

from devices.registry import DeviceState
from tests.api.world import BOUNDARY, COMMUNE, World

POSITION: dict[str, Any] = {
    "type": "array",
    "prefixItems": [{"minimum": -180, "maximum": 180}, {"minimum": -90, "maximum": 90}],
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 3,
}
RING = {"type": "array", "items": POSITION, "minItems": 4}


def geometry(name: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    properties = {"type": {"const": name}, "coordinates": coordinates}
    return {"type": "object", "required": ["type", "coordinates"], "properties": properties}


RFC_7946: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "crs": False,
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": ["string", "number"]},
                    "properties": {"type": ["object", "null"]},
                    "geometry": {
                        "oneOf": [
                            {"type": "null"},
                            geometry("Point", POSITION),
                            geometry("Polygon", {"type": "array", "items": RING}),
                            geometry("MultiPolygon", {"type": "array", "items": {"type": "array", "items": RING}}),
                        ]
                    },
                },
            },
        },
    },
}
"""The rules of RFC 7946 for what we send: longitude before latitude, rings of four positions, no coordinate system."""


def geojson(client: httpx.Client, path: str, **parameters: str) -> list[dict[str, Any]]:
    """The features of a valid GeoJSON answer."""
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    jsonschema.Draft202012Validator(RFC_7946).validate(document)
    features: list[dict[str, Any]] = document["features"]
    assert len({feature["id"] for feature in features}) == len(features)
    return features


def test_devices_are_points_with_their_state(world: World, client: httpx.Client) -> None:
    world.device("env-01", name="Trạm 1")
    world.send("env-01", {"temperature": 20})
    (feature,) = geojson(client, "/api/v1/devices.geojson")
    assert feature["id"] == f"{COMMUNE}/env-01"
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.301, 20.871]}
    assert (feature["properties"]["state"], feature["properties"]["name"]) == ("on", "Trạm 1")
    assert "latitude" not in feature["properties"]


def test_a_device_without_a_place_has_a_null_geometry(world: World, client: httpx.Client) -> None:
    world.device("env-01", place=None)
    (feature,) = geojson(client, "/api/v1/devices.geojson")
    assert feature["geometry"] is None


def test_devices_on_the_map_are_filtered_as_in_the_list(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.device("cam-01", "camera", state=DeviceState.RETIRED)
    path = "/api/v1/devices.geojson"
    assert [f["properties"]["code"] for f in geojson(client, path, kind="camera")] == ["cam-01"]
    assert [f["properties"]["code"] for f in geojson(client, path, lifecycle="active")] == ["env-01"]
    assert len(geojson(client, path, state="never")) == 2
    assert geojson(client, path, commune="other") == []


def test_places_are_hamlets_by_boundary_or_point_and_sites(world: World, client: httpx.Client) -> None:
    features = {feature["properties"]["code"]: feature for feature in geojson(client, "/api/v1/places.geojson")}
    assert features["thon-1"]["geometry"] == BOUNDARY
    assert features["thon-2"]["geometry"] == {"type": "Point", "coordinates": [106.31, 20.88]}
    assert features["ubnd"]["geometry"] == {"type": "Point", "coordinates": [106.302, 20.872]}
    assert features["ubnd"]["properties"]["layer"] == "site"
    world.commune("an-tan")
    assert len(geojson(client, "/api/v1/places.geojson", commune="an-tan")) == 3


def test_communes_come_with_their_hamlets_and_sites(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    (commune,) = client.get("/api/v1/communes").json()["items"]
    assert (commune["code"], commune["name"], commune["devices"]) == (COMMUNE, "Xã Gia Lộc", 1)
    assert commune["is_sample"] is True
    assert commune["hamlets"][0] == {"code": "thon-1", "name": "Thôn 1", "type": "thon", "population": 812}
    assert commune["sites"][0]["hamlet"] == "thon-1"
