"""Grafana's data source, as a file: what decides whether panels show anything, and who it speaks to the database as."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from storage.roles import Role
from tests.commune import compose

DIRECTORY = compose.ROOT / "deploy" / "grafana" / "provisioning" / "datasources"


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in DIRECTORY.glob("*.yaml")]
    (found,) = [entry for document in documents for entry in document["datasources"]]
    assert isinstance(found, dict)
    return found


def test_its_uid_is_the_one_that_it_has_always_had(source: dict[str, Any]) -> None:
    assert source["uid"] == "commune-postgresql"


def test_the_database_is_named_where_panels_look_for_it(source: dict[str, Any]) -> None:
    assert "database" not in source
    assert source["jsonData"]["database"] == "commune"
    assert source["jsonData"]["timescaledb"] is True


def test_no_data_source_is_ever_deleted_to_be_made_anew() -> None:
    for path in DIRECTORY.glob("*.yaml"):
        assert {"deleteDatasources", "prune"}.isdisjoint(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_it_speaks_as_the_role_that_sees_the_wall_only(source: dict[str, Any]) -> None:
    assert source["user"] == Role.GRAFANA
    assert source["editable"] is False


def test_it_finds_the_database_and_the_password_that_compose_gives(source: dict[str, Any]) -> None:
    services = compose.raw()["services"]
    assert source["url"] == "timescaledb:5432"
    assert "timescaledb" in services
    assert services["timescaledb"]["environment"]["POSTGRES_DB"] == source["jsonData"]["database"]
    variable = source["secureJsonData"]["password"].removeprefix("$")
    assert variable in services["grafana"]["environment"]
    assert variable in services["migrate"]["environment"]


def test_the_file_holds_no_secret(source: dict[str, Any]) -> None:
    assert source["secureJsonData"] == {"password": "$COMMUNE_DATABASE_GRAFANA_PASSWORD"}
