"""What the settings of an installation are in a test, as variables of the environment."""

from __future__ import annotations

from broker.address import BrokerAddress


def of_broker(address: BrokerAddress) -> dict[str, str]:
    """Where the broker is, and with which account."""
    return {
        "COMMUNE_BROKER_HOST": address.host,
        "COMMUNE_BROKER_PORT": str(address.port),
        "COMMUNE_BROKER_USERNAME": address.username or "",
        "COMMUNE_BROKER_PASSWORD": address.password or "",
    }
