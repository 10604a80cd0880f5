"""What every change of the registry shares: in whose name it is made, and how a refusal becomes an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api.access import Caller
from api.context import Context
from api.errors import ApiProblem, Problem
from api.versions import etag
from devices.accounts import AccountState, DeviceAccount
from devices.model import Text
from devices.passwords import new_password
from devices.people import Role
from storage.broker_accounts import ask_for_account
from storage.connect import Session
from storage.errors import CodeTaken, Outdated, RegistryRefused, RoleRefused, StateRefused

Given = tuple[str | None, AccountState]
"""A password that is told once, if there is one, and where the account stands."""


@contextmanager
def changing(
    context: Context, caller: Caller, *, current: Callable[[], tuple[int, Mapping[str, Any]]] | None = None
) -> Iterator[Session]:
    """A transaction in the name of the caller, whose refusals leave as problems.

    `current` tells the version and the members of what is there, for one who wanted to change an older version.
    """
    if context.registrar is None:
        raise _read_only()
    try:
        with context.registrar.transaction(caller.name) as session:
            yield session
    except RoleRefused as refused:
        raise ApiProblem(
            Problem.ROLE_NEEDED,
            _sentence(refused.text),
            allowed=[role for role in Role if role.at_least(refused.needed)],
        ) from refused
    except StateRefused as refused:
        raise ApiProblem(Problem.STATE_REFUSED, _sentence(refused.text)) from refused
    except CodeTaken as refused:
        raise ApiProblem(Problem.CODE_TAKEN, _sentence(refused.text)) from refused
    except RegistryRefused as refused:
        raise ApiProblem(
            Problem.NOT_REGISTRABLE, _sentence(refused.text), allowed="what the reason says is missing or allowed"
        ) from refused
    except Outdated as outdated:
        raise _outdated(outdated, current) from outdated


def give_account(context: Context, session: Session, device_id: int) -> Given:
    """Ask for an account of a device with a fresh password, within the transaction that registers it."""
    password = new_password() if context.sealer is not None else None
    ask_for_account(session, device_id, context.sealer.seal(password) if context.sealer and password else None)
    return password, AccountState.WAITING if password else AccountState.NEEDS_PASSWORD


def account_members(commune: str, kind: str, code: str, given: Given) -> dict[str, Any]:
    """What a device's account is, for the one answer that tells its password."""
    account = DeviceAccount(commune, kind, code)
    password, state = given
    return {
        "username": account.username,
        "client_id": account.client_id,
        "password": password,
        "publishes": list(account.publishes),
        "subscribes": list(account.subscribes),
        "state": state,
    }


def _outdated(outdated: Outdated, current: Callable[[], tuple[int, Mapping[str, Any]]] | None) -> ApiProblem:
    version, members = current() if current is not None else (outdated.version, None)
    return ApiProblem(
        Problem.OUTDATED,
        Text(
            "Có người đã thay đổi trong lúc bạn sửa. Hãy xem bản hiện tại rồi sửa lại.",
            "Somebody has changed it in the meantime. Look at what is there now, then change it again.",
        ),
        allowed={"If-Match": etag(version)},
        headers={"ETag": etag(version)},
        current=members,
    )


def _read_only() -> ApiProblem:
    return ApiProblem(
        Problem.REGISTRY_READ_ONLY,
        Text(
            "API này chỉ được đọc danh bạ. Hãy đặt COMMUNE_DATABASE_REGISTRY_PASSWORD, hoặc dùng lệnh commune devices.",
            "This API may only read the registry. Set COMMUNE_DATABASE_REGISTRY_PASSWORD, or use commune devices.",
        ),
        allowed="commune devices",
    )


def _sentence(text: Text) -> Text:
    return Text(f"{text.vi[:1].upper()}{text.vi[1:]}.", f"{text.en[:1].upper()}{text.en[1:]}.")
