"""Cold starts: a whole process that imports a function's entry, beside one that makes the function's bare clients."""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.artifacts import Artifacts, built
from benchmarks.cloud import REGION

BUDGET: Final = 1.7
ROUNDS: Final = 7
WARM_UP: Final = 1

CLIENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "api": ("dynamodb", "kms", "secretsmanager"),
    "authorize": ("dynamodb",),  # it has none; the least that any other function makes
    "receive": ("dynamodb", "secretsmanager", "sqs"),
    "resume": ("dynamodb", "kms", "secretsmanager"),
    "relay": ("events", "sqs"),
    "notify": ("dynamodb", "secretsmanager", "sqs"),
    "watch": ("dynamodb", "sqs"),
}
"""The clients that each function makes when it works."""

ENTRIES: Final[Mapping[str, str]] = {"api": "app"}
"""The entry modules that are not functions.<name>.handler."""


@dataclass(frozen=True, slots=True)
class ColdFigures:
    """One function: the processor milliseconds of its process, and of the process with its bare clients; medians."""

    function: str
    entry_ms: float
    clients_ms: float

    @property
    def ratio(self) -> float:
        """The entry against the clients."""
        return self.entry_ms / self.clients_ms


def measure() -> tuple[ColdFigures, ...]:
    """Build what is shipped, then let all processes take turns."""
    with built(tuple(map(_logical_id, CLIENTS))) as artifacts:
        _rounds(artifacts, WARM_UP)
        return _rounds(artifacts, ROUNDS)


def _rounds(artifacts: Artifacts, count: int) -> tuple[ColdFigures, ...]:
    spent: dict[str, list[tuple[float, float]]] = {function: [] for function in CLIENTS}
    for _ in range(count):
        for function in CLIENTS:
            spent[function].append((_entry(artifacts, function), _clients(artifacts, CLIENTS[function])))
    return tuple(_figures(function, pairs) for function, pairs in spent.items())


def _figures(function: str, pairs: list[tuple[float, float]]) -> ColdFigures:
    entries, clients = zip(*pairs, strict=True)
    return ColdFigures(function, round(statistics.median(entries), 1), round(statistics.median(clients), 1))


def _entry(artifacts: Artifacts, function: str) -> float:
    module = ENTRIES.get(function, f"functions.{function}.handler")
    return _process(f"import {module}", artifacts.path_of(_logical_id(function)))


def _clients(artifacts: Artifacts, services: tuple[str, ...]) -> float:
    made = "; ".join(f"boto3.client({service!r})" for service in services)
    return _process(f"import boto3; {made}", artifacts.runtime)


def _logical_id(function: str) -> str:
    return f"{function.capitalize()}Function"


def _process(code: str, search_path: str) -> float:
    """The processor milliseconds of one Python process, from its start to its end.

    It is the interpreter itself, not a virtual environment's, without `site`: Lambda's has no packages to scan either.
    """
    environment = {"PYTHONPATH": search_path, "AWS_DEFAULT_REGION": REGION, "PYDANTIC_DISABLE_PLUGINS": "__all__"}
    process = subprocess.Popen([_interpreter(), "-S", "-c", code], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a process ended with {process.returncode}: {code}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def _interpreter() -> str:
    return str(Path(sys.executable).resolve())
