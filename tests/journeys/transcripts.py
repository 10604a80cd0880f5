"""Commands and their outputs as pages of documentation show them, and whether they are what really happens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"(?<=\")\d{4}-\d\d-\d\d(?=\")")
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """A command and what a page shows under it."""

    command: str
    output: str

    @property
    def only_looks(self) -> bool:
        """Whether it may be run again without doing anything twice."""
        return bool(re.match(r"curl -s |commune [a-z-]+ (list|show|check)\b", self.command))


def steps(page: Path) -> list[Step]:
    """The steps of a page: one command after `$ `, continued by a backslash, in each block of `console`."""
    found = []
    for block in FENCE.findall(page.read_text(encoding="utf-8")):
        command, _, output = block.partition("\n")
        assert command.startswith("$ "), f"{page.name}: a block of console begins with {command!r}"
        assert "\n$ " not in block, f"{page.name}: more than one command in the block of {command!r}"
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command += f"\n{more}"
        found.append(Step(command[2:], output))
    return found


def without_clocks(text: str, told: str) -> str:
    """`text` with every time and day that does not stand in `told` replaced, since no two runs have the same."""
    text = TIME.sub(lambda found: found[0] if found[0] in told else "<time>", text)
    return DAY.sub(lambda found: found[0] if found[0] in told else "<day>", text)


def outcome(step: Step, run: Callable[[str], str], told: str, deadline_seconds: float) -> tuple[str, str]:
    """What a step shows and what it should, comparable. A step that only looks is repeated until both are the same."""
    wanted = without_clocks(step.output, told)
    deadline = time.monotonic() + deadline_seconds
    shown = without_clocks(run(step.command), told)
    while step.only_looks and shown != wanted and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        shown = without_clocks(run(step.command), told)
    return shown, wanted
