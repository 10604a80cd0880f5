"""`commune alerts override`: a rule set otherwise for a commune, a hamlet or a device, and taken back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from alerts.rules import BY_NAME, OFFLINE, RULES
from commune.cli.common import echo_json, fail, open_database
from storage.alert_desk import (
    AlertOverride,
    delete_override,
    list_overrides,
    override_of,
    put_override,
    undo_override,
)

app = typer.Typer(help="Rules of alerts set otherwise for a place: set, list, remove, undo.", no_args_is_help=True)

RuleArgument = Annotated[str, typer.Argument(help="Name of a rule, as `commune alerts rules` prints it.")]
CommuneOption = Annotated[str, typer.Option(help="Code of the commune.")]
HamletOption = Annotated[str | None, typer.Option(help="Only for this hamlet of it.")]
DeviceOption = Annotated[str | None, typer.Option(help="Only for this device of it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CHANGEABLE = [rule.name for rule in RULES if rule.is_about_readings or rule is OFFLINE]


@app.command("set")
def set_command(
    rule: RuleArgument,
    commune: CommuneOption,
    hamlet: HamletOption = None,
    device: DeviceOption = None,
    threshold: Annotated[float | None, typer.Option(help="In the unit of the rule. Unset: as the rule has it.")] = None,
    margin: Annotated[float | None, typer.Option(min=0, help="So far back it is over. Unset: as the rule.")] = None,
    hold_seconds: Annotated[
        int | None, typer.Option(min=0, max=604_800, help="So long it is waited. Unset: as the rule has it.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Switch the rule off there.")] = False,
) -> None:
    """Set a rule otherwise for a place; what was set there is replaced, and `undo` brings it back.

    The most exact place counts, number by number: the device, then its hamlet, then the commune.
    """
    _check(rule, hamlet, device)
    override = AlertOverride(rule, commune, hamlet, device, not off, threshold, margin, hold_seconds)
    with open_database() as connection:
        if put_override(connection, override) is None:
            fail(f"không có nơi này trong danh bạ / there is no such place in the registry: {_place(override)}")
    typer.echo(_said(override))


@app.command("list")
def list_command(
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None, as_json: JsonOption = False
) -> None:
    """What is set otherwise, and where."""
    with open_database() as connection:
        found = list_overrides(connection, rule)
    if as_json:
        echo_json([asdict(one) for one in found])
        return
    for one in found:
        typer.echo(_said(one))
    if not found:
        typer.echo("Chưa đặt riêng gì / Nothing is set otherwise", err=True)


@app.command("remove")
def remove_command(
    rule: RuleArgument, commune: CommuneOption, hamlet: HamletOption = None, device: DeviceOption = None
) -> None:
    """Let a place have the rule as it is again; `undo` brings the setting back."""
    _check(rule, hamlet, device)
    with open_database() as connection:
        there = override_of(connection, rule, commune, hamlet, device)
        if there is None:
            fail("ở đây không đặt riêng gì / nothing is set otherwise here")
        delete_override(connection, there.alert_override_id)
    typer.echo(f"– {_said(there)}")


@app.command("undo")
def undo_command(
    rule: RuleArgument, commune: CommuneOption, hamlet: HamletOption = None, device: DeviceOption = None
) -> None:
    """Take the last change of a place's setting back, whoever made it; doing it twice is doing it again."""
    _check(rule, hamlet, device)
    with open_database() as connection:
        was_there, override = undo_override(connection, rule, commune, hamlet, device)
    if not was_there:
        fail("ở đây chưa có gì để hoàn tác / nothing was ever set here that could be undone")
    typer.echo(_said(override) if override else f"{rule}: như quy tắc / as the rule has it")


def _check(rule: str, hamlet: str | None, device: str | None) -> None:
    if rule not in CHANGEABLE:
        reason = "cannot be set for a place" if rule in BY_NAME else "is no rule"
        fail(f"{rule!r} {reason}; there is {', '.join(CHANGEABLE)}", 2)
    if hamlet is not None and device is not None:
        fail("chỉ nêu thôn hoặc thiết bị / name a hamlet or a device, not both", 2)


def _place(one: AlertOverride) -> str:
    return "/".join(part for part in (one.commune, one.hamlet, one.device) if part is not None)


def _said(one: AlertOverride) -> str:
    """One setting in a line."""
    if not one.enabled:
        return f"{one.rule} {_place(one)}: tắt / off"
    numbers = {"threshold": one.threshold, "margin": one.margin, "hold_seconds": one.hold_seconds}
    told = ", ".join(f"{name} {value:g}" for name, value in numbers.items() if value is not None)
    return f"{one.rule} {_place(one)}: {told or 'như quy tắc / as the rule has it'}"
