"""Answers are small on the way, whole on arrival, and lines of progress do not wait for each other."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from api.compression import CompressionMiddleware
from tests.api.conftest import serve


def test_what_pages_need_is_compressed_for_who_can_read_it(shared_client: httpx.Client) -> None:
    path = "/static/vendor/leaflet/leaflet.js"
    plain = shared_client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with shared_client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(sent) < len(plain.content) / 2.5
    assert gzip.decompress(sent) == plain.content


@pytest.mark.parametrize(("accept", "encoding"), [("application/x-ndjson", None), ("application/json", "gzip")])
def test_lines_of_progress_are_sent_as_they_are(accept: str, encoding: str | None) -> None:
    app = FastAPI()
    app.add_middleware(CompressionMiddleware)

    @app.get("/lines")
    def lines() -> StreamingResponse:
        def told() -> Iterator[str]:
            yield from (f'{{"done": {number}}}\n' for number in range(200))

        return StreamingResponse(told(), media_type="application/x-ndjson")

    with serve(app) as address:
        answer = httpx.get(f"{address}/lines", headers={"Accept": accept, "Accept-Encoding": "gzip"})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.text.count("\n") == 200
