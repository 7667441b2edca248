"""A million rows of a register, pushed in batches: at what pace they are taken, and whether memory stays as it is.

Rows are made as they are sent, and the store keeps nothing of them, so that what is measured is our own code: reading the
batch, checking each record, protecting its numbers, holding it to its rules, and a transaction for each. What DynamoDB takes is
not in it.

Usage: python -m benchmarks.rows; prints one line of JSON.
"""

import json
import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from miaoban.canonical import digest
from miaoban.identifiers.checks import credit_check, organisation_check
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations.editions import publish
from miaoban.operations.receive import Desk, receive
from miaoban.storage import Commit, Items, Key, Put, Write, key_of
from tests import kit

ROWS: Final = 1_000_000
BATCH: Final = 300
FLAT: Final = 1.1
"""How much more may be held at the end than at half of the rows."""


@dataclass(frozen=True, slots=True)
class RowFigures:
    """How many rows were taken, how many in a second of one core, and what was held at half of them and at the end."""

    rows: int
    stored: int
    per_second: float
    half_mb: float
    whole_mb: float

    @property
    def growth(self) -> float:
        """What was held at the end against half of the rows."""
        return self.whole_mb / self.half_mb


class Passing(MemoryStore):
    """A store that lets records pass: it counts them, and keeps everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.records = 0

    def read(self, keys: Iterable[Key]) -> Items:
        """What is kept."""
        return super().read(keys)

    def commit(self, commit: Commit) -> None:
        """Count records, and keep the rest."""
        self.records += sum(_is_record(write) for write in commit.writes)
        rest = tuple(write for write in commit.writes if not _is_record(write))
        if rest:
            super().commit(Commit(rest))


def _is_record(write: Write) -> bool:
    return isinstance(write, Put) and key_of(write).sort == "RECORD"


def batches(rows: int) -> Iterator[str]:
    """The rows as batches."""
    for number, first in enumerate(range(0, rows, BATCH), 1):
        records = [_row(place) for place in range(first, min(first + BATCH, rows))]
        data = {"source": "legal-person-base", "number": number, "count": len(records), "digest": digest(records)}
        event = {
            "specversion": "1.0",
            "id": f"batch-{number}",
            "source": "/departments/market-regulation",
            "type": "cn.miaoban.records.batched.v1",
            "time": kit.NOW.isoformat(),
            "data": {**data, "records": records},
        }
        yield json.dumps(event, ensure_ascii=False)


def _row(place: int) -> dict[str, Any]:
    organisation = f"MA{place:06}"[:8]
    body = f"91211281{organisation}{organisation_check(organisation)}"
    values = {
        "uscc": f"{body}{credit_check(body)}",
        "name": f"示例公司{place}",
        "type": "有限责任公司",
        "status": "存续",
        "legal_representative": "甄示例",
        "legal_representative_number": kit.REPRESENTATIVE[1],
    }
    return {"kind": "enterprise", "sequence": 1, "issued_at": kit.NOW.isoformat(), "values": values}


def measure(rows: int = ROWS) -> RowFigures:
    """Take the rows."""
    store = Passing()
    services = kit.services(store=store)
    publish(services, kit.edition(), kit.NOW)
    desk = Desk(services, MemoryOutbox(), {})
    half, spent = 0.0, 0.0
    for number, text in enumerate(batches(rows), 1):
        started = time.process_time()
        told = receive(desk, text, None, f"m-{number}")
        spent += time.process_time() - started
        if told.outcome != "batched":
            raise RuntimeError(f"a batch was not taken: {told.code}")
        if number == rows // BATCH // 2:
            half = _resident_mb()
    return RowFigures(rows, store.records, rows / spent, half, _resident_mb())


def _resident_mb() -> float:
    """What this process holds now; the peak that the system tells of a process begins with its parent's."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    found = measure()
    print(json.dumps({name: getattr(found, name) for name in RowFigures.__slots__}))
