"""`commune simulate verify`: a manifest against the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail, open_database
from commune.witness import compare, compare_settled, in_words, report_of
from simulators.errors import SimulatorError
from simulators.found import Verdict
from simulators.manifest import Record
from storage.connect import Session

ManifestOption = Annotated[
    Path, typer.Option(help="The manifest that `simulate run` or `simulate backfill` has written.")
]


def verify_command(
    manifest: ManifestOption,
    wait: Annotated[
        float, typer.Option(min=0, help="Give ingest up to so many seconds to settle what it has been sent.")
    ] = 30.0,
    alerts: Annotated[
        bool,
        typer.Option(
            "--alerts",
            help="Hold the alerts against those that are foretold: `commune maintain` has judged the run all along. "
            "A storm is always judged.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare the manifest of a run with the database, and print each difference; exits 1 when there is any.

    Every reading, status, event and dead letter that the run must have left is looked for, with its values, its time
    and whose clock that is; and everything that came since the run began must be in the manifest. Nothing else may
    have published for the same commune meanwhile. The readings of a backfill are compared day by day, by sums over each
    field, and one by one where a day differs; nothing else may lie in its time.
    """
    try:
        with Record(manifest) as record, open_database() as session:
            verdict = compare(session, record) if record.is_history else _settled(session, record, wait, alerts)
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


def _settled(session: Session, record: Record, wait: float, alerts: bool) -> Verdict:
    """A storm was settled as it was lived; ingest is given time for what it has been sent."""
    if record.is_lived:
        return compare(session, record)
    return compare_settled(session, record, wait, alerts=alerts)
