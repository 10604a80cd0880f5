"""docker-compose.yml is of Compose's form, and keeps the laws of this project."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from commune.settings import PREFIX, Settings
from tests.commune import compose

DOCUMENT = compose.load(compose.filled_in_example())
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
RAW_SERVICES: dict[str, dict[str, Any]] = compose.raw()["services"]
ONE_SHOT = {"migrate", "register-simulated"}
ALLOWED_PORTS = {
    "mosquitto": {("127.0.0.1", 1883), ("0.0.0.0", 8883)},  # noqa: S104 - field devices must reach it, by TLS
    "api": {("127.0.0.1", 8000)},
    "grafana": {("127.0.0.1", 3000)},
}
SETTING_NAMES = {PREFIX + name.upper() for name in Settings.model_fields}
PASSWORDS = {name for name, (value, commented) in compose.example().items() if not commented and not value}
PINNED = re.compile(r"[a-z0-9./-]+:\d+(\.\d+)+(-[a-z0-9]+)?(@sha256:[0-9a-f]{64})?")

service = pytest.mark.parametrize("name", SERVICES)


def schema() -> dict[str, Any]:
    """The Compose specification's own JSON Schema, as the package check-jsonschema carries it."""
    text = (files("check_jsonschema.builtin_schemas.vendor") / "compose-spec.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.mark.parametrize("document", [compose.raw(), DOCUMENT], ids=["as written", "filled in"])
def test_the_file_is_valid_by_the_schema_of_the_compose_specification(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema()).validate(document)


def test_the_schema_bites() -> None:
    broken = {"services": {"api": {"imagine": "x"}}}
    with pytest.raises(jsonschema.ValidationError, match="imagine"):
        jsonschema.Draft202012Validator(schema()).validate(broken)


def test_the_services_are_those_that_the_system_has() -> None:
    assert set(SERVICES) == {
        "mosquitto", "timescaledb", "grafana", "migrate", "ingest", "api", "maintain",
        "simulators", "register-simulated",
    }  # fmt: skip
    in_profile = {name: value["profiles"] for name, value in SERVICES.items() if "profiles" in value}
    assert in_profile == {"simulators": ["simulators"], "register-simulated": ["simulators"]}


@service
def test_an_image_has_a_full_version(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"]), SERVICES[name]["image"]


def test_the_images_are_of_the_agreed_major_versions() -> None:
    assert SERVICES["mosquitto"]["image"].startswith("eclipse-mosquitto:2.0.")
    assert SERVICES["timescaledb"]["image"].startswith("timescale/timescaledb:2.")
    assert SERVICES["timescaledb"]["image"].endswith("-pg17")
    assert re.match(r"grafana/grafana:1[23]\.", SERVICES["grafana"]["image"])


def test_our_own_image_has_the_version_of_the_project() -> None:
    version = tomllib.loads((compose.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    ours = {value["image"] for value in SERVICES.values() if "build" in value}
    assert ours == {f"smart-commune-telemetry:{version}"}


@service
def test_a_service_comes_back_by_itself_and_says_whether_it_is_well(name: str) -> None:
    if name in ONE_SHOT:
        assert SERVICES[name]["restart"] == "no"
        assert SERVICES[name]["healthcheck"] == {"disable": True}
        return
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@service
def test_nothing_is_published_beyond_what_must_be(name: str) -> None:
    published = {(port["host_ip"], int(port["published"])) for port in SERVICES[name].get("ports", [])}
    assert published == ALLOWED_PORTS.get(name, set())


def test_the_database_has_no_way_out() -> None:
    assert SERVICES["timescaledb"]["networks"] == ["database"]
    assert DOCUMENT["networks"]["database"] == {"internal": True}


@service
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    value = SERVICES[name]
    assert "no-new-privileges:true" in value["security_opt"]
    assert not {"privileged", "pid", "network_mode", "cap_add", "devices"} & set(value)
    if name != "timescaledb":  # its image changes from root to the user postgres by itself
        assert value["cap_drop"] == ["ALL"]
    if "build" in value:
        assert value["read_only"] is True


@service
def test_every_commune_variable_is_a_setting(name: str) -> None:
    used = {key for key in SERVICES[name].get("environment", {}) if key.startswith(PREFIX)}
    assert used <= SETTING_NAMES


def test_everything_about_ingest_can_be_set_in_the_env_file() -> None:
    used = set(SERVICES["ingest"]["environment"])
    assert {name for name in SETTING_NAMES if name.startswith(f"{PREFIX}INGEST_")} <= used


@pytest.mark.parametrize(("name", "operator", "operand"), sorted(set(compose.references())))
def test_every_variable_is_in_the_example_with_the_same_default(name: str, operator: str, operand: str) -> None:
    value, is_commented = compose.example()[name]
    if operator == ":-":
        assert value == operand
    else:
        assert operator == ":?", "a variable has a default, or Compose refuses to start without it"
        assert value == "" and not is_commented


@pytest.mark.parametrize("missing", sorted(PASSWORDS - {"MOSQUITTO_SIMULATOR_PASSWORD"}))
def test_compose_refuses_to_start_without_a_password(missing: str) -> None:
    variables = {**compose.filled_in_example(), missing: ""}
    with pytest.raises(compose.InterpolationError, match=f"{missing} is missing a value: set it in .env"):
        compose.load(variables)


@service
def test_no_secret_stands_in_the_file(name: str) -> None:
    for key, value in RAW_SERVICES[name].get("environment", {}).items():
        if re.search("PASSWORD|SECRET|TOKEN", key):
            assert re.fullmatch(r"\$\{[A-Z_]+:(\?set it in \.env|-)\}", value), key
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), f"{key} holds a password in an address"


def test_every_password_is_used_and_no_two_services_share_more_than_they_must() -> None:
    asked = {name for name, _, _ in compose.references()}
    assert asked >= PASSWORDS
    owner = {
        name for name, value in RAW_SERVICES.items() if "${POSTGRES_PASSWORD" in json.dumps(value.get("environment"))
    }
    assert owner == {"timescaledb", "migrate"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ingest", "commune_ingest"),
        ("api", "commune_read"),
        ("maintain", "commune_admin"),
        ("migrate", "postgres"),
        ("register-simulated", "commune_admin"),
    ],
)
def test_each_process_speaks_to_the_database_as_its_own_role(name: str, role: str) -> None:
    assert SERVICES[name]["environment"]["COMMUNE_DATABASE_URL"] == f"postgresql://{role}@timescaledb:5432/commune"


def test_volumes_are_named_and_all_are_used() -> None:
    mounted = [mount.split(":") for value in SERVICES.values() for mount in value.get("volumes", [])]
    named = {source for source, *_ in mounted if not source.startswith(".")}
    assert named == set(DOCUMENT["volumes"])
    for source, _target, *mode in mounted:
        if source.startswith("."):
            assert (compose.ROOT / source).is_dir(), source
            assert mode == ["ro"], f"{source} is the repository: nobody writes to it"


def test_every_process_waits_for_what_it_needs() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"timescaledb": {"condition": "service_healthy"}}
    for name in ("ingest", "api", "maintain", "grafana"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["simulators"]["depends_on"]["register-simulated"] == {"condition": "service_completed_successfully"}
    for name in ("ingest", "simulators"):
        assert SERVICES[name]["depends_on"]["mosquitto"] == {"condition": "service_healthy"}


@service
def test_logs_do_not_fill_the_disk(name: str) -> None:
    assert SERVICES[name]["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
