"""`commune devices clocks`: whose clock is off, and by how much."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from commune.cli.common import echo_json, fail, open_database
from devices.catalogue import KINDS
from storage.clocks import DeviceClock, device_clocks

PAGE = 200


def clocks(
    commune: Annotated[str | None, typer.Option("--commune", help="Only of this commune.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only of this kind.")] = None,
    hours: Annotated[
        float, typer.Option(min=0.1, max=8760, help="How far back from a device's newest reading to look.")
    ] = 24,
    skewed_only: Annotated[
        bool, typer.Option("--skewed-only", help="Only clocks that are surely off by more than two minutes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """How far the clock of each device is off, estimated so that late messages do not matter.

    `ahead` and `behind` are sure and more than two minutes; `late` may be a clock that is behind or a device whose
    messages all come late. Counts are of readings with the device's own time, with none, and with one not believed.
    """
    if kind is not None and kind not in KINDS:
        fail(f"không có loại {kind!r} / there is no kind {kind!r}: {', '.join(KINDS)}", 2)
    found: list[DeviceClock] = []
    with open_database() as connection:
        after = None
        while True:
            page = device_clocks(
                connection, commune=commune, kind=kind, after=after, limit=PAGE, span=timedelta(hours=hours)
            )
            found += [device for device in page if device.clock.is_skewed or not skewed_only]
            if len(page) < PAGE:
                break
            after = (page[-1].commune, page[-1].code)
    if as_json:
        echo_json([_as_data(device) for device in found])
        return
    for device in found:
        typer.echo(_line(device))
    if not found:
        typer.echo("No clock is off by more than two minutes." if skewed_only else "There are no devices.")


def _as_data(device: DeviceClock) -> dict[str, Any]:
    members = asdict(device)
    return {**members.pop("clock"), "skewed": device.clock.is_skewed, **members}


def _line(device: DeviceClock) -> str:
    offset = device.clock.offset_seconds
    by = "" if offset is None else f"{offset:+,.1f} s"
    counts = f"believed {device.believed:,}, absent {device.absent:,}, not believed {device.not_believed:,}"
    return f"{device.commune}/{device.code:24} {device.clock.state:8} {by:>16}  {counts}"
