"""Departments' data and what others are told: outages, rows, reconciliation and subscribers, measured, and as lines."""

import json
import subprocess
import sys
from dataclasses import dataclass

from benchmarks import outage, reconciling, subscriber
from benchmarks import rows as registry
from benchmarks.row import Row


@dataclass(frozen=True, slots=True)
class DataFigures:
    """What departments' data came to."""

    outage: outage.OutageFigures
    rows: registry.RowFigures
    reconciling: reconciling.ReconcileFigures
    subscriber: tuple[subscriber.SubscriberFigures, ...]


def measure() -> DataFigures:
    """Measure everything; the rows in a process of its own, whose memory is its own too."""
    return DataFigures(outage.measure(), _rows(), reconciling.measure(), subscriber.measure())


def _rows() -> registry.RowFigures:
    command = [sys.executable, "-m", "benchmarks.rows"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return registry.RowFigures(**json.loads(told))


def rows(found: DataFigures) -> list[Row]:
    """The lines of the report."""
    return [*_outage(found.outage), _registry(found.rows), _reconciled(found.reconciling), *map(_told, found.subscriber)]


def _outage(found: outage.OutageFigures) -> list[Row]:
    wrong = found.lost + found.doubled + found.stale + (found.people - found.decided)
    told = f"{found.lost} lost, {found.doubled} doubled, {found.stale} on stale data"
    people = f"{found.people:,} file while the source is down for an hour; {found.decided:,} decided"
    calls = f"{found.calls:,} calls; caught up {found.caught_up:.1f} minutes after recovery"
    within = not found.over_quota
    return [
        Row("source down for an hour", people, "", told, "none", wrong == 0),
        Row("the same, calls beyond the quota", calls, "", str(found.over_quota), "none", within),
    ]


def _registry(found: registry.RowFigures) -> Row:
    pace = f"{found.stored:,} of {found.rows:,} rows stored, {found.per_second:,.0f} rows per second of one core"
    memory = f"{found.half_mb:.0f} MB held at half of them, {found.whole_mb:.0f} MB at the end"
    flat = found.growth <= registry.FLAT and found.stored == found.rows
    return Row("registry rows, memory", f"{pace}; {memory}", "", f"{found.growth:.2f} x", f"at most {registry.FLAT} x", flat)


def _reconciled(found: reconciling.ReconcileFigures) -> Row:
    told = f"1 missing of {found.decisions:,} found; {found.bytes:,} bytes exchanged"
    right = found.found == 1 and found.exchanges <= reconciling.EXCHANGES
    return Row("reconciliation, exchanges", told, "", str(found.exchanges), f"at most {reconciling.EXCHANGES}", right)


def _told(found: subscriber.SubscriberFigures) -> Row:
    events = f"{found.events:,} events, {found.attempts:,} attempts"
    return Row(f"subscriber down for {found.outage:,} s", events, "", f"{found.lost} lost", "none", found.lost == 0)
