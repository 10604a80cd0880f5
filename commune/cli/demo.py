"""`commune demo`: everything on this machine with a simulated commune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker.errors import BrokerError
from commune.cli.common import echo_json, fail
from commune.demo.ending import Ending
from commune.demo.plan import Plan
from commune.demo.reckoning import Reckoning
from commune.demo.show import Demonstration
from commune.settings import read_settings
from commune.stack.errors import StackError
from commune.stack.installations import Flavour
from simulators.errors import SimulatorError
from storage.errors import StorageError

INTERRUPTED = 130
DAYS = 3.0


def demo(
    seconds: Annotated[
        float | None, typer.Option(min=1, help="End after so many seconds and check the sum. Without it: until Ctrl-C.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The last line on standard output is one JSON object.")
    ] = False,
    speed: Annotated[float, typer.Option(min=0.1, help="Simulated seconds a second.")] = 60.0,
    days: Annotated[
        float | None, typer.Option(min=0, max=366, help="Days of history to write first. Unset: 3, with --fleet none.")
    ] = None,
    commune: Annotated[str, typer.Option(help="The sample commune.")] = "gia-loc",
    devices: Annotated[int | None, typer.Option(min=9, help="Simulate only so many, of all kinds.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 1,
    edition: Annotated[
        Flavour, typer.Option(help="PostgreSQL to run: timescaledb, plain, or auto (the first of them that is here).")
    ] = "auto",
    api_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the API. 0: any free port.")] = 0,
    chaos: Annotated[
        bool,
        typer.Option("--chaos", help="Kill, restart and cut ingest, database and broker at random while it runs."),
    ] = False,
    fleet: Annotated[
        str | None, typer.Option(help="Who has which faults: all-faults, bad-week, or the path of a .toml file.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Write down what is sent, and compare the database with it at the end.")
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Give the broker a TLS listener too, with an authority of its own.")
    ] = False,
) -> None:
    """Run everything on this machine: private database and broker, ingest, API, and a simulated commune.

    It needs no settings, touches no service of the machine, and leaves nothing behind; a second one beside it is
    welcome. With COMMUNE_DATABASE_URL it uses that database, and what it stores there stays. Exits 1 when
    published = received = stored + duplicate + dead_lettered does not hold at the end, a kind was not heard of, or the
    database does not hold what the --manifest says. What is killed when follows from --seed.
    """
    _check(days, fleet, manifest)
    past = days if days is not None else DAYS if fleet is None else 0.0
    plan = Plan(seconds, speed, past, commune, devices, seed, edition, api_port, chaos, fleet, manifest, tls)
    reckoning = show(plan, quiet=as_json)
    if as_json:
        echo_json(reckoning.as_dict())
    # In a demonstration that people watch, they may send messages of their own; the tutorial tells them to.
    watched = [*reckoning.losses(alone=False), *reckoning.testimony()]
    differences = watched if seconds is None else reckoning.differences()
    if differences:
        fail("\n".join(differences))


def _check(days: float | None, fleet: str | None, manifest: Path | None) -> None:
    """Fail where what is asked for contradicts itself."""
    if fleet is not None and days:
        fail("a history has no faults and would contradict a fleet that has: leave --days out, or --fleet", 2)
    if manifest is not None and manifest.exists():
        fail(f"{manifest} is there already; a manifest is of one run", 2)


def show(plan: Plan, *, quiet: bool) -> Reckoning:
    """Run the plan; with `quiet` people read standard error, so that standard output has the result only."""

    def tell(line: str) -> None:
        typer.echo(line, err=quiet)

    try:
        with Ending() as ending:
            reckoning = Demonstration(plan, read_settings(), tell, ending).run()
    except KeyboardInterrupt:
        fail("stopped before it began", INTERRUPTED)
    except (StackError, StorageError, BrokerError, SimulatorError) as error:
        fail(str(error))
    r = reckoning
    tell(
        f"published by the simulators {r.published}, received {r.received}: "
        f"stored {r.stored}, duplicate {r.duplicate}, set aside {r.dead_lettered}, in hand {r.in_hand}"
    )
    return reckoning
