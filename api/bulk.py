"""Many devices from a file: a verdict for each row, all written or none, and the new accounts told once.

Who asks for `application/x-ndjson` is told the progress in lines. Nothing is kept on the server in between: one who
leaves before the end has imported nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from threading import BoundedSemaphore, Event
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from api.access import Caller, needs
from api.bulk_answers import account_answers, sheets_of, verdict_answer
from api.context import PREFIX, CommunePath, Context, Ctx, check_parameter_names, problems, require_commune
from api.errors import ApiProblem, Problem
from api.registering import changing
from api.schemas import Words
from api.schemas_bulk import FORMS, ImportAnswer
from api.writes import WriteRoute
from devices.errors import SheetError
from devices.importing import MOST_BYTES, Sheet, parse_file, within
from devices.model import Text
from devices.people import Role
from storage.errors import DatabaseUnavailable, StorageError, VerdictsChanged
from storage.import_verdicts import Outcome
from storage.places import list_communes
from storage.registry_import import ImportReport, import_devices

logger = logging.getLogger(__name__)

NDJSON = "application/x-ndjson"
WAIT_SECONDS = 5.0
"""An import holds the registry, and the memory of its file: another one waits so long, then is told to come back."""


class FileRoute(WriteRoute):
    """A route whose body is a file of devices."""

    media_types = tuple(FORMS)
    most_bytes = MOST_BYTES
    wrong_type = Problem.NOT_A_DEVICE_FILE


router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[Depends(check_parameter_names)], route_class=FileRoute
)

Operator = Annotated[Caller, needs(Role.OPERATOR)]
_ONE_AT_A_TIME = BoundedSemaphore(1)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV (comma, semicolon or tab), XLSX or JSON.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in FORMS
            if "json" not in media_type
        },
    }
}
_LINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {NDJSON: {"schema": {"type": "string"}}}, "description": "A verdict a row"}
}


class LeftBeforeTheEnd(Exception):
    """The one who asked for the import is there no more."""


@dataclass(frozen=True, slots=True)
class Job:
    """One import: who asks for it, and for what."""

    context: Context
    caller: Caller
    commune: str
    sheet: Sheet
    dry_run: bool
    sheets: bool
    expected: str | None = None

    def run(self, progress: Callable[[int], None] = lambda _rows: None) -> ImportAnswer:
        """Judge the rows, and write them unless it is a dry run. Raises ApiProblem, StorageError."""
        if not _ONE_AT_A_TIME.acquire(timeout=WAIT_SECONDS):
            raise DatabaseUnavailable("another import is under way")
        try:
            with changing(self.context, self.caller) as session:
                report = import_devices(
                    session,
                    self.sheet.rows,
                    dry_run=self.dry_run,
                    progress=progress,
                    role=self.caller.role,
                    with_accounts=True,
                    sealer=self.context.sealer,
                    expected=self.expected,
                )
        except VerdictsChanged as error:
            raise _outdated() from error
        finally:
            _ONE_AT_A_TIME.release()
        if report.done:
            logger.info("%s imported %d devices into %s", self.caller.name, len(report.verdicts), self.commune)
        return self._answer(report)

    def _answer(self, report: ImportReport) -> ImportAnswer:
        context = self.context
        return ImportAnswer(
            dry_run=self.dry_run,
            done=report.done,
            etag=etag(report.digest),
            rows=len(report.verdicts),
            added=report.count(Outcome.ADDED),
            changed=report.count(Outcome.CHANGED),
            unchanged=report.count(Outcome.UNCHANGED),
            refused=report.count(Outcome.REFUSED),
            warned=sum(bool(verdict.warnings) for verdict in report.verdicts),
            notes=[Words.of(note) for note in self.sheet.notes],
            unused_columns=[Words.of(word) for word in self.sheet.unused],
            verdicts=[verdict_answer(verdict) for verdict in report.verdicts],
            accounts=account_answers(report.accounts),
            sheets=sheets_of(report, self.commune, context.broker, context.now()) if self.sheets else [],
        )


@router.post(
    "/communes/{commune}/devices/import",
    responses={**problems(403, 404, 412, 413, 415, 422), **_LINES},
    response_model=ImportAnswer,
    openapi_extra=_BODY,
)
async def import_file(
    request: Request,
    context: Ctx,
    caller: Operator,
    commune: CommunePath,
    dry_run: Annotated[bool, Query(description="Judge every row and change nothing.")] = False,
    sheets: Annotated[bool, Query(description="Give the new accounts as files (XLSX, CSV) too.")] = False,
    if_match: Annotated[
        str | None, Header(description="The etag of a dry run: 412 where the import would do something else by now.")
    ] = None,
) -> Response:
    """Register new devices and describe known ones anew, from a file: all rows or none, with a verdict on each.

    Columns may come in any order, under Vietnamese or English names. An empty cell empties nothing. With `Accept:
    application/x-ndjson` the progress comes in lines, and the last line holds the answer as `report`, or a `problem`.
    The passwords of new devices are in this answer only.
    """
    data = await request.body()
    sheet = await run_in_threadpool(_read, context, data, commune)
    expected = None if if_match is None else if_match.strip().strip('"')
    job = Job(context, caller, commune, sheet, dry_run, sheets, expected)
    headers = {"Cache-Control": "no-store"}
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_lines(job, request.url.path), media_type=NDJSON, headers=headers)
    answer = await run_in_threadpool(job.run)
    return Response(answer.model_dump_json(), media_type="application/json", headers=headers)


def _read(context: Context, data: bytes, commune: str) -> Sheet:
    with context.reader.session() as connection:
        require_commune(connection, commune)
        (name,) = (known.name for known in list_communes(connection) if known.code == commune)
    try:
        return within(parse_file(data, commune=commune, commune_name=name), commune)
    except SheetError as error:
        raise ApiProblem(
            Problem.UNREADABLE_FILE,
            Text(
                f"{error.text.vi[:1].upper()}{error.text.vi[1:]}.", f"{error.text.en[:1].upper()}{error.text.en[1:]}."
            ),
            allowed=f"{PREFIX}/devices/import-template?format=xlsx",
        ) from error


async def _lines(job: Job, path: str) -> AsyncIterator[bytes]:
    """The progress of an import, then what came of it, each as a line of JSON."""
    through: asyncio.Queue[int | None] = asyncio.Queue()
    loop, gone = asyncio.get_running_loop(), Event()

    def progress(rows: int) -> None:
        if gone.is_set():
            raise LeftBeforeTheEnd
        loop.call_soon_threadsafe(through.put_nowait, rows)

    def done(finished: asyncio.Future[ImportAnswer]) -> None:
        if isinstance(finished.exception(), LeftBeforeTheEnd):
            logger.info("%s left before the end of an import: nothing was written", job.caller.name)
        through.put_nowait(None)

    work = asyncio.ensure_future(run_in_threadpool(job.run, progress))
    work.add_done_callback(done)
    try:
        total = 0
        while (rows := await through.get()) is not None:
            total += rows
            yield _line({"through": total, "rows": len(job.sheet.rows)})
        yield _line({"report": work.result().model_dump(mode="json")})
    except ApiProblem as error:
        yield _line({"problem": error.body(path)})
    except StorageError as error:
        yield _line({"problem": _unavailable(error).body(path)})
    finally:
        # The browser may have left: what is not committed yet is taken back.
        gone.set()


def _line(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members) + b"\n"


def etag(digest: str) -> str:
    """What stands for an import as it was tried."""
    return f'"{digest}"'


def _outdated() -> ApiProblem:
    return ApiProblem(
        Problem.OUTDATED,
        Text(
            "Danh bạ đã thay đổi sau lần chạy thử. Hãy chạy thử lại và xem kết luận mới.",
            "The registry has changed since the file was tried. Try it again, and look at the new verdicts.",
        ),
        allowed={"If-Match": "the etag of a dry run of the same file"},
    )


def _unavailable(error: StorageError) -> ApiProblem:
    logger.warning("an import was given up: %s", error)
    return ApiProblem(
        Problem.DATABASE_UNAVAILABLE if isinstance(error, DatabaseUnavailable) else Problem.INTERNAL,
        Text(
            "Chưa ghi được gì: cơ sở dữ liệu không trả lời, hoặc đang có một lần nhập khác. Hãy thử lại.",
            "Nothing was written: the database does not answer, or another import is under way. Try again.",
        ),
    )
