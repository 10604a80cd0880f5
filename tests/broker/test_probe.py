"""A probe signs in once, says what answered, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import socket
import threading

import pytest

from broker.address import BrokerAddress
from broker.errors import BrokerUnreachable, ConnectionRefusedByBroker
from broker.probe import probe
from commune.stack.mosquitto import MosquittoServer


@pytest.mark.parametrize("account", ["ingest", "maintain", "simulator"])
def test_every_account_is_let_in(broker_server: MosquittoServer, account: str) -> None:
    answer = probe(broker_server.address(account), version_timeout_seconds=0.2)
    assert 0 < answer.seconds < 10


def test_an_account_that_may_read_it_is_told_the_version(broker_server: MosquittoServer) -> None:
    answer = probe(broker_server.address("maintain"), version_timeout_seconds=10)
    assert answer.version is not None
    assert answer.version.startswith("mosquitto version 2.")


def test_a_wrong_password_is_refused_in_words_that_do_not_hold_it(broker_server: MosquittoServer) -> None:
    address = dataclasses.replace(broker_server.address("maintain"), password="not the password")
    with pytest.raises(ConnectionRefusedByBroker, match="refused account 'maintain'") as caught:
        probe(address)
    assert "not the password" not in str(caught.value)


def test_a_client_without_an_account_is_refused(broker_server: MosquittoServer) -> None:
    address = dataclasses.replace(broker_server.address("maintain"), username=None, password=None)
    with pytest.raises(ConnectionRefusedByBroker, match="refused a client without an account"):
        probe(address)


def test_nobody_there_is_told_apart_from_a_refusal() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(BrokerUnreachable, match=f"127.0.0.1:{port} cannot be reached"):
        probe(BrokerAddress("127.0.0.1", port))


def test_a_server_that_is_no_broker_is_unreachable_and_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerUnreachable, match="closed the connection or did not answer"):
            probe(BrokerAddress("127.0.0.1", server.getsockname()[1]))
        thread.join()
