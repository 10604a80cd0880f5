"""The accounts of devices at the broker: a new password, and the broker held against the registry."""

from __future__ import annotations

import time
from collections import Counter
from typing import Annotated

import typer

from broker.errors import BrokerError
from commune.cli.common import echo_json, fail, open_database
from commune.cli.device_life import CodeArgument, CommuneFilter, JsonOption, find_device
from commune.parts import broker_address, password_sealer
from commune.reconciling import Finding, reconcile
from commune.settings import read_settings
from devices.accounts import AccountState, DeviceAccount
from devices.passwords import new_password
from devices.registry import DeviceState
from storage.broker_accounts import account_of, ask_for_account
from storage.connect import Session

WAIT_SECONDS = 10.0
POLL_SECONDS = 0.05


def register(app: typer.Typer) -> None:
    """Add the commands to those of devices."""
    app.command("rotate")(rotate)
    app.command("reconcile")(reconcile_command)


def rotate(code: CodeArgument, commune: CommuneFilter = None, as_json: JsonOption = False) -> None:
    """Give a device a new password at the broker, and print it: this once.

    The old password ends at once, and a connection under it is cut. `commune maintain` tells the broker; while one of
    them is away, the account waits and comes by itself. Needs COMMUNE_SECRET_KEY, the same as `commune maintain`.
    """
    settings = read_settings()
    sealer = password_sealer(settings)
    if sealer is None:
        fail("COMMUNE_SECRET_KEY is not set: give it the value that `commune maintain` has", 2)
    password = new_password()
    with open_database(settings) as connection:
        row = find_device(connection, code, commune)
        if row.device.state is DeviceState.RETIRED:
            fail(f"{code} đã ngừng sử dụng, không cấp mật khẩu / {code} is retired and gets no password")
        ask_for_account(connection, row.device_id, sealer.seal(password))
        state = _settled(connection, row.device_id)
    account = DeviceAccount(row.device.commune, row.device.kind, row.device.code)
    said = {"username": account.username, "client_id": account.client_id, "password": password, "state": state}
    if as_json:
        echo_json({**said, "publishes": account.publishes, "subscribes": account.subscribes})
        return
    for name, value in said.items():
        typer.echo(f"{name:10} {value}")
    if state is not AccountState.READY:
        typer.echo(
            "máy chủ MQTT chưa nhận: hãy xem commune maintain có chạy không / "
            "the broker does not have it yet: see whether `commune maintain` runs",
            err=True,
        )


def _settled(connection: Session, device_id: int) -> AccountState:
    """Where the account stands once the broker has answered, or at the end of our patience."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        account = account_of(connection, device_id)
        state = account.state if account else AccountState.WAITING
        if state is not AccountState.WAITING or time.monotonic() > deadline:
            return state
        time.sleep(POLL_SECONDS)


def reconcile_command(
    repair: Annotated[bool, typer.Option("--repair", help="Bring the broker to what the registry says.")] = False,
    repair_foreign: Annotated[
        bool,
        typer.Option(
            "--repair-foreign", help="Also take away accounts and roles that are neither a device's nor a service's."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what --repair would do.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare the broker with the registry, both ways: accounts, client ids, roles, rules, groups, default access.

    The exit code is 1 while something stands otherwise. A device whose account the broker has lost needs a new
    password (`commune devices rotate`): with --repair it is marked so; none is invented. Uses the account `maintain`
    of the broker.
    """
    settings = read_settings()
    broker = broker_address(settings)
    with open_database(settings) as connection:
        try:
            findings = reconcile(
                connection,
                broker,
                repair=(repair or repair_foreign) and not dry_run,
                repair_foreign=repair_foreign and not dry_run,
            )
        except BrokerError as error:
            fail(str(error))
    still_open = [finding for finding in findings if finding.is_open]
    if as_json:
        echo_json({"findings": [finding.as_json() for finding in findings], "open": len(still_open)})
    else:
        _tell(findings)
    if still_open:
        raise typer.Exit(1)


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        drift = finding.drift
        typer.echo(f"{drift.name:28} {drift.sort:15} {finding.fate}: {drift.found} → {drift.wanted}")
    if not findings:
        typer.echo("máy chủ MQTT khớp với danh bạ / the broker stands as the registry says")
        return
    counts = Counter(finding.fate for finding in findings)
    typer.echo(", ".join(f"{count} {fate}" for fate, count in sorted(counts.items())))
