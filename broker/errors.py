"""What can go wrong between us and the broker. Each message is one line that an operator can act on."""

from __future__ import annotations


class BrokerError(Exception):
    """Something is wrong with the broker or with the way to it."""


class ConnectionRefusedByBroker(BrokerError):
    """The broker answered and refused: a wrong account, a forbidden client id, a full server."""


class BrokerUnreachable(BrokerError):
    """No broker answered at the address, or the connection was lost before it answered."""


class SubscriptionRefused(BrokerError):
    """The broker does not let this account subscribe to a topic that it needs."""


class PublishTimeout(BrokerError):
    """The broker did not acknowledge in time what was published."""


class NothingToldByBroker(BrokerError):
    """The broker says nothing of itself under `$SYS` to this account."""


class NotInControl(BrokerError):
    """The broker does not let this account give accounts, or has no dynamic security."""
