"""Importing Liaoning's guide items with a worker that is killed at random, then searching them; all on the fakes.

What is measured is our own code and its promise: nothing lost, nothing doubled. What DynamoDB and S3 take is not in it.
"""

import gc
import random
import statistics
import time
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from functions.composition import new_id, now
from miaoban.identifiers import RegionCode
from miaoban.memory import MemoryFiles, MemoryOutbox, MemorySigner, MemoryStore, MemoryVault
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.imports import ChunkTold, Counts, Import
from miaoban.operations.loading import load
from miaoban.operations.searching import Question, search
from miaoban.operations.services import Services
from miaoban.storage import Item, Range, Table
from tools.generate import SIZES, items, lines, places, words
from tools.killing import KilledError, Waiting, mortal, notice

ITEMS: Final = SIZES["liaoning"]
MALFORMED, REPEATED = 500, 2_000
KILLS: Final = 0.005
"""How likely a worker is killed at a point: before or after a call of a port."""
NAME: Final = "imports/liaoning.jsonl"
COUNTY, COUNTIES = 4, 8
SEED: Final = 20
SEARCHES: Final = 1_000


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """What became of the import, at what pace, and how long a warm search takes."""

    items: int
    kills: int
    lost: int
    doubled: int
    miscounted: int
    per_second: float
    chunk_mb: float
    first_search_ms: float
    search_p50_ms: float
    search_p99_ms: float


class FileObjects:
    """A file on disk as the one object of a bucket."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, name: str, tag: str, start: int, end: int) -> bytes:  # noqa: ARG002  there is but one
        """Read bytes of it."""
        with self._file.open("rb") as data:
            data.seek(start)
            return data.read(end - start)


def measure(size: int = ITEMS) -> ImportFigures:
    """Import, count, and search."""
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.writelines(lines(size, malformed=MALFORMED, repeated=REPEATED))
        file.flush()
        return _measured(Path(file.name), size)


def _measured(file: Path, size: int) -> ImportFigures:
    dice = random.Random(SEED)  # noqa: S311  the same deaths on every run
    queue = Waiting(dice, repeats=50)
    dock = Dock(MemoryStore(), FileObjects(file), queue)
    queue.send([notice(NAME, file.stat().st_size, "tag", datetime.now(UTC))])
    seconds = _drained(queue, dock, dice)
    found = Import.read(dock.store.query(Range(None, keys.IMPORTS, Table.CATALOGUE)).items[0].body)
    first, warm = _searches(_services(dock), dice)
    return ImportFigures(
        items=size,
        kills=queue.deaths,
        **_wrong(dock, found, size),
        per_second=size / seconds,
        chunk_mb=max(_chunk_mb(dock, found, number) for number in (0, found.chunks - 1)),
        first_search_ms=statistics.median(first),
        search_p50_ms=statistics.median(warm),
        search_p99_ms=statistics.quantiles(warm, n=100)[98],
    )


def _drained(queue: Waiting, dock: Dock, dice: random.Random) -> float:
    """The processor seconds until nothing waits. The collector rests: the fakes hold a million objects, and make no cycles."""

    def point() -> None:
        if dice.random() < KILLS:
            raise KilledError

    gc.disable()
    started = time.process_time()
    queue.drain(mortal(dock, point))
    spent = time.process_time() - started
    gc.enable()
    return spent


def _wrong(dock: Dock, found: Import, size: int) -> dict[str, int]:
    """Items lost, items written more than once, and lines that the import's own counts have too many or too few."""
    wanted = {keys.entry(item["code"]) for item in items(size)}
    stored = dock.store.read(wanted)
    told = found.finished or Counts()
    true = Counts(lines=size + REPEATED + MALFORMED, written=size, unchanged=REPEATED, refused=MALFORMED)
    wrong = sum(abs(getattr(told, name) - getattr(true, name)) for name in Counts.model_fields)
    return {"lost": len(wanted) - len(stored), "doubled": told.written - len(stored), "miscounted": wrong}


def _chunk_mb(dock: Dock, found: Import, number: int) -> float:
    """What loading one chunk takes of memory beside what stays in the store, in MB."""
    store = MemoryStore([Item(keys.imported(found.id), found.text())])
    tracemalloc.start()
    load(Dock(store, dock.objects, MemoryOutbox()), ChunkTold(import_id=found.id, chunk=number))
    stays, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - stays) / 1e6


def _services(dock: Dock) -> Services:
    signer = MemorySigner(ec.generate_private_key(ec.SECP256R1()))
    return Services(dock.store, MemoryVault(), signer, MemoryOutbox(), MemoryOutbox(), MemoryFiles(), now, new_id)


def _searches(services: Services, dice: random.Random) -> tuple[list[float], list[float]]:
    """The milliseconds of the first search in each of some counties, and of many more when their shelves are held."""
    counties = dice.sample([place.code for place in places() if place.level == COUNTY], COUNTIES)
    first = [_search(services, dice, county) for county in counties]
    return first, [_search(services, dice, dice.choice(counties)) for _ in range(SEARCHES)]


def _search(services: Services, dice: random.Random, county: str) -> float:
    """The processor milliseconds of one search: a subject, an action, or both."""
    asked = dice.sample((dice.choice(words("objects")), dice.choice(words("actions"))), dice.randint(1, 2))
    question = Question("".join(asked), RegionCode(county))
    started = time.process_time_ns()
    search(services, question, None)
    return (time.process_time_ns() - started) / 1e6
