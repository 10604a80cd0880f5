"""The application: routes, errors, headers, metrics, and a pool of connections that lives as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.staticfiles import StaticFiles

from api import error_handlers, metrics
from api.access_document import declare, routes_with_roles
from api.compression import CompressionMiddleware
from api.context import PREFIX, Context
from api.errors import MEDIA_TYPE
from api.operations import picture_reader
from api.operations_feed import Feed
from api.provider import Provider
from api.routes import ROUTES
from api.security import HeadersMiddleware
from devices.accounts import BrokerEndpoint
from devices.passwords import Sealer
from devices.people import SignInRules
from reports.rules import ReportRules
from storage.reader import Reader
from storage.registrar import Registrar
from storage.repairs import Repairs

STATIC = Path(__file__).parent / "static"
DESCRIPTION = """What the commune's field devices measure, with the state of each device and the books of all messages.

Times are RFC 3339 with an offset and are answered in UTC. Lists are paged by `cursor`. Every error is a problem
document (RFC 9457) whose `reason` is in Vietnamese and English and which says what is allowed."""
PROBLEM_SCHEMA = "#/components/schemas/ProblemAnswer"
TAGS = [
    {"name": "kinds", "description": "Loại thiết bị và các trường đo / Kinds of devices and their fields"},
    {"name": "places", "description": "Xã, thôn, điểm và bản đồ / Communes, hamlets, sites, maps"},
    {"name": "devices", "description": "Thiết bị, giá trị mới nhất, chuỗi số liệu / Devices, latest values, series"},
    {"name": "registry", "description": "Đăng ký và thay đổi thiết bị, thôn, điểm / Registering and changing"},
    {"name": "reports", "description": "Báo cáo: số liệu có nghĩa gì / Reports: what the numbers mean"},
    {"name": "targets", "description": "Chỉ tiêu của kế hoạch, số liệu khai báo / Targets of plans, declared figures"},
    {"name": "coverage", "description": "Phủ sóng di động / Mobile coverage"},
    {"name": "open data", "description": "Dữ liệu mở / Open data"},
    {"name": "alerts", "description": "Cảnh báo và quy tắc / Alerts and their rules"},
    {"name": "losses", "description": "Bản tin để riêng và sổ đối chiếu / Dead letters and the loss ledger"},
    {"name": "people", "description": "Người dùng, mã truy cập, tài khoản của mình / People, tokens, oneself"},
    {"name": "operation", "description": "Vận hành / Running it"},
]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def create_app(
    database_url: str,
    *,
    pool_connections: int = 8,
    title: str = "IoT cấp xã",
    now: Callable[[], datetime] = utc_now,
    repairs: Repairs | None = None,
    registrar: Registrar | None = None,
    sign_in: SignInRules | None = None,
    provider: Provider | None = None,
    sealer: Sealer | None = None,
    broker: BrokerEndpoint | None = None,
    report_rules: ReportRules | None = None,
    ready_lag_seconds: int = 0,
) -> FastAPI:
    """The API and its pages over one database.

    It starts without the database too, and answers 503 until it can be reached. `pool_connections` bounds the
    connections that it holds; `title` is the name on the start page; `now` is the clock that states and ages refer to.
    Dead letters are repaired through `repairs`, people and the registry are written through `registrar`, which is
    closed with the application; without them the API only reads, and without the latter nobody can sign in, by the
    rules `sign_in`. `sealer` closes the passwords that devices are given, who reach the broker at `broker`. /readyz
    says no while ingest is behind by more than `ready_lag_seconds` (0: however far). Reports follow `report_rules`.
    """
    measured = metrics.Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        held = nullcontext() if registrar is None else closing(registrar)
        with held, closing(Reader(database_url, pool_connections=pool_connections)) as reader:
            measured.watch(reader)
            app.state.context = Context(
                reader,
                now,
                repairs,
                ready_lag_seconds,
                registrar,
                sign_in or SignInRules(),
                provider,
                sealer,
                broker,
                report_rules or ReportRules(),
            )
            app.state.feed = Feed(picture_reader(app.state.context))
            yield

    return _assembled(title, measured, lifespan)


def _assembled(
    title: str, measured: metrics.Metrics, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]
) -> FastAPI:
    """The application with its routes, errors, headers and metrics."""
    app = FastAPI(
        title=title,
        version="1",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.metrics = measured
    app.router.routes.extend(ROUTES)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    error_handlers.install(app)
    app.add_middleware(metrics.MetricsMiddleware, metrics=measured)
    app.add_middleware(HeadersMiddleware)
    app.add_middleware(CompressionMiddleware)
    list(routes_with_roles(app))  # a route that forgot its role is no route of a running system
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once. Errors are said to be what they are: problem documents."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            tags=app.openapi_tags,
            routes=app.routes,
        )
        declare(app, document)
        for operations in document["paths"].values():
            for operation_ in operations.values():
                for status, answer in operation_["responses"].items():
                    if status >= "400":
                        answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": PROBLEM_SCHEMA}}}
        app.openapi_schema = document
    return app.openapi_schema
