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
# capabilities(7), with their bits in the kernel's sets.
CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


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


def capability_to_lend(account: Account | None, paths: Iterable[Path]) -> str | None:
    """Return the capability that `account` needs to reach `paths`, or None when it can enter all directories above.

    It cannot when the project lies in /root, say. The server is then lent the capability to enter and read everything
    (in a container that lacks it, the stronger one to write too), so that we need not open directories of the machine
    to everybody. Raises StackError where there is nothing to lend.
    """
    if account is None:
        return None
    above = [parent for path in paths for parent in path.resolve().parents if parent.exists()]
    closed = [parent for parent in above if not parent.stat().st_mode & stat.S_IXOTH]
    if not closed:
        return None
    capability = next((name for name, bit in CAPABILITIES.items() if own_capabilities() >> bit & 1), None)
    if capability is None or not SETPRIV.exists():
        raise StackError(f"the servers' account may not enter {closed[0]}; move the project, or: chmod o+x {closed[0]}")
    return capability


def own_capabilities() -> int:
    """Return the set of this process's effective capabilities (proc(5)); none where the machine has no /proc."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)
