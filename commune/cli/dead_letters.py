"""What was set aside: list, show, replay, discard."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from commune.cli.common import echo_json, open_database
from devices.reasons import REASONS, Reason
from ingest.again import interpreter
from storage.registry import all_devices
from storage.replay import Replayed, discard, open_messages, replay
from storage.set_aside import DeadLetterFilter, LetterState, get_dead_letter, list_dead_letters

app = typer.Typer(help="What was set aside: list, show, replay, discard.", no_args_is_help=True)

ReasonOption = Annotated[Reason | None, typer.Option("--reason", help="Only of this reason.")]
CommuneOption = Annotated[str | None, typer.Option("--commune", help="Only of this commune.")]
DeviceOption = Annotated[str | None, typer.Option("--device", help="Only of the device of this code.")]
SinceOption = Annotated[datetime | None, typer.Option("--since", help="Only received at or after this time (UTC).")]
UntilOption = Annotated[datetime | None, typer.Option("--until", help="Only received before this time (UTC).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_command(
    reason: ReasonOption = None,
    commune: CommuneOption = None,
    device: DeviceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    state: Annotated[LetterState, typer.Option(help="What has become of them.")] = LetterState.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Dead letters, newest first."""
    wanted = DeadLetterFilter(reason, state, commune, device, since, until)
    with open_database() as connection:
        found = list_dead_letters(connection, wanted, limit=limit)
    if as_json:
        echo_json([asdict(letter) for letter in found])
        return
    for letter in found:
        when = letter.received_at.isoformat(timespec="seconds")
        field = f" {letter.field}={letter.value}" if letter.field else ""
        typer.echo(f"{letter.dead_letter_id:>8} {when} {letter.reason:14} {letter.topic}{field}: {letter.detail}")
    if not found:
        typer.echo("There are none.")


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(help="Number of a dead letter, as `list` prints it.")],
    as_json: JsonOption = False,
) -> None:
    """One dead letter with its payload as it came."""
    with open_database() as connection:
        found = get_dead_letter(connection, number)
    if found is None:
        typer.echo(f"there is no dead letter {number}", err=True)
        raise typer.Exit(1)
    letter, payload = found
    text = payload.decode("utf-8", "backslashreplace")
    if as_json:
        echo_json(asdict(letter) | {"payload": text})
        return
    for name, value in asdict(letter).items():
        typer.echo(f"{name:18} {value}")
    explanation = REASONS[Reason(letter.reason)][1]
    typer.echo(f"{'vi':18} {explanation.vi}\n{'en':18} {explanation.en}\n{'payload':18} {text}")


@app.command("replay")
def replay_command(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of dead letters. Unset: all open ones that fit the options.")
    ] = None,
    reason: ReasonOption = None,
    commune: CommuneOption = None,
    device: DeviceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many dead letters, oldest first.")] = 100_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become readings; store nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read dead letters anew by what is registered and declared now; what is in order becomes readings.

    Readings keep their own time, and the original time of receipt. A message is replayed with all of its dead letters.
    It may be done again at any time, and by several at once: nothing is stored twice.
    """
    wanted = _wanted(numbers, reason, commune, device, since, until)
    result = Replayed()
    console = Console(stderr=True)
    with (
        open_database(autocommit=True) as connection,
        Progress(console=console, transient=True, disable=as_json or not console.is_terminal) as progress,
    ):
        messages = open_messages(connection, wanted, limit=limit)
        read = interpreter({(known.commune, known.code): known for known in all_devices(connection)})
        task = progress.add_task("replaying", total=len(messages))
        for result in replay(connection, messages, read, dry_run=dry_run):
            progress.update(task, completed=result.messages)
    if as_json:
        echo_json(asdict(result) | {"dry_run": dry_run})
        return
    verb = "would be" if dry_run else "were"
    typer.echo(
        f"{result.messages:,} messages: {result.settled:,} dead letters {verb} settled, "
        f"{result.readings:,} readings {verb} kept, {result.still_open:,} dead letters stay open."
    )
    if result.elsewhere:
        typer.echo(f"{result.elsewhere:,} dead letters were settled by somebody else meanwhile.")


@app.command("discard")
def discard_command(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of dead letters, as `list` prints them; or use the options.")
    ] = None,
    reason: ReasonOption = None,
    commune: CommuneOption = None,
    device: DeviceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many dead letters, oldest first.")] = 100_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many there are; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Give dead letters up: they stay in the ledger as dead-lettered and are not replayed any more.

    Exits 1 when a number that was given is not that of an open dead letter.
    """
    wanted = _wanted(numbers, reason, commune, device, since, until)
    if wanted == DeadLetterFilter(state=LetterState.OPEN):
        raise typer.BadParameter("name dead letters, or at least one option that chooses some")
    with open_database(autocommit=True) as connection:
        messages = open_messages(connection, wanted, limit=limit)
        found = sorted(number for message in messages for number in message.numbers)
        if found and not (yes or dry_run):
            typer.confirm(f"Discard {len(found):,} dead letters? They cannot be replayed afterwards.", abort=True)
        count = discard(connection, found, dry_run=dry_run)
    if as_json:
        echo_json({"discarded": count, "dry_run": dry_run})
    else:
        open_ones = f"{count} of {len(set(numbers))} were open and" if numbers else f"{count:,} dead letters"
        typer.echo(f"{open_ones} {'would be' if dry_run else 'are'} discarded.")
    raise typer.Exit(1 if numbers and count < len(set(numbers)) else 0)


def _wanted(
    numbers: list[int] | None,
    reason: Reason | None,
    commune: str | None,
    device: str | None,
    since: datetime | None,
    until: datetime | None,
) -> DeadLetterFilter:
    """Which open dead letters are meant. Times without an offset are in UTC, as the session is."""
    chosen = tuple(numbers) if numbers else None
    return DeadLetterFilter(reason, LetterState.OPEN, commune, device, since, until, chosen)
