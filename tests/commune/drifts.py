"""Every sort of drift of a broker from the registry, as commands that bring it about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.access_rules import rules_of
from broker.drift import Sort
from broker.dynamic_security import Command
from devices.accounts import DeviceAccount

LAMP, OTHER = DeviceAccount("gia-loc", "lighting", "den-07"), DeviceAccount("gia-loc", "lighting", "den-08")
NAME = LAMP.username
WIDER = {"acltype": "publishClientSend", "topic": "xa/#", "allow": True, "priority": 0}

SEEDS: Mapping[str, tuple[Sequence[Command], str, Sort]] = {
    "an account is gone": ([{"command": "deleteClient", "username": NAME}], NAME, Sort.MISSING_CLIENT),
    "an account too many": (
        [{"command": "createClient", "username": "gia-loc.nobody", "password": "x"}],
        "gia-loc.nobody",
        Sort.EXTRA_CLIENT,
    ),
    "disabled by hand": ([{"command": "disableClient", "username": NAME}], NAME, Sort.DISABLED),
    "enabled by hand": ([{"command": "enableClient", "username": OTHER.username}], OTHER.username, Sort.ENABLED),
    "a role is gone": (
        [
            {"command": "removeClientRole", "username": NAME, "rolename": NAME},
            {"command": "deleteRole", "rolename": NAME},
        ],
        NAME,
        Sort.MISSING_ROLE,
    ),
    "a role too many": (
        [{"command": "createRole", "rolename": "gia-loc.nobody", "acls": [WIDER]}],
        "gia-loc.nobody",
        Sort.EXTRA_ROLE,
    ),
    "a rule more": ([{"command": "addRoleACL", "rolename": NAME, **WIDER}], NAME, Sort.RULES),
    "a rule less": (
        [{"command": "removeRoleACL", "rolename": NAME, "acltype": "publishClientSend", "topic": LAMP.publishes[0]}],
        NAME,
        Sort.RULES,
    ),
    "a rule turned round": (
        [
            {
                "command": "modifyRole",
                "rolename": NAME,
                "acls": [{**rule.as_json(), "allow": False} for rule in rules_of(LAMP)],
            }
        ],
        NAME,
        Sort.RULES,
    ),
    "no client id bound": ([{"command": "setClientId", "username": NAME}], NAME, Sort.CLIENT_ID),
    "another client id bound": (
        [{"command": "setClientId", "username": NAME, "clientid": "thief"}],
        NAME,
        Sort.CLIENT_ID,
    ),
    "a role of another": (
        [{"command": "addClientRole", "username": NAME, "rolename": "simulator"}],
        NAME,
        Sort.ROLES,
    ),
    "no role": ([{"command": "removeClientRole", "username": NAME, "rolename": NAME}], NAME, Sort.ROLES),
    "a group": (
        [
            {"command": "createGroup", "groupname": "friends"},
            {"command": "addGroupClient", "groupname": "friends", "username": NAME},
        ],
        NAME,
        Sort.GROUPS,
    ),
    "a service may do more": ([{"command": "addRoleACL", "rolename": "ingest", **WIDER}], "ingest", Sort.RULES),
    "a service has another role": (
        [{"command": "addClientRole", "username": "simulator", "rolename": "maintain"}],
        "simulator",
        Sort.ROLES,
    ),
    "a service is disabled": ([{"command": "disableClient", "username": "ingest"}], "ingest", Sort.DISABLED),
    "all is allowed": (
        [{"command": "setDefaultACLAccess", "acls": [{"acltype": "publishClientSend", "allow": True}]}],
        "default access",
        Sort.DEFAULT_ACCESS,
    ),
}
