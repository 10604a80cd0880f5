"""Answers held to what the OpenAPI document says of them: status, media type, shape."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema
from starlette.routing import compile_path

from api.app import create_app

OPENAPI = create_app("postgresql://").openapi()
PATHS = [(compile_path(path)[0], path) for path in OPENAPI["paths"]]


def hold_to_document(answer: httpx.Response) -> None:
    """Fail when an answer is not one that the document tells of; for the event hooks of a client."""
    answer.read()
    path = next(path for pattern, path in PATHS if pattern.fullmatch(answer.url.path))
    told = OPENAPI["paths"][path][answer.request.method.lower()]["responses"]
    where = f"{answer.request.method} {path} answers {answer.status_code}"
    assert str(answer.status_code) in told, f"{where}, which is not documented"
    content: dict[str, Any] = told[str(answer.status_code)].get("content", {})
    if not content:
        assert answer.content == b"", where
        return
    media_type = answer.headers["content-type"].split(";")[0]
    assert media_type in content, f"{where} as {media_type}"
    if "json" in media_type:
        schema = {**content[media_type]["schema"], "components": OPENAPI["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json())


def documented(client: httpx.Client) -> httpx.Client:
    """The client, every answer of which is held to the document."""
    client.event_hooks["response"] = [hold_to_document]
    return client
