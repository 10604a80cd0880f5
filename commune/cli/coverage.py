"""`commune coverage`: mobile coverage of a commune, cells and dead spots, what changed, and where to measure next."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from commune.cli.common import echo_json, open_database
from commune.cli.coverage_asked import (
    CommuneArgument,
    JsonOption,
    OperatorOption,
    PeriodOption,
    ProfileOption,
    SurroundingsOption,
    TechnologyOption,
    read_rules,
    report_on,
)
from commune.cli.coverage_next import next_cells
from commune.coverage_upkeep import judge_cells
from commune.settings import read_settings
from reports.coverage.change import change_between
from reports.coverage.summary import CoverageReport, ShareFigure
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import (
    LEFT_OUT_NAMES,
    OUTCOME_NAMES,
    PROFILE_NAMES,
    SPOT_NAMES,
    STATE_NAMES,
    SURROUNDINGS_NAMES,
    TECHNOLOGY_NAMES,
    SignalProfile,
    Surroundings,
    Technology,
)
from reports.coverage_counts import count_noted, count_outdated
from reports.periods import FORM

app = typer.Typer(help="Mobile coverage: figures, cells, dead spots, change, next cells.", no_args_is_help=True)

app.command("next")(next_cells)


@app.callback()
def coverage() -> None:
    """Mobile coverage: figures, cells, dead spots, change, next cells."""


@app.command("show")
def show(
    commune: CommuneArgument,
    period: PeriodOption,
    operator: OperatorOption = None,
    technology: TechnologyOption = Technology.FIVE_G,
    surroundings: SurroundingsOption = Surroundings.OUTDOOR,
    profile: ProfileOption = SignalProfile.BASIC,
    target: Annotated[float | None, typer.Option(min=0, max=100, help="Judge the area against so many %.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The figures of area, people and priority sites, with bounds, intervals and every sample that does not count."""
    report = report_on(commune, period, operator, technology, surroundings, profile)
    verdict = None if target is None else verdict_of(report.area, target / 100, report.cells)
    if as_json:
        told = asdict(report) | {"rules": report.rules.model_dump(mode="json")}
        echo_json(told | ({} if verdict is None else {"verdict": asdict(verdict)}))
        return
    _print(report)
    if verdict is not None:
        name = OUTCOME_NAMES[verdict.outcome]
        typer.echo(f"{name.vi} / {name.en}: {verdict.reason.vi}\n{verdict.reason.en}")


@app.command("cells")
def cells(
    commune: CommuneArgument,
    period: PeriodOption,
    operator: OperatorOption = None,
    technology: TechnologyOption = Technology.FIVE_G,
    surroundings: SurroundingsOption = Surroundings.OUTDOOR,
    profile: ProfileOption = SignalProfile.BASIC,
    as_json: JsonOption = False,
) -> None:
    """The verdict on each cell of the grid, as CSV or JSON."""
    report = report_on(commune, period, operator, technology, surroundings, profile)
    rows = [asdict(cell) | {"share": cell.share} for cell in report.cells]
    if as_json:
        echo_json(rows)
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    typer.echo(text.getvalue(), nl=False)


@app.command("dead-spots")
def dead_spots(commune: CommuneArgument, period: PeriodOption, as_json: JsonOption = False) -> None:
    """Where people live without any mobile signal: trắng sóng and lõm sóng, of any operator and technology."""
    report = report_on(commune, period, None, Technology.ANY, Surroundings.OUTDOOR, SignalProfile.BASIC)
    if as_json:
        echo_json([asdict(spot) for spot in report.dead_spots])
        return
    for spot in report.dead_spots:
        typer.echo(f"{SPOT_NAMES[spot.state].vi:14} {spot.served:>4} / {spot.samples:<4} {spot.code} · {spot.name}")
    typer.echo(f"{sum(spot.state.is_dead for spot in report.dead_spots)} / {len(report.dead_spots)}")


@app.command("change")
def change(
    commune: CommuneArgument,
    earlier: Annotated[str, typer.Option("--from", help=f"The earlier period: {FORM}.")],
    later: Annotated[str, typer.Option("--to", help="The later period.")],
    operator: OperatorOption = None,
    technology: TechnologyOption = Technology.FIVE_G,
    as_json: JsonOption = False,
) -> None:
    """The cells that were won and lost between two periods, known for the first time, and known no more."""
    before, now = (
        report_on(commune, period, operator, technology, Surroundings.OUTDOOR, SignalProfile.BASIC)
        for period in (earlier, later)
    )
    found = change_between(before, now)
    if as_json:
        echo_json(asdict(found))
        return
    typer.echo(f"Được thêm / won: {len(found.won)} ({found.won_km2:.2f} km²) {' '.join(found.won)}")
    typer.echo(f"Mất / lost: {len(found.lost)} ({found.lost_km2:.2f} km²) {' '.join(found.lost)}")
    typer.echo(f"Mới đo / newly measured: {len(found.newly_measured)}")
    typer.echo(f"Không còn đủ mẫu / no longer known: {len(found.no_longer_measured)}")


@app.command("update")
def update(
    everything: Annotated[
        bool, typer.Option("--all", help="Also days that were counted by other numbers than the rules have now.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Count the days to which samples came, and judge the cells for dashboards, as `commune maintain` does."""
    settings = read_settings()
    rules = read_rules()
    console = Console(stderr=True)
    days, samples = 0, 0
    with open_database(settings) as session:
        count = (
            count_outdated(session, rules.coverage) if everything else count_noted(session, rules.coverage, wait=True)
        )
        for days, counted in enumerate(count, 1):
            samples += counted.samples
            if days % 20 == 0:
                console.print(f"{days:,} days, {samples:,} samples")
        judged = dict(judge_cells(session, rules, datetime.now(UTC)))
    if as_json:
        echo_json({"days": days, "samples": samples, "verdicts": judged})
    else:
        typer.echo(f"{days:,} days with {samples:,} samples were counted; {sum(judged.values()):,} verdicts on cells.")


def _print(report: CoverageReport) -> None:
    subject = report.subject
    typer.echo(
        f"{subject.commune} · {TECHNOLOGY_NAMES[subject.technology].vi} · {subject.operator or 'mọi nhà mạng'} · "
        f"{SURROUNDINGS_NAMES[subject.surroundings].vi} · {PROFILE_NAMES[subject.profile].vi}"
    )
    for name, figure in (("Diện tích", report.area), ("Dân số", report.population), ("Địa điểm", report.sites)):
        if figure is not None:
            typer.echo(f"{name:10} {_told(figure)}")
    states = ", ".join(
        f"{words.vi.lower()} {sum(cell.state is state for cell in report.cells)}"
        for state, words in STATE_NAMES.items()
    )
    typer.echo(f"{len(report.cells)} ô: {states}")
    counts = report.counts
    typer.echo(f"{counts.received:,} mẫu, {counts.used:,} được dùng, {counts.thinned:,} sau khi làm thưa")
    for cause, count in counts.left_out.items():
        if count:
            typer.echo(f"  loại {count:,}: {LEFT_OUT_NAMES[cause].vi.lower()}")
    for note in report.notes:
        typer.echo(note.vi)


def _told(figure: ShareFigure) -> str:
    def percent(share: float | None) -> str:
        return "–" if share is None else f"{share:.1%}"

    wilson = f"{percent(figure.wilson.low)}–{percent(figure.wilson.high)}" if figure.wilson else "–"
    return (
        f"đo được {percent(figure.measured)} (Wilson {wilson}), ít nhất {percent(figure.lower)}, nhiều nhất "
        f"{percent(figure.upper)}; khoảng 95 % {percent(figure.interval.low)}–{percent(figure.interval.high)}; "
        f"biết {figure.judged} / {figure.parts}"
    )
