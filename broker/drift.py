"""Where the broker stands otherwise than the registry says, both ways, and the commands that mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broker.access_rules import DEFAULT_ACCESS, SERVICES, Rule, rules_of
from broker.accounts import changing, disabling, forgetting, role_command
from broker.dynamic_security import Client, Command, State
from devices.accounts import DeviceAccount, is_device_name


class Sort(StrEnum):
    """In what way something stands otherwise."""

    MISSING_CLIENT = "missing_client"
    EXTRA_CLIENT = "extra_client"
    DISABLED = "disabled"
    ENABLED = "enabled"
    CLIENT_ID = "client_id"
    ROLES = "roles"
    GROUPS = "groups"
    MISSING_ROLE = "missing_role"
    EXTRA_ROLE = "extra_role"
    RULES = "rules"
    DEFAULT_ACCESS = "default_access"
    ANONYMOUS = "anonymous"
    FOREIGN_CLIENT = "foreign_client"
    FOREIGN_ROLE = "foreign_role"


FOREIGN = (Sort.FOREIGN_CLIENT, Sort.FOREIGN_ROLE)
"""What is neither a device's nor a service's by its name: somebody may have made it on purpose."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The account of a device as the registry says; one without a password has none at the broker."""

    account: DeviceAccount
    enabled: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that stands otherwise: of whom, in what way, what the broker has and what it should have.

    `mend` are the commands that put it right; none where only a new password can.
    """

    name: str
    sort: Sort
    found: str
    wanted: str
    mend: tuple[Command, ...] = ()

    @property
    def needs_password(self) -> bool:
        """True where the broker has lost an account with its password."""
        return self.sort is Sort.MISSING_CLIENT and is_device_name(self.name)


def compare(expected: Sequence[Expected], state: State, *, waiting: frozenset[str] = frozenset()) -> list[Drift]:
    """Everything that stands otherwise. Accounts that are `waiting` for `commune maintain` are passed over."""
    known = {one.account.username: one for one in expected if one.account.username not in waiting}
    drifts: list[Drift] = []
    for name, one in known.items():
        drifts += _of_device(one, state.clients.get(name), state.roles.get(name))
    for name, rules in SERVICES.items():
        drifts += _of_service(name, rules, state)
    drifts += _strangers(set(known) | set(SERVICES) | waiting, state)
    drifts += _of_everybody(state)
    return drifts


def _of_device(one: Expected, client: Client | None, rules: frozenset[Rule] | None) -> Iterator[Drift]:
    name = one.account.username
    if client is None:
        if one.enabled and one.has_password:
            yield Drift(name, Sort.MISSING_CLIENT, "no account", "an account; its password is lost: give a new one")
        return
    mended = tuple(changing(one.account, None)[1:2])
    if not one.enabled or not one.has_password:
        if not client.disabled:
            wanted = "disabled" if not one.enabled else "no account: it has no password of ours"
            yield Drift(name, Sort.ENABLED, "enabled", wanted, tuple(disabling(one.account)))
        return
    if client.disabled:
        enable: Command = {"command": "enableClient", "username": name}
        yield Drift(name, Sort.DISABLED, "disabled", "enabled", (enable,))
    if client.client_id != one.account.client_id:
        found = "any client id" if client.client_id is None else client.client_id
        yield Drift(name, Sort.CLIENT_ID, found, one.account.client_id, mended)
    if client.roles != (name,) and rules is not None:
        yield Drift(name, Sort.ROLES, ", ".join(client.roles) or "none", name, mended)
    if client.groups:
        yield Drift(name, Sort.GROUPS, ", ".join(client.groups), "none", mended)
    yield from _of_role(name, frozenset(rules_of(one.account)), rules, mended)


def _of_role(
    name: str, wanted: frozenset[Rule], found: frozenset[Rule] | None, then: Sequence[Command] = ()
) -> Iterator[Drift]:
    """A role that is missing, which nobody can have then, or has other rules. Who is to have it is given it `then`."""
    rules = sorted(wanted)
    if found is None:
        yield Drift(
            name, Sort.MISSING_ROLE, "no role", _in_words(wanted), (role_command("createRole", name, rules), *then)
        )
    elif found != wanted:
        yield Drift(
            name,
            Sort.RULES,
            f"more: {_in_words(found - wanted)}; less: {_in_words(wanted - found)}",
            f"{len(wanted)} rules",
            (role_command("modifyRole", name, rules),),
        )


def _of_service(name: str, rules: Sequence[Rule], state: State) -> Iterator[Drift]:
    client = state.clients.get(name)
    gives: Command = {"command": "modifyClient", "username": name, "roles": [{"rolename": name}], "groups": []}
    if client is None:
        yield Drift(name, Sort.MISSING_CLIENT, "no account", "an account: start the broker by its entry point")
    else:
        if client.disabled:
            enable: Command = {"command": "enableClient", "username": name}
            yield Drift(name, Sort.DISABLED, "disabled", "enabled", (enable,))
        if client.roles != (name,) and name in state.roles:
            yield Drift(name, Sort.ROLES, ", ".join(client.roles) or "none", name, (gives,))
        if client.groups:
            yield Drift(name, Sort.GROUPS, ", ".join(client.groups), "none", (gives,))
    yield from _of_role(name, frozenset(rules), state.roles.get(name), (gives,) if client else ())


def _strangers(known: set[str] | frozenset[str], state: State) -> Iterator[Drift]:
    for name, client in state.clients.items():
        if name in known:
            continue
        if is_device_name(name):
            yield Drift(name, Sort.EXTRA_CLIENT, _of_client(client), "no account", tuple(forgetting(name)[:1]))
        else:
            # Made on purpose or not, it may not act as one of ours.
            if worn := [role for role in client.roles if role in known]:
                taken = tuple({"command": "removeClientRole", "username": name, "rolename": role} for role in worn)
                yield Drift(name, Sort.ROLES, ", ".join(client.roles), "no role of ours", taken)
            remove = tuple(forgetting(name)[:1])
            yield Drift(name, Sort.FOREIGN_CLIENT, _of_client(client), "nobody of ours", remove)
    for name, rules in state.roles.items():
        if name in known:
            continue
        sort = Sort.EXTRA_ROLE if is_device_name(name) else Sort.FOREIGN_ROLE
        wanted = "no role" if is_device_name(name) else "no role of ours"
        yield Drift(name, sort, _in_words(rules), wanted, tuple(_taking_away(name, state)))


def _taking_away(role: str, state: State) -> Iterator[Command]:
    """Delete a role after taking it from all who have it: Mosquitto 2.0 crashes over it otherwise (its issue #2660)."""
    for client in state.clients.values():
        if role in client.roles:
            yield {"command": "removeClientRole", "username": client.username, "rolename": role}
    yield {"command": "deleteRole", "rolename": role}


def _of_everybody(state: State) -> Iterator[Drift]:
    if dict(state.default_access) != DEFAULT_ACCESS:
        acls = [{"acltype": name, "allow": allow} for name, allow in DEFAULT_ACCESS.items()]
        set_: Command = {"command": "setDefaultACLAccess", "acls": acls}
        yield Drift(
            "default access", Sort.DEFAULT_ACCESS, _access(state.default_access), _access(DEFAULT_ACCESS), (set_,)
        )
    if state.anonymous_group:
        # The plugin cannot unset it: an empty group in its place gives nothing.
        yield Drift(
            "anonymous group",
            Sort.ANONYMOUS,
            state.anonymous_group,
            "none: take its roles away by hand, and keep allow_anonymous false",
        )


def _of_client(client: Client) -> str:
    state = "disabled" if client.disabled else "enabled"
    return f"{state}, roles: {', '.join(client.roles) or 'none'}"


def _in_words(rules: frozenset[Rule]) -> str:
    said = [f"{'' if rule.allow else 'not '}{rule.access} {rule.topic}" for rule in sorted(rules)]
    return ", ".join(said) or "nothing"


def _access(access: Mapping[str, bool]) -> str:
    return ", ".join(f"{name} {'allowed' if access[name] else 'denied'}" for name in sorted(access))
