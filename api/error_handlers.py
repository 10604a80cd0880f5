"""From exceptions to problem documents: the one place where an error becomes an answer."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.access import SignInNeeded
from api.context import PREFIX
from api.errors import MEDIA_TYPE, Allowed, ApiProblem, Problem, close_to, shown
from api.page_templates import language_of, page
from api.words_sign_in import ACCOUNT_WORDS
from devices.model import Text
from storage.errors import DatabaseUnavailable, QueryTooSlow

logger = logging.getLogger("api")

RETRY_AFTER_SECONDS = "5"
STATIC = "/static"


def problem_response(request: Request, error: ApiProblem) -> Response:
    """The problem document of an error; a page, where a browser asked for one."""
    is_page = not request.url.path.startswith((PREFIX, STATIC))
    if is_page and "text/html" in request.headers.get("accept", ""):
        return refused_page(request, error)
    return Response(
        orjson.dumps(error.body(request.url.path)),
        status_code=error.problem.status,
        media_type=MEDIA_TYPE,
        headers={**error.headers, "Cache-Control": "no-store"},
    )


def refused_page(request: Request, error: ApiProblem) -> Response:
    """The same, for a person in front of a browser."""
    language = language_of(request)
    answer = page(
        request,
        "refused.html",
        None,
        ACCOUNT_WORDS,
        status_code=error.problem.status,
        reason=error.reason.en if language == "en" else error.reason.vi,
        not_signed_in=error.problem is Problem.NOT_SIGNED_IN,
    )
    answer.headers.update({**error.headers, "Cache-Control": "no-store"})
    return answer


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem document."""
    app.add_exception_handler(ApiProblem, _api_problem)
    app.add_exception_handler(SignInNeeded, _sign_in_needed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseUnavailable, _unavailable)
    app.add_exception_handler(QueryTooSlow, _too_slow)
    app.add_exception_handler(Exception, _internal)


async def _api_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)
    return problem_response(request, error)


async def _sign_in_needed(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)
    return RedirectResponse(error.location, status_code=303, headers={"Cache-Control": "no-store"})


async def _unavailable(request: Request, error: Exception) -> Response:
    logger.warning("database unavailable: %s", error)
    reason = Text(
        "Cơ sở dữ liệu chưa trả lời. Hãy thử lại sau ít giây.",
        "The database does not answer. Try again in a few seconds.",
    )
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    return problem_response(request, ApiProblem(Problem.DATABASE_UNAVAILABLE, reason, headers=headers))


async def _too_slow(request: Request, error: Exception) -> Response:
    logger.warning("%s gave up: %s", request.url.path, error)
    reason = Text(
        "Câu hỏi mất quá nhiều thời gian. Hãy thu hẹp khoảng thời gian hoặc giảm số trường.",
        "The query took too long. Ask for a shorter range or fewer fields.",
    )
    return problem_response(request, ApiProblem(Problem.QUERY_TOO_SLOW, reason, headers={"Retry-After": "60"}))


async def _internal(request: Request, error: Exception) -> Response:
    # The traceback is in the log of the server, which re-raises it; the caller is told nothing of it.
    logger.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    reason = Text(
        "Hệ thống gặp lỗi khi trả lời. Lỗi đã được ghi lại để người quản trị xem.",
        "The system failed to answer. The failure is in its log for the administrator.",
    )
    return problem_response(request, ApiProblem(Problem.INTERNAL, reason))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        allowed = methods_of(request, headers.get("Allow", headers.get("allow", "GET")))
        headers = {"Allow": ", ".join(allowed)}
        reason = Text(
            f"Đường dẫn này không nhận {request.method}; hãy dùng {', '.join(allowed)}.",
            f"This route does not take {request.method}; use {', '.join(allowed)}.",
        )
        error_405 = ApiProblem(Problem.METHOD_NOT_ALLOWED, reason, allowed=allowed, headers=headers)
        return problem_response(request, error_405)
    if error.status_code == 404:
        routes = route_paths(request)
        path = request.url.path
        reason = Text(f"Không có đường dẫn {shown(path)}.", f"There is no route {shown(path)}.")
        error_404 = ApiProblem(Problem.NOT_FOUND, reason, allowed=routes, did_you_mean=close_to(path, routes))
        return problem_response(request, error_404)
    if error.status_code == 400:
        # The framework could not read the body at all: not UTF-8, or nested without end.
        reason = Text("Không đọc được nội dung JSON.", "The JSON body cannot be read.")
        return problem_response(request, ApiProblem(Problem.INVALID_PARAMETER, reason, allowed="a JSON object"))
    # The framework raises no other status for our routes; a new one must be given a type of problem first.
    return await _internal(request, error)


def methods_of(request: Request, known: str) -> list[str]:
    """The methods that the path of a request takes: those of one of its routes are `known`, and there may be more."""
    found = {method.strip() for method in known.split(",")}
    for route in documented_routes(request.app):
        if route.path_regex.fullmatch(request.url.path):
            found |= route.methods or set()
    return sorted(found)


def route_paths(request: Request) -> list[str]:
    """Every documented path of the application."""
    return sorted({route.path for route in documented_routes(request.app)})


def documented_routes(app: FastAPI) -> list[APIRoute]:
    """The routes that the OpenAPI document has, without making the document for it."""
    return [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(fault) for fault in error.errors()]
    names = ", ".join(dict.fromkeys(fault["parameter"] for fault in faults))
    allowed: dict[str, str] = {fault["parameter"]: fault["allowed"] for fault in faults}
    wanted = "; ".join(f"{name}: {rule}" for name, rule in allowed.items())
    reason = Text(
        f"Tham số không hợp lệ: {names}. Cho phép: {wanted}.", f"Invalid parameter: {names}. Allowed: {wanted}."
    )
    similar = [word for fault in faults for word in fault.pop("similar")]
    answer: Allowed = allowed
    problem = ApiProblem(
        Problem.INVALID_PARAMETER, reason, allowed=answer, did_you_mean=similar, errors=faults, headers={}
    )
    return problem_response(request, problem)


def _fault(fault: Any) -> dict[str, Any]:
    """One finding of the framework's check in our words."""
    place, *path = fault["loc"]
    rule, similar = _rule(fault["type"], fault.get("ctx", {}), fault.get("input"))
    return {
        "in": str(place),
        "parameter": ".".join(str(part) for part in path) or str(place),
        "given": None if fault["type"] == "missing" else shown(fault.get("input")),
        "allowed": rule,
        "similar": similar,
    }


_PARSED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_parsing_size": "a whole number of at most 19 digits",
    "missing": "required",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "json_invalid": "a JSON object",
    "model_attributes_type": "a JSON object",
    "extra_forbidden": "nothing: there is no such member",
    "date_from_datetime_parsing": "a day as YYYY-MM-DD",
    "date_parsing": "a day as YYYY-MM-DD",
    "date_from_datetime_inexact": "a day as YYYY-MM-DD",
}


def _rule(type_: str, context: dict[str, Any], given: object) -> tuple[str, list[str]]:
    """What a parameter that was refused has to be, and words close to what was given."""
    if type_ in ("enum", "literal_error"):
        words = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        return f"one of {words}", close_to(str(given), words.split(", "))
    for limit, sign in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if limit in context:
            return f"{sign} {context[limit]}", []
    if type_ == "too_long":
        return f"at most {context['max_length']} entries", []
    if type_ == "too_short":
        return f"at least {context['min_length']} entries", []
    if type_ == "string_too_long":
        return f"at most {context['max_length']} characters", []
    if type_ == "string_too_short":
        return f"at least {context['min_length']} characters", []
    if type_ == "string_pattern_mismatch":
        return f"text that matches {context['pattern']}", []
    return _PARSED.get(type_, "a value of the documented form"), []
