"""Imports: a file of guide items planned in chunks, and how far each import is.

An import is known by the moment and content of its upload, so that the same event planned again is the same import. The
plan is arithmetic: no byte of the file is read for it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from miaoban.catalogue.slicing import slices
from miaoban.models import Frozen
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.ports import ConflictError, Store
from miaoban.storage import Commit, Item, Put, Range, Table

LARGEST: Final = 4 * 1024**3
"""Bytes of a file: 4,096 chunks, some seven million items."""
PAGE: Final = 500


class Created(Frozen):
    """What S3 tells of a file that was uploaded."""

    name: str
    size: int
    tag: str
    at: datetime
    sequence: str = ""


class Counts(Frozen):
    """What became of lines: `older` had a newer version before them, `blank` nothing on them, `refused` something wrong."""

    lines: int = 0
    written: int = 0
    unchanged: int = 0
    older: int = 0
    blank: int = 0
    refused: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The sums."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields})


class Chunk(Frozen):
    """How far one chunk is: the offset of the next line (None before the first), its commits so far, what they did.

    It is written in the same commit as the items, so it never says more or less than what was done.
    """

    number: int
    steps: int = 0
    position: int | None = None
    done: bool = False
    failed: str | None = None
    counts: Counts = Counts()
    regions: tuple[str, ...] = ()


class Import(Frozen):
    """A file being imported; `finished` sums its chunks, `failed` says why some were given up, `refused` why all were."""

    id: str
    name: str
    tag: str
    size: int
    chunks: int
    started_at: datetime
    refused: str | None = None
    finished: Counts | None = None
    failed: tuple[str, ...] = ()


class ChunkTold(Frozen):
    """The message to load one chunk."""

    import_id: str
    chunk: int


class ShelfTold(Frozen):
    """The message to make the shelf of a region again."""

    region: str


def plan(dock: Dock, created: Created) -> Import:
    """Note an import and send a message for each chunk that is not done; planned again, only those are sent again."""
    planned = _import(created)
    key = keys.imported(planned.id)
    if key not in dock.store.read([key]):
        dock.store.commit(Commit((Put(Item(key, planned.text())),)))
    done = {chunk.number for chunk in chunks_of(dock.store, planned.id) if chunk.done}
    waiting = (number for number in range(planned.chunks) if number not in done)
    dock.loads.send(ChunkTold(import_id=planned.id, chunk=number).text() for number in waiting)
    settle(dock, planned)
    return planned


def _import(created: Created) -> Import:
    told = f"{created.name}\n{created.tag}\n{created.sequence}"
    moment = created.at.astimezone(UTC)
    refused = _refusal(created)
    return Import(
        id=f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}-{sha256(told.encode()).hexdigest()[:12]}",
        name=created.name,
        tag=created.tag,
        size=created.size,
        chunks=0 if refused else slices(created.size),
        started_at=moment,
        refused=refused,
    )


def _refusal(created: Created) -> str | None:
    if not created.name.endswith((".jsonl", ".ndjson")):
        return "文件名不以 .jsonl 或 .ndjson 结尾：请解压并转换为 JSON Lines（每行一条）后重新上传"
    if created.size > LARGEST:
        return f"文件有 {created.size} 字节，超过 {LARGEST} 字节，请拆成几个文件上传"
    return None


def settle(dock: Dock, found: Import) -> bool:
    """Finish an import whose chunks are all done: ask for the shelves it touched, then sum it; whether it is finished."""
    chunks = tuple(chunks_of(dock.store, found.id))
    if sum(chunk.done for chunk in chunks) < found.chunks:
        return False
    regions = sorted({region for chunk in chunks for region in chunk.regions})
    dock.loads.send(ShelfTold(region=region).text() for region in regions)
    finished = found.model_copy(update={"finished": total(chunks), "failed": failures(chunks)})
    try:
        dock.store.commit(Commit((Put(Item(keys.imported(found.id), finished.text(), version=2), replaces=1),)))
    except ConflictError:  # another chunk's worker has finished it
        return True
    return True


def chunks_of(store: Store, import_id: str) -> Iterator[Chunk]:
    """The chunks of an import that were begun, in order."""
    cursor: str | None = None
    while True:
        page = store.query(Range(None, keys.chunks(import_id), Table.CATALOGUE, limit=PAGE, cursor=cursor))
        yield from (Chunk.read(item.body) for item in page.items)
        cursor = page.cursor
        if cursor is None:
            return


def failures(chunks: tuple[Chunk, ...]) -> tuple[str, ...]:
    """Why chunks were given up, each sentence once."""
    return tuple(dict.fromkeys(chunk.failed for chunk in chunks if chunk.failed))


def total(chunks: tuple[Chunk, ...]) -> Counts:
    """What became of the lines of chunks."""
    counts = Counts()
    for chunk in chunks:
        counts = counts.plus(chunk.counts)
    return counts
