"""The registry of devices: add, list, show. Files of devices are in `commune.cli.device_files`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from commune.cli import device_accounts, device_files, device_life
from commune.cli.clocks import clocks
from commune.cli.common import echo_json, fail, open_database
from devices.catalogue import KINDS
from devices.registry import Device, DeviceState
from devices.topics import Channel, Topic
from storage import device_changes
from storage.device_changes import Changed
from storage.registry import DeviceRow, add_device, count_devices, list_devices

app = typer.Typer(help="The registry of devices: add, list, show, import, export; their life.", no_args_is_help=True)
app.command("clocks")(clocks)
device_life.register(app)
device_files.register(app)
device_accounts.register(app)

PAGE = 500
CommuneFilter = Annotated[str | None, typer.Option("--commune", help="Only of this commune.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Code, unique in the commune: a-z, 0-9, - and _.")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")],
    commune: Annotated[str, typer.Option(help="Code of the commune.")],
    name: Annotated[str, typer.Option(help="Name, with accents.")] = "",
    latitude: Annotated[float | None, typer.Option(help="Degrees north, WGS 84.")] = None,
    longitude: Annotated[float | None, typer.Option(help="Degrees east, WGS 84.")] = None,
    height: Annotated[float | None, typer.Option(help="Metres above the ground.")] = None,
    interval: Annotated[int | None, typer.Option(help="Seconds between messages. Unset: that of the kind.")] = None,
    hamlet: Annotated[str | None, typer.Option(help="Code of the hamlet.")] = None,
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    state: Annotated[DeviceState, typer.Option(help="Where it stands in its life.")] = DeviceState.REGISTERED,
    model: Annotated[str, typer.Option(help="Model.")] = "",
    maker: Annotated[str, typer.Option(help="Maker.")] = "",
    serial: Annotated[str, typer.Option(help="Serial number.")] = "",
    note: Annotated[str, typer.Option(help="Anything else.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Describe it anew when the code is taken.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Register one device, and say on which topic it is to publish."""
    device = Device(
        commune,
        code,
        kind,
        name,
        latitude,
        longitude,
        height,
        hamlet,
        site,
        interval,
        state,
        model,
        maker,
        serial,
        note,
    )
    with open_database() as connection, connection.transaction():
        if replace:
            done = Changed(add_device(connection, device, replace=True), 0)
        else:
            done = device_changes.register(connection, device)
    topic = str(Topic(commune, kind, code, Channel.TELEMETRY))
    if as_json:
        echo_json({"device_id": done.device_id, "commune": commune, "code": code, "kind": kind, "topic": topic})
    else:
        typer.echo(f"Đã đăng ký {code}; thiết bị gửi tới {topic} / {code} is registered and publishes to {topic}")
    for warning in done.warnings:
        typer.echo(f"{warning.vi} / {warning.en}", err=True)


@app.command("list")
def list_command(
    commune: CommuneFilter = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only of this kind.")] = None,
    hamlet: Annotated[str | None, typer.Option("--hamlet", help="Only of the hamlet of this code.")] = None,
    state: Annotated[DeviceState | None, typer.Option("--state", help="Only in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Registered devices by commune and code."""
    if kind is not None and kind not in KINDS:
        fail(f"không có loại {kind!r} / there is no kind {kind!r}: {', '.join(KINDS)}", 2)
    rows: list[DeviceRow] = []
    with open_database() as connection:
        total = count_devices(connection, commune=commune, kind=kind, hamlet=hamlet, state=state)
        while len(rows) < min(limit, total):
            after = (rows[-1].device.commune, rows[-1].device.code) if rows else None
            size = min(PAGE, limit - len(rows))
            page = list_devices(
                connection, commune=commune, kind=kind, hamlet=hamlet, state=state, after=after, limit=size
            )
            if not page:
                break
            rows.extend(page)
    if as_json:
        echo_json([_as_data(row) for row in rows])
        return
    for row in rows:
        device = row.device
        typer.echo(f"{device.commune:16} {device.code:28} {device.kind:14} {device.state:12} {device.name}")
    typer.echo(f"{len(rows):,} / {total:,}", err=True)


@app.command("show")
def show(
    code: Annotated[str, typer.Argument(help="Code of the device.")],
    commune: CommuneFilter = None,
    as_json: JsonOption = False,
) -> None:
    """One device with all that is registered of it."""
    with open_database() as connection:
        row = device_life.find_device(connection, code, commune)
    if as_json:
        echo_json(_as_data(row))
        return
    for name, value in _as_data(row).items():
        typer.echo(f"{name:26} {'' if value is None else value}")


def _as_data(row: DeviceRow) -> dict[str, Any]:
    return {
        "device_id": row.device_id,
        **asdict(row.device),
        "registered_at": row.registered_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }
