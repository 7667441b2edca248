"""The lineage compiler at a city's size, the load of one matter, and what every matter asks before and after exemption."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from miaoban.catalogue.compiled import Burden, burden
from tools.folders import edition_of, folders

COMPILE_S: Final = 10
PEAK_MB: Final = 500
QUESTION_MS: Final = 50
LOAD_MS: Final = 20
LOADS: Final = 7


@dataclass(frozen=True, slots=True)
class LineageFigures:
    """What a city's catalogue costs (see `benchmarks.lineage_work`), the slowest matter's load, and each matter's burden."""

    city: dict[str, float]
    slowest: str
    load_ms: float
    burdens: dict[str, Burden]


def measure() -> LineageFigures:
    """Measure, each piece of work in a process of its own."""
    editions = [edition_of(folder) for folder in folders()]
    with TemporaryDirectory() as place:
        loads = {edition.matter.name: _loaded(Path(place) / "edition.json", edition.text()) for edition in editions}
    slowest = max(loads, key=lambda name: loads[name])
    burdens = {edition.matter.name: burden(edition) for edition in editions}
    return LineageFigures(_work("compile"), slowest, loads[slowest], burdens)


def _loaded(file: Path, text: str) -> float:
    file.write_text(text, encoding="utf-8")
    return float(statistics.median(_work("load", str(file))["load_ms"] for _ in range(LOADS)))


def _work(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.lineage_work", *words]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found
