"""`commune alerts forecast`: what gauges have learned about their floods, and how to let them learn."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from alerts.errors import TooLittlePast
from alerts.hourly import RAIN_KINDS, alarm_levels
from alerts.learning import learn, past_of
from commune.cli.common import echo_json, open_database
from storage.connect import Session
from storage.flood_models import FloodModel, Gauge, gauges, list_flood_models, put_flood_model


def forecast_command(
    fit: Annotated[bool, typer.Option("--fit", help="Let the gauges learn from their past first.")] = False,
    days: Annotated[float, typer.Option(min=30, help="With --fit: from so many days until now.")] = 365,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The flood forecast of each gauge: its error, and of how many floods it would have warned, unseen.

    A gauge warns only after it has learned, and where an alarm level is set for it. Let it learn again each rainy
    season. Rain gauges with the tag `upstream:CODE` are those whose water comes to the gauge CODE; where none has it,
    all rain gauges of the commune count.
    """
    with open_database() as session:
        there = gauges(session, RAIN_KINDS)
        if fit:
            _fit(session, there, days)
        subjects = {gauge.device_id: gauge.subject for gauge in there}
        models = [model for model in list_flood_models(session) if model.device_id in subjects]
    if as_json:
        echo_json([asdict(model) | {"gauge": subjects[model.device_id]} for model in models])
        return
    for model in models:
        typer.echo(f"{subjects[model.device_id]}: {_said(model)}")
    if not models:
        typer.echo("Chưa có trạm nào học dự báo / No gauge has learned a forecast: --fit", err=True)


def _fit(session: Session, there: list[Gauge], days: float) -> None:
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(hours=round(days * 24))
    levels = alarm_levels(session)
    for gauge in (gauge for gauge in there if gauge.kind == "water_level"):
        try:
            past = past_of(session, gauge, there, start, end)
            put_flood_model(session, learn(gauge, past, start, end, levels.get(gauge.device_id)))
        except TooLittlePast as error:
            typer.echo(f"{gauge.subject}: {error}", err=True)


def _said(model: FloodModel) -> str:
    told = f"± {model.error_cm:.1f} cm"
    if model.level_cm is None:
        return f"{told}; chưa đặt mức báo động / no alarm level is set"
    lead = "" if model.lead_hours is None else f", {model.lead_hours:g} h"
    return (
        f"{told}; {model.level_cm:g} cm: {model.hits}/{model.floods} lần lũ được báo trước / floods warned of{lead}, "
        f"{model.false_alarms} báo động giả / false alarms"
    )
