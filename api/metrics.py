"""Metrics of the API for Prometheus: requests by route template, and the pool of connections."""

from __future__ import annotations

import time
from collections.abc import Iterable

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import public
from api.context import check_parameter_names, problems
from storage.reader import Reader

router = APIRouter(tags=["operation"], dependencies=[public(), Depends(check_parameter_names)])

UNMATCHED = "unmatched"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)
STREAM = "text/event-stream"
"""An answer that lasts as long as somebody looks: it is counted, and its time says nothing."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class PlainText(Response):
    """The text that Prometheus reads."""

    media_type = "text/plain"


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "commune_api_requests",
            "Requests answered, by route template.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "commune_api_request_seconds",
            "Time to answer, by route template.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )

    def watch(self, reader: Reader) -> None:
        """Report the pool of a reader from now on."""
        self.registry.register(PoolCollector(reader))


class PoolCollector(Collector):
    """The pool's numbers as they are when asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges of the pool."""
        connections = GaugeMetricFamily(
            "commune_api_database_connections", "Connections to the database, by state.", labels=("state",)
        )
        statistics = self._reader.statistics()
        connections.add_metric(("open",), statistics["open"])
        connections.add_metric(("idle",), statistics["idle"])
        yield connections
        yield GaugeMetricFamily(
            "commune_api_database_connections_limit", "Connections at most.", self._reader.pool_connections
        )
        yield GaugeMetricFamily(
            "commune_api_database_waiting", "Requests that wait for a connection.", statistics["waiting"]
        )


class MetricsMiddleware:
    """Counts and times every request under its route template, never under what a caller typed."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, is_stream = 500, False

        async def note(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM)
            await send(message)

        begun = time.perf_counter()
        try:
            await self._app(scope, receive, note)
        finally:
            route = getattr(scope.get("route"), "path", None) or UNMATCHED
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            self._metrics.requests.labels(method, route, str(status)).inc()
            if not is_stream:
                self._metrics.seconds.labels(method, route).observe(time.perf_counter() - begun)


@router.get("/metrics", responses=problems(422), response_class=PlainText, response_model=str)
def read_metrics(request: Request) -> Response:
    """Metrics in the text format of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
