"""From the account that a device shall have to the commands that make it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from broker.access_rules import Rule, rules_of
from broker.dynamic_security import Command, DynamicSecurity
from devices.accounts import DeviceAccount

HARMLESS = {
    "disableClient": ("Client not found",),
    "deleteClient": ("Client not found",),
    "deleteRole": ("Role not found",),
}
"""What the plugin says when there was nothing to be done."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the broker shall know of a device. A password of None: the one that it has."""

    account: DeviceAccount
    enabled: bool
    password: str | None = None
    is_new: bool = False
    """The broker is likely not to know it yet; it may, and that is no fault."""


class Fate(StrEnum):
    """What became of a wish. `lost`: the broker did not know the account and there is no password to make it with."""

    DONE = "done"
    LOST = "lost"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a wish, with the broker's words where it failed."""

    fate: Fate
    words: str = ""


def fulfil(control: DynamicSecurity, wishes: Sequence[Wish]) -> list[Outcome]:
    """Make the broker know what is wished: in one message, and where it stands otherwise than thought, in two more.

    Whoever is connected under an account that changes is cut off. What was done already may be wished again. Raises
    BrokerError.
    """
    outcomes = _tell(control, [_likely(wish) for wish in wishes])
    failed = [number for number, outcome in enumerate(outcomes) if outcome.fate is Fate.FAILED]
    exact = _exact(control, [wishes[number] for number in failed])
    told = _tell(control, [commands or [] for commands in exact])
    for number, commands, outcome in zip(failed, exact, told, strict=True):
        outcomes[number] = Outcome(Fate.LOST) if commands is None else outcome
    return outcomes


def forget(control: DynamicSecurity, usernames: Sequence[str]) -> list[Outcome]:
    """Take accounts and their roles from the broker; one that it does not know is done."""
    return _tell(control, [forgetting(name) for name in usernames])


def forgetting(username: str) -> list[Command]:
    """The commands that take an account and its role from the broker, in this order: see mosquitto #2660."""
    return [{"command": "deleteClient", "username": username}, {"command": "deleteRole", "rolename": username}]


def creating(account: DeviceAccount, password: str) -> list[Command]:
    """The commands that make an account that is not there."""
    name = account.username
    client = {"username": name, "password": password, "clientid": account.client_id, "roles": [{"rolename": name}]}
    return [role_command("createRole", name, rules_of(account)), {"command": "createClient", **client}]


def changing(account: DeviceAccount, password: str | None) -> list[Command]:
    """The commands that bring an account that is there in order, and let it in."""
    name = account.username
    client = {"username": name, "clientid": account.client_id, "roles": [{"rolename": name}], "groups": []}
    word = {"password": password} if password is not None else {}
    return [
        role_command("modifyRole", name, rules_of(account)),
        {"command": "modifyClient", **client, **word},
        {"command": "enableClient", "username": name},
    ]


def disabling(account: DeviceAccount) -> list[Command]:
    """The command that shuts an account out and cuts it off."""
    return [{"command": "disableClient", "username": account.username}]


def role_command(command: str, name: str, rules: Sequence[Rule]) -> Command:
    """A command that gives a role its rules."""
    return {"command": command, "rolename": name, "acls": [rule.as_json() for rule in rules]}


def _likely(wish: Wish) -> list[Command]:
    """What makes the wish true if the broker stands as we think."""
    if not wish.enabled:
        return disabling(wish.account)
    if wish.is_new and wish.password is not None:
        return creating(wish.account, wish.password)
    return changing(wish.account, wish.password)


def _exact(control: DynamicSecurity, wishes: Sequence[Wish]) -> list[list[Command] | None]:
    """What makes each wish true as the broker really stands; None where it cannot be for want of a password."""
    names = [wish.account.username for wish in wishes]
    errors = iter(control.do([command for name in names for command in _asking(name)]))
    exact: list[list[Command] | None] = []
    for wish in wishes:
        has_client, has_role = next(errors) is None, next(errors) is None
        rest = changing(wish.account, wish.password)
        if not has_client:
            rest = [rest[0], creating(wish.account, wish.password)[1]] if wish.password is not None else []
        if not has_role and rest:
            rest[0] = creating(wish.account, "")[0]
        exact.append(rest or None)
    return exact


def _asking(username: str) -> list[Command]:
    return [{"command": "getClient", "username": username}, {"command": "getRole", "rolename": username}]


def _tell(control: DynamicSecurity, told: Sequence[list[Command]]) -> list[Outcome]:
    """Send groups of commands in one message; the outcome of each group."""
    errors = iter(control.do([command for commands in told for command in commands]))
    return [_outcome(commands, [next(errors) for _ in commands]) for commands in told]


def _outcome(commands: Sequence[Command], errors: Sequence[str | None]) -> Outcome:
    grave = [
        f"{command['command']}: {error}"
        for command, error in zip(commands, errors, strict=True)
        if error is not None and error not in HARMLESS.get(command["command"], ())
    ]
    return Outcome(Fate.FAILED, "; ".join(grave)) if grave else Outcome(Fate.DONE)
