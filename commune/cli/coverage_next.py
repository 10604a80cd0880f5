"""`commune coverage next`: the cells to measure next, as lines, JSON or a file for navigation."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from commune.cli.common import fail
from commune.cli.coverage_asked import (
    CommuneArgument,
    OperatorOption,
    PeriodOption,
    ProfileOption,
    SurroundingsOption,
    TechnologyOption,
    report_on,
)
from reports.coverage import told, tracks
from reports.coverage.drive import MOST_STOPS, Drive, plan_drive
from reports.coverage.route import PLACE_FORM, Place, place_of
from reports.coverage.words import OUTCOME_NAMES, SignalProfile, Surroundings, Technology


class DriveForm(StrEnum):
    """What a drive is written as."""

    TEXT = "text"
    JSON = "json"
    GPX = "gpx"
    KML = "kml"


def next_cells(
    commune: CommuneArgument,
    period: PeriodOption,
    target: Annotated[float, typer.Option(min=0, max=100, help="Share of the area to be reached, in %.")] = 60,
    most: Annotated[int, typer.Option(min=1, max=MOST_STOPS, help="Most cells of the drive.")] = 30,
    start: Annotated[str | None, typer.Option(help=f"Where the drive begins: {PLACE_FORM}.")] = None,
    operator: OperatorOption = None,
    technology: TechnologyOption = Technology.FIVE_G,
    surroundings: SurroundingsOption = Surroundings.OUTDOOR,
    profile: ProfileOption = SignalProfile.BASIC,
    form: Annotated[
        DriveForm | None,
        typer.Option("--format", help="text, json, gpx or kml. Unset: by the ending of --out, else text."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write to. Unset or `-`: standard output.")] = None,
) -> None:
    """Where to measure next: the cells that would settle a verdict soonest, in the order of a drive.

    GPX and KML are opened by navigation on a phone. What a cell brings is told with it.
    """
    chosen = form or _form_of(out)
    place = _start(start)
    drive = plan_drive(
        report_on(commune, period, operator, technology, surroundings, profile), target / 100, most, place
    )
    content = _written(drive, chosen, tracks.drive_name(commune, period))
    if out is None or str(out) == "-":
        typer.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"không ghi được tệp / cannot write {out}: {error.strerror}")
    typer.echo(f"{out}: {len(drive.stops)} ô / cells, {drive.km:.1f} km", err=True)


def _form_of(out: Path | None) -> DriveForm:
    ending = "" if out is None else out.suffix.removeprefix(".").lower()
    return DriveForm(ending) if ending in set(DriveForm) else DriveForm.TEXT


def _start(text: str | None) -> Place | None:
    if text is None:
        return None
    place = place_of(text)
    if place is None:
        fail(f"--start: {text!r}; vĩ độ,kinh độ / {PLACE_FORM}", 2)
    return place


def _written(drive: Drive, form: DriveForm, name: str) -> bytes:
    if form is DriveForm.GPX:
        return tracks.gpx(drive, name)
    if form is DriveForm.KML:
        return tracks.kml(drive, name)
    if form is DriveForm.JSON:
        stops = [{"number": at, **told.row_of(stop, told.STOP_COLUMNS)} for at, stop in enumerate(drive.stops, 1)]
        return orjson.dumps(told.drive_members(drive) | {"stops": stops}, option=orjson.OPT_INDENT_2) + b"\n"
    return "".join(f"{line}\n" for line in [*_lines(drive), *_summary(drive)]).encode()


def _lines(drive: Drive) -> list[str]:
    return [
        f"{number:>3}. {stop.latitude:.6f},{stop.longitude:.6f} {stop.cell} +{stop.km:.1f} km "
        f"{stop.hamlet or '-'} · {tracks.said(stop).vi}"
        for number, stop in enumerate(drive.stops, 1)
    ]


def _summary(drive: Drive) -> list[str]:
    total = (
        f"{len(drive.stops)} / {drive.unknown} ô chưa biết, {drive.km:.1f} km đường chim bay, dịch cận {drive.gain:.1%}"
    )
    if not drive.stops:
        return ["Không còn ô nào phải đo. / No cell is left to measure."]
    if drive.settled_with is None:
        return [f"{total}. Chưa đủ để kết luận / not enough to settle the verdict."]
    name = OUTCOME_NAMES[drive.expected]
    return [f"{total}. Dự kiến / expected: {name.vi} / {name.en} sau / after {drive.settled_with} ô / cells."]
