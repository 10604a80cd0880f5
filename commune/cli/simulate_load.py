"""`commune simulate load`: many devices at once, to see what broker and ingest bear."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail, open_database, told_to_stop
from commune.cli.simulate_options import BrokerOption, JsonOption, broker_of, failures, live
from commune.sample import register_load
from commune.settings import read_settings
from simulators.load import Counts
from simulators.load_processes import Load, LoadResult, run_load


def load_command(
    devices: Annotated[int, typer.Option(min=1, help="So many devices, of a commune of their own, thu-tai.")] = 1000,
    rate: Annotated[
        float, typer.Option(min=0, help="Messages a second of all devices together. 0: as many as go.")
    ] = 1000.0,
    seconds: Annotated[float, typer.Option(min=0.1, help="Send for so long.")] = 10.0,
    processes: Annotated[int, typer.Option(min=1, help="Processes that share the devices.")] = 1,
    connections: Annotated[
        int | None, typer.Option(min=1, help="Connections that share the devices. Unset: one a process.")
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="Register the devices first, so that ingest stores what they send.")
    ] = False,
    broker: BrokerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a load at QoS 1, and count exactly what was acknowledged.

    The readings are those of environment stations, with times of now. Exits with 1 when the rate is not reached or the
    broker refuses anything; asks for nothing that the machine cannot do, and says why.
    """
    settings = read_settings()
    stopped = told_to_stop()
    load = Load(devices, rate, seconds, processes, connections)
    with failures():
        load.parts()
        if register:
            with open_database(settings) as session:
                added = register_load(session, devices)
            typer.echo(f"{added} devices registered, {devices - added} were already.", err=True)
        with live(as_json, "Connecting …", _how_far) as shown:
            result = run_load(load, broker_of(broker, settings), f"load-{os.getpid()}", stop=stopped, progress=shown)
    if as_json:
        echo_json(result.as_dict())
    else:
        typer.echo(_summary(result))
    if result.refused:
        fail(f"the broker refused {result.refused} of {result.published} messages: may this account publish for them?")
    if not result.is_reached and not stopped():
        fail(
            f"the rate was not reached: {result.rate_per_second:,.0f} messages a second of {rate:,.0f}. The broker or "
            "this machine can do no more, or more --processes can"
        )


def _summary(result: LoadResult) -> str:
    words = (
        f"{result.published} messages published, {result.acknowledged} acknowledged in {result.seconds:.1f} s: "
        f"{result.rate_per_second:,.0f} a second from {result.devices} devices over {result.connections} connections "
        f"of {result.processes} processes"
    )
    if result.unheard:
        words += f"; {result.unheard} were given to nobody, because nobody had subscribed"
    if result.resent:
        words += f"; {result.resent} were sent again after a connection was lost"
    return words


def _how_far(done: Counts) -> str:
    return f"{done.published:,} published, {done.acknowledged:,} acknowledged"
