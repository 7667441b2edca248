"""The machine that measured: its processor, cores and Python, and how fast it was at that moment."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clocks import Cost, in_turns

STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Machine:
    """`yardstick` is ten thousand additions in Python, beside which times in milliseconds can be judged."""

    processor: str
    cores: int
    python: str
    yardstick: Cost


def machine() -> Machine:
    """Describe this machine."""
    return Machine(_processor(), os.cpu_count() or 1, platform.python_version(), in_turns(200, [_add])[0])


def _add(_: int) -> int:
    total = 0
    for number in range(STEPS):
        total += number
    return total


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
