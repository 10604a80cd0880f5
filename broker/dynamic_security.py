"""Mosquitto's dynamic security, asked and told over MQTT: accounts, roles, and what holds without them.

Commands go as one JSON object to `$CONTROL/dynamic-security/v1`, many at once. The answers come back in one message to
everybody who may listen to them, so each asker knows its own by a token. The plugin of 2.0 writes its whole state to
disk after every command that changes it, while the broker does nothing else: some 12 microseconds a command for each
account that it knows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from paho.mqtt.client import MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode

from broker.access_rules import CONTROL, CONTROL_RESPONSE, Rule
from broker.address import BrokerAddress
from broker.client import loop_until, make_client, open_session
from broker.errors import BrokerError, BrokerUnreachable, NotInControl

ANSWER_SECONDS = 60.0
PAGE = 500
"""So many accounts or roles are asked for at a time: the broker does nothing else while it lists them."""

Command = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """An account at the broker. A client id of None: any may be used."""

    username: str
    client_id: str | None = None
    disabled: bool = False
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the plugin knows, but for passwords, which it tells nobody."""

    clients: dict[str, Client] = field(default_factory=dict)
    roles: dict[str, frozenset[Rule]] = field(default_factory=dict)
    default_access: dict[str, bool] = field(default_factory=dict)
    anonymous_group: str = ""


class DynamicSecurity:
    """A connection that asks and tells; not for use from two threads.

    Opening raises BrokerUnreachable, ConnectionRefusedByBroker, or NotInControl when the account may not speak to the
    plugin or the broker has none.
    """

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        self._client = make_client(address, f"commune-accounts-{secrets.token_hex(6)}", manual_ack=False)
        self._client.on_message = self._remember
        self._token = ""
        self._answers: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Connect and subscribe to the answers."""
        open_session(self._client, self._address, clean=True)
        said: list[ReasonCode] = []
        self._client.on_subscribe = lambda _c, _u, _mid, reasons, _p: said.extend(reasons)
        self._client.subscribe(CONTROL_RESPONSE, qos=1)
        if not loop_until(self._client, lambda: bool(said), ANSWER_SECONDS) or said[0].is_failure:
            raise NotInControl(
                f"the MQTT broker at {self._address.host}:{self._address.port} does not let account "
                f"{self._address.username!r} give accounts: it wants Mosquitto's dynamic security and the account "
                "`maintain` (docs/how-to/broker-accounts.md)"
            )

    def close(self) -> None:
        """Take leave of the broker."""
        self._client.leave()

    def do(self, commands: Sequence[Command]) -> list[str | None]:
        """Send commands in one message; for each the plugin's error, or None where it is done.

        Raises BrokerUnreachable when no answer comes: some of them may have been done.
        """
        return [answer.get("error") for answer in self.ask(commands)]

    def ask(self, commands: Sequence[Command]) -> list[dict[str, Any]]:
        """Send commands in one message and return the answers in full, in their order."""
        if not commands:
            return []
        self._token = secrets.token_hex(8)
        tagged = [{**command, "correlationData": f"{self._token}-{number}"} for number, command in enumerate(commands)]
        self._answers.clear()
        refused: list[bool] = []
        self._client.on_publish = lambda _c, _u, _mid, reason, _p: refused.append(reason.is_failure)
        self._client.publish(CONTROL, orjson.dumps({"commands": tagged}), qos=1)
        answered = loop_until(self._client, lambda: bool(self._answers) or any(refused), ANSWER_SECONDS)
        if any(refused):
            raise NotInControl(f"the MQTT broker does not take commands of account {self._address.username!r}")
        if not answered or not self._answers:
            raise BrokerUnreachable("the MQTT broker did not answer what it was told about accounts")
        by_token = {answer["correlationData"]: answer for answer in self._answers}
        try:
            return [by_token[command["correlationData"]] for command in tagged]
        except KeyError as error:
            raise BrokerError(f"the MQTT broker left a command about accounts without an answer: {error}") from error

    def state(self) -> State:
        """Everything that the plugin knows, page by page."""
        access, group = self.ask([{"command": "getDefaultACLAccess"}, {"command": "getAnonymousGroup"}])
        return State(
            clients={name: _client(entry) for name, entry in self._pages("listClients", "clients", "username")},
            roles={name: rules_in(entry) for name, entry in self._pages("listRoles", "roles", "rolename")},
            default_access={entry["acltype"]: entry["allow"] for entry in access["data"]["acls"]},
            anonymous_group=group["data"]["group"]["groupname"],
        )

    def _pages(self, command: str, member: str, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
        offset = 0
        while True:
            (answer,) = self.ask([{"command": command, "verbose": True, "count": PAGE, "offset": offset}])
            if "error" in answer:
                raise BrokerError(f"the MQTT broker does not list its {member}: {answer['error']}")
            entries = answer["data"][member]
            yield from ((entry[name], entry) for entry in entries)
            offset += len(entries)
            if len(entries) < PAGE:
                return

    def _remember(self, _client: object, _userdata: object, message: MQTTMessage) -> None:
        try:
            responses = orjson.loads(message.payload)["responses"]
            ours = [one for one in responses if str(one.get("correlationData", "")).startswith(f"{self._token}-")]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return  # not what dynamic security says; who waits for an answer waits in vain and says so
        self._answers += ours


def _client(entry: dict[str, Any]) -> Client:
    return Client(
        username=entry["username"],
        client_id=entry.get("clientid"),
        disabled=bool(entry.get("disabled", False)),
        roles=tuple(sorted(role["rolename"] for role in entry.get("roles", ()))),
        groups=tuple(sorted(group["groupname"] for group in entry.get("groups", ()))),
    )


def rules_in(entry: dict[str, Any]) -> frozenset[Rule]:
    """The rules of a role as the plugin tells it."""
    return frozenset(
        Rule(acl["acltype"], acl["topic"], bool(acl["allow"]), int(acl.get("priority", 0)))
        for acl in entry.get("acls", ())
    )
