"""Which account of the machine a private server runs as, and whether that account can reach its files."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from commune.stack.errors import ServerMissingError, StackError
from commune.stack.processes import Account

SETPRIV = Path("/usr/bin/setpriv")


def unprivileged(preferred: str) -> Account | None:
    """Return the account for a server that refuses to run as root, or None when we are not root.

    It is the machine's account `preferred` if there is one, else `nobody`: no account is made for us.
    """
    if os.geteuid() != 0:
        return None
    for name in (preferred, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServerMissingError(f"as root the servers run as the account {preferred!r} or 'nobody'; there is neither")


def account_in(root: Path, name: str) -> Account:
    """Return the account `name` of a root directory, from its own /etc/passwd."""
    for line in (root / "etc" / "passwd").read_text(encoding="utf-8").splitlines():
        entry, _, uid, gid, *_ = line.split(":")
        if entry == name:
            return Account(int(uid), int(gid))
    raise StackError(f"{root} has no account {name!r}; remove it and run: make timescaledb")


def needs_reading(account: Account | None, paths: Iterable[Path]) -> bool:
    """Say whether `account` cannot enter a directory above one of `paths`, as when the project lies in /root.

    The server is then lent the capability to read and enter everything (CAP_DAC_READ_SEARCH), so that we need not
    open directories of the machine to everybody. Raises StackError where setpriv is not there to lend it.
    """
    if account is None:
        return False
    closed = [parent for path in paths for parent in path.resolve().parents if not parent.stat().st_mode & stat.S_IXOTH]
    if not closed:
        return False
    if not SETPRIV.exists():
        raise StackError(f"the servers' account may not enter {closed[0]}; move the project, or: chmod o+x {closed[0]}")
    return True
