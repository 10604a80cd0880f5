"""People who sign in through a provider: who they are here, and whether they may enter."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from devices.model import Text
from devices.people import Role, SignInRules, is_username, username_of
from storage.connect import Session
from storage.errors import LastAdministrator, NameTaken, SignInRefused
from storage.people import NewPerson, add_person, change_person, get_person
from storage.registrar import Registrar
from storage.sign_in import open_session
from storage.sql import query
from storage.tokens import hash_of

logger = logging.getLogger(__name__)

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as a provider knows them; `role` None: the provider gives none and there is none for such people."""

    issuer: str
    subject: str
    username: str
    display_name: str
    role: Role | None
    follows_provider: bool = False
    """The role is the provider's to give: it is set with every sign-in, and who has none is not let in."""


class EntryRefused(SignInRefused):
    """The provider knows this person, and they may not enter; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """What must come back from a provider, and where the person wanted to go."""

    state: str
    nonce: str
    code_verifier: str
    next_path: str


def begin_provider_sign_in(session: Session, cookie: str, begun: ProviderSignIn) -> None:
    """Keep for ten minutes what must come back to the browser that holds this cookie."""
    session.execute(
        query("begin_provider_sign_in"),
        {
            "sha256": hash_of(cookie),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_verifier": begun.code_verifier,
            "next_path": begun.next_path,
        },
    )


def end_provider_sign_in(session: Session, cookie: str) -> ProviderSignIn | None:
    """What was kept, once; None where there is nothing, or it is too old."""
    row = session.execute(query("end_provider_sign_in"), {"sha256": hash_of(cookie)}).fetchone()
    return ProviderSignIn(*row[:4]) if row is not None and row[4] else None


def enter(registrar: Registrar, identity: Identity, *, user_agent: str, rules: SignInRules) -> str:
    """Open a session for somebody whom the provider vouches for, and return its cookie.

    Who comes for the first time is added, or takes up the account that was made for them. Raises EntryRefused.
    """
    with registrar.transaction("sign-in") as session:
        username, is_disabled = _known(session, identity) or _claimed(session, identity) or _added(session, identity)
        if is_disabled:
            raise EntryRefused(Text("Tài khoản này đã bị khóa.", "This account is disabled."))
        if identity.follows_provider:
            _follow(session, username, identity.role)
        person = get_person(session, username)
        cookie = open_session(session, person.person_id, user_agent, rules)
    logger.info("%s signed in through %s", username, identity.issuer)
    return cookie


def _known(session: Session, identity: Identity) -> tuple[str, bool] | None:
    wanted = {"issuer": identity.issuer, "subject": identity.subject}
    row = session.execute(query("person_of_identity"), wanted).fetchone()
    return (row[0], row[2]) if row else None


def _claimed(session: Session, identity: Identity) -> tuple[str, bool] | None:
    wanted = {"issuer": identity.issuer, "subject": identity.subject, "username": username_of(identity.username)}
    row = session.execute(query("claim_identity"), wanted).fetchone()
    return (row[0], row[2]) if row else None


def _added(session: Session, identity: Identity) -> tuple[str, bool]:
    username = username_of(identity.username)
    if identity.role is None:
        raise _no_role()
    if not is_username(username):
        raise EntryRefused(
            Text(
                "Tên do nhà cung cấp định danh đưa ra không dùng được ở đây.",
                "The name that the provider gives cannot be used here.",
            )
        )
    wanted = NewPerson(
        username,
        identity.role,
        "".join(sign for sign in identity.display_name if sign.isprintable())[:LONGEST_NAME],
        issuer=identity.issuer,
        subject=identity.subject,
    )
    try:
        add_person(session, wanted)
    except NameTaken as error:
        raise EntryRefused(
            Text(
                f"Tên {username} đã là của một tài khoản khác. Hãy hỏi người quản trị.",
                f"The name {username} is another account's. Ask the administrator.",
            )
        ) from error
    return username, False


def _follow(session: Session, username: str, role: Role | None) -> None:
    if role is None:
        raise _no_role()
    if get_person(session, username).role == role:
        return
    try:
        change_person(session, username, role=role)
    except LastAdministrator:
        logger.warning("the provider makes %s a %s, who stays administrator: there is no other", username, role)


def _no_role() -> EntryRefused:
    return EntryRefused(
        Text(
            "Tài khoản này chưa được cấp quyền vào hệ thống của xã.",
            "This account was given no role in the commune's system.",
        )
    )
