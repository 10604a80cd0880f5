"""Routes for those who run the process: is it alive, can it answer, and what types of problems it reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.access import public
from api.context import PREFIX, Ctx, check_parameter_names, problems
from api.errors import ApiProblem, Problem, close_to, shown
from api.schemas import ProblemTypeAnswer, Words
from api.schemas_data import HealthAnswer, ReadyAnswer
from devices.model import Text
from storage.readiness import IngestState, ingest_state, readiness

router = APIRouter(tags=["operation"], dependencies=[public(), Depends(check_parameter_names)])


@router.get("/healthz", responses=problems(422))
def healthz(response: Response) -> HealthAnswer:
    """The process is alive. It says nothing of the database."""
    response.headers["Cache-Control"] = "no-store"
    return HealthAnswer()


@router.get("/readyz", responses=problems(422))
def readyz(response: Response, context: Ctx) -> ReadyAnswer:
    """The database is reachable, its schema is the one that this version expects, and ingest keeps up; else 503."""
    with context.reader.session() as connection:
        found = readiness(connection)
        ingest = None if found.differences else ingest_state(connection)
    if found.differences:
        raise ApiProblem(
            Problem.NOT_MIGRATED,
            Text(
                f"Cấu trúc cơ sở dữ liệu khác với phiên bản này: {'; '.join(found.differences[:3])}. "
                "Hãy chạy: commune db migrate.",
                f"The database's schema differs from this version's: {'; '.join(found.differences[:3])}. "
                "Run: commune db migrate.",
            ),
            allowed="commune db migrate",
        )
    if ingest is not None and 0 < context.ready_lag_seconds < ingest.behind_seconds:
        raise _behind(ingest, context.ready_lag_seconds)
    response.headers["Cache-Control"] = "no-store"
    return ReadyAnswer(
        migration=found.migration,
        edition=found.edition,
        ingest_lag_seconds=None if ingest is None else round(ingest.behind_seconds, 1),
    )


def _behind(ingest: IngestState, limit_seconds: int) -> ApiProblem:
    if ingest.lag_seconds > limit_seconds:
        vi = f"Phiên tiếp nhận {ingest.client_id} đang giữ một bản tin đã {ingest.lag_seconds:.0f} giây chưa lưu"
        en = f"Ingest session {ingest.client_id} holds a message of {ingest.lag_seconds:.0f} seconds ago"
    else:
        vi = f"Phiên tiếp nhận {ingest.client_id} đã im lặng {ingest.silent_seconds:.0f} giây"
        en = f"Ingest session {ingest.client_id} has been silent for {ingest.silent_seconds:.0f} seconds"
    text = Text(f"{vi}; giới hạn là {limit_seconds} giây.", f"{en}; the limit is {limit_seconds} seconds.")
    return ApiProblem(Problem.INGEST_BEHIND, text, allowed={"COMMUNE_READY_LAG_SECONDS": str(limit_seconds)})


def _type_answer(problem: Problem) -> ProblemTypeAnswer:
    return ProblemTypeAnswer(type=problem.uri, status=problem.status, title=Words.of(problem.title))


@router.get(f"{PREFIX}/problems", responses=problems(422))
def list_problems() -> list[ProblemTypeAnswer]:
    """Every type of problem that the API reports."""
    return [_type_answer(problem) for problem in Problem]


@router.get(f"{PREFIX}/problems/{{name}}", responses=problems(404, 422))
def get_problem(name: Annotated[str, Path(examples=["unknown-field"])]) -> ProblemTypeAnswer:
    """One type of problem: the answer behind the `type` of a problem document."""
    names = [problem.slug for problem in Problem]
    for problem in Problem:
        if problem.slug == name:
            return _type_answer(problem)
    raise ApiProblem(
        Problem.UNKNOWN_PROBLEM,
        Text(f"Không có loại lỗi {shown(name)!r}.", f"There is no type of problem {shown(name)!r}."),
        allowed=names,
        did_you_mean=close_to(name, names),
    )
