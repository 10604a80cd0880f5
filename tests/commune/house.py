"""A registry, a broker, and the part of `commune maintain` between them, with devices that are live."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from broker.address import BrokerAddress
from commune.accounts import Accounts, AccountsConfig
from commune.refusals import Refusals
from commune.sealing import PasswordSealer
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import AccountState
from devices.registry import Device
from storage.broker_accounts import account_of, ask_for_account
from storage.connect import Session
from storage.registry import add_device
from tests.background import in_background
from tests.broker.field_device import lets_in
from tests.waiting import wait_until

SEALER = PasswordSealer("a secret of more than thirty-two characters")
COMMUNE = "gia-loc"
GOOD = "good"


@dataclass
class House:
    """A registry, a broker, and the part of `commune maintain` between them."""

    session: Session
    url: str
    broker: MosquittoServer
    sealer: PasswordSealer | None = SEALER

    def register(self, code: str, password: str | None = GOOD) -> int:
        """Register a lamp and ask for its account, as the API does."""
        with self.session.transaction():
            device_id = add_device(self.session, Device(COMMUNE, code, "lighting"))
            ask_for_account(self.session, device_id, None if password is None else SEALER.seal(password))
        return device_id

    def rotate(self, device_id: int, password: str) -> None:
        ask_for_account(self.session, device_id, SEALER.seal(password))

    def state(self, device_id: int) -> AccountState:
        account = account_of(self.session, device_id)
        assert account is not None
        return account.state

    def wait_for(self, device_id: int, state: AccountState, seconds: float = 10.0) -> None:
        wait_until(lambda: self.state(device_id) is state, f"the account is {state}", seconds)

    def sealed(self) -> int:
        """How many passwords still wait in the database."""
        row = self.session.execute("SELECT count(*) FROM broker_account WHERE sealed_password IS NOT NULL").fetchone()
        assert row is not None
        return int(row[0])

    def address(self, code: str, password: str = GOOD) -> BrokerAddress:
        return replace(self.broker.address("ingest"), username=f"{COMMUNE}.{code}", password=password)

    def enters(self, code: str, password: str = GOOD) -> bool:
        return lets_in(self.address(code), f"{COMMUNE}.{code}", password, f"{COMMUNE}.{code}")

    def kept(self) -> AbstractContextManager[None]:
        """While the keeper runs."""
        config = AccountsConfig(self.url, self.broker.address("maintain"), self.sealer, database_role="commune_admin")
        return in_background(Accounts(config).run)

    def heard(self) -> AbstractContextManager[None]:
        """While the broker's log is heard."""
        return in_background(Refusals(self.broker.address("maintain"), self.url, database_role="commune_admin").run)
