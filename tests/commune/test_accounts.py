"""Which account a server runs as, and what that account can reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commune.stack import accounts
from commune.stack.accounts import account_in, capability_to_lend, unprivileged
from commune.stack.errors import ServerMissingError, StackError
from commune.stack.processes import Account

NOBODY = Account(65534, 65534)


def test_one_who_is_not_root_runs_servers_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged("nobody") is None


def test_root_runs_servers_as_the_account_made_for_them_else_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    nobody = unprivileged("no-such-account")
    assert nobody == unprivileged("nobody")
    assert nobody is not None
    assert nobody.uid > 0


def test_a_machine_without_any_such_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def none(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("pwd.getpwnam", none)
    with pytest.raises(ServerMissingError, match="'postgres' or 'nobody'"):
        unprivileged("postgres")


def test_an_account_of_a_root_directory_is_looked_up_there(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\npostgres:x:101:103:,,,:/var:/bin/sh\n")
    assert account_in(tmp_path, "postgres") == Account(101, 103)
    with pytest.raises(StackError, match="no account 'mosquitto'"):
        account_in(tmp_path, "mosquitto")


def test_reading_is_lent_where_a_directory_above_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(accounts, "own_capabilities", lambda: 0b110)
    assert capability_to_lend(NOBODY, [closed / "below" / "file"]) == "dac_read_search"
    assert capability_to_lend(NOBODY, [Path("/usr/bin/env")]) is None
    assert capability_to_lend(None, [closed / "file"]) is None


def test_in_a_container_with_fewer_rights_the_stronger_one_is_lent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(accounts, "own_capabilities", lambda: 0b010)
    assert capability_to_lend(NOBODY, [closed / "file"]) == "dac_override"
    monkeypatch.setattr(accounts, "own_capabilities", lambda: 0)
    with pytest.raises(StackError, match="may not enter"):
        capability_to_lend(NOBODY, [closed / "file"])


def test_without_setpriv_the_closed_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(accounts, "SETPRIV", tmp_path / "setpriv")
    with pytest.raises(StackError, match="may not enter"):
        capability_to_lend(NOBODY, [closed / "file"])
