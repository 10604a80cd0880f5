"""Part of `commune maintain`: brings the broker to what the registry says of the accounts of devices.

Woken by the database within milliseconds of a wish. While broker or database is away the wishes wait where they are, in
the table; what was told to the broker and not recorded is told again, which changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from broker.accounts import Fate, Outcome, Wish, forget, fulfil
from broker.address import BrokerAddress
from broker.dynamic_security import DynamicSecurity
from broker.errors import BrokerError
from commune.sealing import PasswordSealer, SealBroken
from devices.accounts import is_device_name
from storage.account_wishes import (
    Settled,
    WaitingAccount,
    claim_accounts,
    forget_gone_accounts,
    gone_accounts,
    settle_accounts,
    wait_for_wish,
    waiting_accounts,
)
from storage.connect import Session, connect
from storage.errors import StorageError

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""A wish whose notification was lost, and one that failed, is found after so long."""
LISTEN_SECONDS = 0.5
"""How long a wait for the database may keep the thread from seeing that it is to stop."""
RETRY_SECONDS = 1.0
MESSAGE_SECONDS = 0.4
"""So long may one message of commands keep the broker from its other work."""
REST_SHARE = 0.25
"""After a message the broker is left alone for this share of the time that it took."""
FIRST_BATCH, LARGEST_BATCH = 20, 200
NO_KEY = "COMMUNE_SECRET_KEY is not set for `commune maintain`: the password cannot be opened"


@dataclass(frozen=True, slots=True)
class AccountsConfig:
    """Where registry and broker are, and the key of sealed passwords."""

    database_url: str
    broker: BrokerAddress
    sealer: PasswordSealer | None = None
    database_role: str | None = None


class Accounts:
    """Keeps the broker in step with the registry. `run` belongs in a thread."""

    def __init__(self, config: AccountsConfig) -> None:
        self._config = config
        self._control: DynamicSecurity | None = None
        self._batch = FIRST_BATCH
        self._incident = ""

    def run(self, stopping: threading.Event) -> None:
        """Work wishes off until told to stop. Reconnects by itself, and says once for each incident what is wrong."""
        while not stopping.is_set():
            try:
                with closing(
                    connect(self._config.database_url, role=self._config.database_role, autocommit=True)
                ) as session:
                    self._keep_in_step(session, stopping)
            except (StorageError, BrokerError) as error:
                if str(error) != self._incident:
                    logger.error("%s; accounts of devices wait; trying again", error)
                self._incident = str(error)
            finally:
                self._hang_up()
            stopping.wait(RETRY_SECONDS)

    def _keep_in_step(self, session: Session, stopping: threading.Event) -> None:
        if not claim_accounts(session):
            return  # another `commune maintain` does it
        retry_at = 0.0
        while not stopping.is_set():
            while self._step(session, stopping):
                pass
            if time.monotonic() >= retry_at:
                self._step(session, stopping, also_failed=True)
                retry_at = time.monotonic() + IDLE_SECONDS
            self._well_again()
            until = time.monotonic() + IDLE_SECONDS
            while not stopping.is_set() and time.monotonic() < until:
                if wait_for_wish(session, LISTEN_SECONDS):
                    break

    def _step(self, session: Session, stopping: threading.Event, *, also_failed: bool = False) -> bool:
        """Work one batch off; whether there may be more."""
        self._forget_gone(session)
        waiting = waiting_accounts(session, limit=self._batch, also_failed=also_failed)
        if not waiting:
            return False
        full = len(waiting) == self._batch
        started = time.monotonic()
        settled = self._told(waiting)
        took = time.monotonic() - started
        settle_accounts(session, settled)
        fitting = round(len(waiting) * MESSAGE_SECONDS / max(took, 0.001))
        self._batch = max(1, min(LARGEST_BATCH, 2 * self._batch, fitting))
        if full:
            stopping.wait(took * REST_SHARE)
        return not stopping.is_set()

    def _told(self, waiting: Sequence[WaitingAccount]) -> list[Settled]:
        """Tell the broker, and what became of each wish."""
        wishes: dict[int, Wish] = {}
        settled: list[Settled] = []
        for one in waiting:
            try:
                wish = self._wish(one)
            except SealBroken as error:
                settled.append(Settled(one, failure=str(error)))
                continue
            if wish is None:
                settled.append(Settled(one))
            else:
                wishes[one.device_id] = wish
        if wishes:
            outcomes = fulfil(self._hold(), list(wishes.values()))
            by_device = dict(zip(wishes, outcomes, strict=True))
            settled += [_settled(one, by_device[one.device_id]) for one in waiting if one.device_id in by_device]
        return settled

    def _wish(self, waiting: WaitingAccount) -> Wish | None:
        """What to tell the broker; None where there is nothing to tell. Raises SealBroken."""
        password = None
        if waiting.enabled and waiting.sealed_password is not None:
            if self._config.sealer is None:
                raise SealBroken(NO_KEY)
            password = self._config.sealer.open(waiting.sealed_password)
        elif waiting.enabled and not waiting.has_password:
            return None  # it needs a password, and gets no account before
        is_new = waiting.applied == 0
        return Wish(waiting.account, waiting.enabled, password, is_new=is_new)

    def _forget_gone(self, session: Session) -> None:
        gone = gone_accounts(session, self._batch)
        unused = [one.username for one in gone if not one.is_used and is_device_name(one.username)]
        done = [one.username for one in gone if one.username not in unused]
        if unused:
            for name, outcome in zip(unused, forget(self._hold(), unused), strict=True):
                if outcome.fate is Fate.DONE:
                    done.append(name)
                else:
                    logger.error("the broker does not forget the account %s: %s", name, outcome.words)
        if done:
            forget_gone_accounts(session, done)

    def _hold(self) -> DynamicSecurity:
        """A connection to the plugin, kept from one batch to the next."""
        if self._control is None:
            control = DynamicSecurity(self._config.broker)
            try:
                control.open()
            except BaseException:
                control.close()
                raise
            self._control = control
        return self._control

    def _hang_up(self) -> None:
        control, self._control = self._control, None
        if control is not None:
            with suppress(BrokerError):
                control.close()

    def _well_again(self) -> None:
        if self._incident:
            logger.info("accounts of devices are kept in step again")
        self._incident = ""
        # An idle connection would have to be kept alive; the next wish opens one in a few milliseconds.
        self._hang_up()


def _settled(waiting: WaitingAccount, outcome: Outcome) -> Settled:
    if outcome.fate is Fate.FAILED:
        logger.error("the broker does not take the account %s: %s", waiting.username, outcome.words)
        return Settled(waiting, failure=outcome.words)
    if outcome.fate is Fate.LOST:
        logger.error("the broker has lost the account %s: give the device a new password", waiting.username)
        return Settled(waiting, has_password=False)
    gave = waiting.enabled and waiting.sealed_password is not None
    return Settled(waiting, has_password=True if gave else None)
