"""The life of one device: its state, what takes its place, and its history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from commune.cli.common import echo_json, fail, open_database
from devices.lifecycle import STATE_WORDS
from devices.registry import DeviceState
from storage import device_changes
from storage.audit import AuditEntry, AuditFilter, list_audit
from storage.broker_accounts import ask_for_account
from storage.connect import Session
from storage.device_changes import Changed
from storage.registry import DeviceRow, list_devices

CodeArgument = Annotated[str, typer.Argument(help="Code of the device.")]
CommuneFilter = Annotated[
    str | None, typer.Option("--commune", help="Its commune, where several have a device of this code.")
]
NoteOption = Annotated[str, typer.Option(help="Why; kept in the audit trail.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UTC_PLUS_7 = timedelta(hours=7)


def register(app: typer.Typer) -> None:
    """Add the commands to those of devices."""
    app.command("state")(state)
    app.command("replace")(replace)
    app.command("history")(history)


def find_device(connection: Session, code: str, commune: str | None) -> DeviceRow:
    """The one device of this code; ends the command where there is none, or there are several."""
    rows = list_devices(connection, code=code, commune=commune, limit=11)
    if not rows:
        fail(f"không có thiết bị {code!r} / there is no device {code!r}")
    if len(rows) > 1:
        communes = ", ".join(row.device.commune for row in rows)
        fail(
            f"có nhiều thiết bị mã {code!r}, hãy thêm --commune ({communes}) / "
            f"several devices have the code {code!r}, add --commune ({communes})"
        )
    return rows[0]


def state(
    code: CodeArgument,
    wanted: Annotated[DeviceState, typer.Argument(help="The state that it is to be led to.")],
    commune: CommuneFilter = None,
    note: NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Lead a device to another state of its life; a step that makes no sense is refused in words.

    A registered device becomes active by itself with its first message. Retired is final.
    """
    with open_database() as connection, connection.transaction():
        row = find_device(connection, code, commune)
        pair = (row.device.commune, row.device.code)
        done = device_changes.change_state(connection, pair, wanted, role=None, note=note, expected=None)
    word = STATE_WORDS[wanted]
    _tell(done, pair, as_json, f"{code}: {word.vi} / {code} is {word.en}")


def replace(
    code: CodeArgument,
    serial: Annotated[str, typer.Option(help="Serial number of the new hardware.")] = "",
    new_code: Annotated[str | None, typer.Option("--code", help="Code of a new device. Unset: the same code.")] = None,
    model: Annotated[str | None, typer.Option(help="Its model. Unset: the same.")] = None,
    maker: Annotated[str | None, typer.Option(help="Its maker. Unset: the same.")] = None,
    commune: CommuneFilter = None,
    note: NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put new hardware in a device's place: under its code and history, or with --code as a new device.

    With --code the old device is retired and keeps its history. The new hardware needs a password of its own.
    """
    hardware = {"serial": serial, "model": model, "maker": maker}
    with open_database() as connection, connection.transaction():
        row = find_device(connection, code, commune)
        pair = (row.device.commune, row.device.code)
        members = {name: value for name, value in hardware.items() if value is not None}
        if new_code is None or new_code == code:
            done = device_changes.swap(connection, pair, members, note=note, expected=None)
        else:
            done = device_changes.succeed(
                connection, pair, members | {"code": new_code}, role=None, note=note, expected=None
            )
            ask_for_account(connection, done.device_id, None)
    served = new_code or code
    _tell(
        done,
        (pair[0], served),
        as_json,
        f"{code}: đã thay; hãy cấp mật khẩu mới cho {served} / {code} is replaced; give {served} a new password",
    )


def history(code: CodeArgument, commune: CommuneFilter = None, as_json: JsonOption = False) -> None:
    """The devices that served one after the other at this place, and all that was changed of this one."""
    with open_database() as connection:
        row = find_device(connection, code, commune)
        chain = device_changes.chain_of(connection, row.device_id)
        subject = f"{row.device.commune}/{row.device.code}"
        entries = list_audit(connection, AuditFilter(subject=subject), limit=10_000)[::-1]
    if as_json:
        echo_json({"chain": [asdict(link) for link in chain], "changes": [asdict(entry) for entry in entries]})
        return
    for link in chain:
        until = f"{link.retired_at + UTC_PLUS_7:%Y-%m-%d}" if link.retired_at else "…"
        since = f"{link.registered_at + UTC_PLUS_7:%Y-%m-%d}"
        typer.echo(f"{since} – {until:10} {link.code:28} {link.model} {link.serial} ({link.state})")
    for entry in entries:
        typer.echo(line_of(entry))


def line_of(entry: AuditEntry) -> str:
    """A change in one line; its time is that of UTC+7."""
    changes = ", ".join(_change(name, entry) for name in (entry.after or entry.before or {}))
    said = f"  «{entry.note}»" if entry.note else ""
    return (
        f"{entry.at + UTC_PLUS_7:%Y-%m-%d %H:%M:%S}  {entry.actor:16} {entry.action:9} "
        f"{entry.subject_kind} {entry.subject}: {changes}{said}"
    )


def _change(name: str, entry: AuditEntry) -> str:
    after = (entry.after or {}).get(name)
    if entry.before is None or entry.after is None:
        return f"{name} {after if entry.after else entry.before and entry.before[name]}"
    return f"{name} {entry.before.get(name)} → {after}"


def _tell(done: Changed, pair: tuple[str, str], as_json: bool, words: str) -> None:
    data: dict[str, Any] = {"commune": pair[0], "code": pair[1], **asdict(done)}
    if as_json:
        echo_json(data)
        return
    typer.echo(words)
    for warning in done.warnings:
        typer.echo(f"{warning.vi} / {warning.en}", err=True)
