"""The contract of the whole API, held against what Schemathesis makes of its OpenAPI document.

Whatever is sent, by the document or against it: no answer of 500 and above, none of a status, a media type or a shape
that the document does not have. Some of what is sent names what is there, so that the requests reach it. For more:
`schemathesis run http://127.0.0.1:8000/api/v1/openapi.json --header "Authorization: Bearer ct_..."` on a database that
may be spoilt.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from commune.sealing import PasswordSealer
from devices.catalogue import KINDS
from devices.people import Role
from ingest.again import interpreter
from storage.connect import connect
from storage.registrar import Registrar
from storage.repairs import Repairs
from tests.api.conftest import DEADLINE_SECONDS, serve
from tests.api.signing import person
from tests.api.world import COMMUNE, World, token

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 2
THERE = {"commune": COMMUNE, "code": "environment-01", "hamlet": "thon-1", "site": "ubnd", "username": "lan"}
EVERY_VERSION = ", ".join(f'"{version}"' for version in range(1, 200))
SCHEMA = schemathesis.openapi.from_dict(create_app("postgresql://").openapi())


@schemathesis.serializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def workbook(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A file that is no workbook at all, as it was made."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@pytest.fixture(scope="module")
def fuzzed(module_database_url: str) -> Iterator[httpx.Client]:
    """An API with one of everything, and an administrator's token that no request can guess the number of."""
    url = module_database_url
    world = World(url)
    world.commune()
    for kind in KINDS:
        world.device(f"{kind}-01", kind)
    world.send("environment-01", {"temperature": 21.5, "pm25": 9000})
    world.strange(b"{}")
    person(url, "boss", Role.ADMINISTRATOR, password=None)
    person(url, "lan", password=None)
    with closing(connect(url, autocommit=True)) as connection:
        connection.execute("ALTER TABLE api_token ALTER api_token_id RESTART WITH 1987654321")
    app = create_app(
        url,
        pool_connections=4,
        repairs=Repairs(url, interpreter),
        registrar=Registrar(url),
        sealer=PasswordSealer("x" * 40),
    )
    with serve(app) as address, httpx.Client(base_url=address, headers=token(url), timeout=DEADLINE_SECONDS) as client:
        yield client


def lead_to_what_is_there(case: schemathesis.Case[Any]) -> None:
    """Let two of three requests name what is there and carry a tag that is good; the rest stays as it was made."""
    if zlib.crc32(str(case.id).encode()) % 3 == 0:
        return
    for name, value in THERE.items():
        if name in case.path_parameters:
            case.path_parameters[name] = value
    if case.method in ("PATCH", "POST"):
        case.headers["If-Match"] = EVERY_VERSION


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_an_answer_is_one_that_the_document_has(case: schemathesis.Case[Any], fuzzed: httpx.Client) -> None:
    lead_to_what_is_there(case)
    answer = case.call(
        base_url=str(fuzzed.base_url),
        headers={"Authorization": fuzzed.headers["Authorization"]},
        timeout=DEADLINE_SECONDS,
    )
    case.validate_response(answer, checks=CHECKS)
