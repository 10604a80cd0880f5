"""`commune doctor`: what is wrong with this installation."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from commune.diagnosis import CHECKS, diagnose
from commune.findings import Finding, State

_COLOURS = {State.OK: typer.colors.GREEN, State.WARN: typer.colors.YELLOW, State.FAIL: typer.colors.RED}


def doctor(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"Make this check only; may be given again. One of {', '.join(CHECKS)}."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Look for what is wrong: settings, database, migrations, broker and its queues, sessions, alerts, clock, disk.

    One line a check, in English and Vietnamese. Exit code 1 when a check failed; warnings do not count.
    """
    unknown = sorted(set(only or ()) - CHECKS.keys())
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there is {', '.join(CHECKS)}", param_hint="--only")
    findings = diagnose(only or CHECKS)
    failed = any(finding.state is State.FAIL for finding in findings)
    if as_json:
        typer.echo(orjson.dumps({"ok": not failed, "checks": [_as_data(finding) for finding in findings]}))
    else:
        for finding in findings:
            mark = typer.style(f"{finding.state.value:<4}", fg=_COLOURS[finding.state], bold=True)
            typer.echo(f"{mark}  {finding.check:<10}  {finding.text.en} · {finding.text.vi}")
    if failed:
        raise typer.Exit(1)


def _as_data(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "state": finding.state.value,
        "message": finding.text.en,
        "message_vi": finding.text.vi,
    }
