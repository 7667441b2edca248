"""`python -m benchmarks [--write]`: measure every figure, print it with its budget, and rewrite docs/benchmarks.md if asked."""

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final

from benchmarks import calls, cold, data, decision, handler, importing, lineage, naming, peer_ratio, report
from benchmarks.cloud import cloud
from benchmarks.machine import machine
from benchmarks.scenario import Scenario, clerk, prepare, scenario

ENTERPRISES: Final = 1000
"""Enterprises with a record, each of which files once."""


def main() -> int:
    """Measure, print, and write if asked; 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite docs/benchmarks.md")
    write = parser.parse_args().write
    figures = measure(scenario())
    print(report.text(figures))
    if write:
        report.DOCUMENT.write_text(report.document(figures), encoding="utf-8")
    return int(any(row.met is False for row in report.rows(figures)))


def measure(scene: Scenario) -> report.Figures:
    """Measure everything in one run."""
    with _progress("decision"):
        decided = decision.measure(scene)
    with _progress("lineage"):
        traced = lineage.measure()
    with _progress("names"):
        named = naming.measure()
    with cloud() as environment, _silence():
        os.environ.update(environment)
        prepare(scene, clerk(environment), ENTERPRISES)
        numbers = iter(itertools.count())
        with _progress("calls, handler"):
            called, handled = calls.measure(scene, numbers), handler.measure(scene, numbers)
        with _progress("peer"):
            beside = peer_ratio.measure(scene, numbers)
    with _progress("cold starts"):
        started = cold.measure()
    with _progress("import"), _silence():
        imported = importing.measure()
    with _progress("departments' data (a few minutes)"):
        exchanged = data.measure()
    return report.Figures(machine(), called, handled, decided, started, beside, traced, imported, named, exchanged)


@contextmanager
def _progress(what: str) -> Iterator[None]:
    print(f"measuring: {what} ...", file=sys.stderr, flush=True)
    yield


@contextmanager
def _silence() -> Iterator[None]:
    """Send the handler's log lines nowhere: they are written, and cost what they cost."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


sys.exit(main())
