"""`commune simulate verify`: a manifest against the database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from commune.cli.common import echo_json, fail, open_database
from commune.witness import compare, wait_until_quiet
from simulators.errors import SimulatorError
from simulators.found import Verdict
from simulators.manifest import Record

ManifestOption = Annotated[Path, typer.Option(help="The manifest that `simulate run --manifest` has written.")]


def verify_command(
    manifest: ManifestOption,
    wait: Annotated[
        float, typer.Option(min=0, help="Give ingest up to so many seconds to settle what it has been sent.")
    ] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare the manifest of a run with the database, and print each difference; exits 1 when there is any.

    Every reading, status, event and dead letter that the run must have left is looked for, with its values, its time
    and whose clock that is; and everything that came since the run began must be in the manifest. Nothing else may
    have published for the same commune meanwhile.
    """
    try:
        with Record(manifest) as record, open_database() as session:
            wait_until_quiet(session, wait)
            verdict = compare(session, record)
            report = report_of(record, verdict)
    except SimulatorError as error:
        fail(str(error), 2)
    if as_json:
        echo_json(report)
    else:
        for difference in verdict.differences:
            typer.echo(str(difference))
        typer.echo(in_words(report))
    if verdict.differences:
        raise typer.Exit(1)


def report_of(record: Record, verdict: Verdict) -> dict[str, Any]:
    """What a comparison came to, ready for JSON."""
    return {
        "run": record.run,
        "digest": record.digest(),
        "messages": verdict.messages,
        "fates": record.fates(),
        "faults": record.faults(),
        "compared": {"readings": verdict.readings, "notes": verdict.notes, "dead_letters": verdict.letters},
        "unanswered": verdict.doubtful,
        "differences": [asdict(difference) for difference in verdict.differences],
    }


def in_words(report: dict[str, Any]) -> str:
    """The same in some lines."""
    compared = report["compared"]
    faults = ", ".join(f"{name} {count}" for name, count in report["faults"].items()) or "none"
    return (
        f"{len(report['differences'])} differences in {report['messages']} messages: {compared['readings']} readings, "
        f"{compared['notes']} statuses and events, {compared['dead_letters']} dead letters compared\n"
        f"messages struck by faults: {faults}"
    )
