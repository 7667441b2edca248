"""Processor time of a process and its children, from /proc."""

import os
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
# proc(5), counted from the field after the process's name: ppid, then utime, stime, cutime, cstime.
PARENT: Final = 1
TIMES: Final = slice(11, 15)


def seconds_of_tree(root: int) -> float:
    """Return the processor seconds of `root` and its descendants, those that ended and were waited for included."""
    parents, ticks = _table()
    wanted = {root}
    while grown := {pid for pid, parent in parents.items() if parent in wanted} - wanted:
        wanted |= grown
    return sum(ticks[pid] for pid in wanted if pid in ticks) / TICKS


def _table() -> tuple[dict[int, int], dict[int, int]]:
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while the table was read
        fields = text.rpartition(")")[2].split()
        parents[int(folder.name)] = int(fields[PARENT])
        ticks[int(folder.name)] = sum(map(int, fields[TIMES]))
    return parents, ticks
