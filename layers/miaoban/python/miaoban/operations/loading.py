"""Loading: the lines of a chunk become guide items, some at a time, each commit together with how far the chunk then is.

So a chunk goes on where the last commit left it, whoever was killed where: nothing is lost, nothing counted twice. Between
chunks, versions decide: an item is written only over the version that was read, and never over a newer one.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from miaoban.catalogue.entry import Entry, read_line
from miaoban.catalogue.errors import EntryError
from miaoban.catalogue.slicing import LONGEST, Line, Slice, slice_of
from miaoban.models import Frozen
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.errors import NotFoundError
from miaoban.operations.imports import Chunk, ChunkTold, Counts, Import, settle
from miaoban.operations.retrying import retried
from miaoban.ports import ObjectChangedError
from miaoban.storage import Commit, Item, Items, Put

STEP: Final = 99
"""Lines of one commit; the chunk's own record is the hundredth write, and more does no transaction take."""
KEPT: Final = 200
"""Refused lines of one chunk that are kept with their reasons; all are counted."""


class Refused(Frozen):
    """A line that could not be taken: its number within the chunk, its offset in the file, what is wrong with it."""

    chunk: int
    number: int
    offset: int
    sentence: str


class Judged(NamedTuple):
    """What lines lead to: the items to write, the refused lines, the counts."""

    puts: dict[str, Put]
    refused: list[Refused]
    counts: Counts


Read = tuple[Line, Entry | str | None]
"""A line, and its item, or what is wrong with it, or None when it is blank."""


def load(dock: Dock, told: ChunkTold) -> Chunk:
    """Load what is left of a chunk, and finish the import if that was the last; a chunk that is done stays as it is."""
    items = dock.store.read([keys.imported(told.import_id), keys.chunk(told.import_id, told.chunk)])
    item = items.get(keys.imported(told.import_id))
    if item is None:
        raise NotFoundError(f"没有导入 {told.import_id[:60]}，请核对消息")
    found = Import.read(item.body)
    chunk = _standing(items, found.id, told.chunk)
    if not chunk.done:
        chunk = _loaded(dock, found, chunk)
    if found.finished is None:
        settle(dock, found)
    return chunk


def _loaded(dock: Dock, found: Import, chunk: Chunk) -> Chunk:
    piece = slice_of(found.size, chunk.number)
    try:
        rest = _rest(dock, found, piece, chunk)
    except ObjectChangedError as error:
        return retried(partial(_failed, dock, found, chunk, str(error)))
    while not chunk.done:
        batch = [(line, _read(line)) for line in islice(rest(chunk), STEP)]
        chunk = retried(partial(_step, dock, found, chunk, batch))
    return chunk


def _rest(dock: Dock, found: Import, piece: Slice, chunk: Chunk) -> Callable[[Chunk], Iterator[Line]]:
    """Read the rest of the chunk once; gives the lines that are left for how far it is then."""
    first, last = piece.window(chunk.position)
    data = memoryview(dock.objects.read(found.name, found.tag, first, last) if first < piece.end else b"")

    def rest(now: Chunk) -> Iterator[Line]:
        start, _ = piece.window(now.position)
        return piece.lines(bytes(data[start - first :]), now.position)

    return rest


def _read(line: Line) -> Entry | str | None:
    if line.data is None:
        return f"这一行超过 {LONGEST} 字节，请拆分或缩减"
    if not line.data.strip():
        return None
    try:
        return read_line(line.data)
    except EntryError as error:
        return str(error)


def _step(dock: Dock, found: Import, chunk: Chunk, batch: list[Read]) -> Chunk:
    """Write a batch with how far the chunk then is; if another worker has gone on with it, returns how far that is."""
    codes = dict.fromkeys(str(entry.code) for _, entry in batch if isinstance(entry, Entry))
    items = dock.store.read([keys.chunk(found.id, chunk.number), *map(keys.entry, codes)])
    stands = _standing(items, found.id, chunk.number)
    if stands != chunk:
        return stands
    judged = _judged(items, chunk, batch)
    after = _after(chunk, judged, batch)
    kept = judged.refused[: max(KEPT - chunk.counts.refused, 0)]
    lines = (Put(Item(keys.line(found.id, chunk.number, line.offset), line.text()), replaces=None) for line in kept)
    dock.store.commit(Commit((*judged.puts.values(), *lines, _put(found, after))))
    return after


def _judged(items: Items, chunk: Chunk, batch: list[Read]) -> Judged:
    """Decide on each line by what stands in the table and what came before it in the batch."""
    judged: dict[str, Put] = {}
    refused: list[Refused] = []
    counts = dict.fromkeys(Counts.model_fields, 0)
    for number, (line, read) in enumerate(batch, start=chunk.counts.lines + 1):
        word, put = _fate(items, judged, read)
        if put is not None:
            counts["older"] += put.item.key.sort in judged
            counts["written"] -= put.item.key.sort in judged
            judged[put.item.key.sort] = put
        if word not in counts:
            refused.append(Refused(chunk=chunk.number, number=number, offset=line.start, sentence=word))
        counts[word if word in counts else "refused"] += 1
    return Judged(judged, refused, Counts(**counts | {"lines": len(batch)}))


def _fate(items: Items, judged: dict[str, Put], read: Entry | str | None) -> tuple[str, Put | None]:
    """What becomes of a line: the name of its count, or what is wrong with it; and the write, if there is one."""
    if read is None:
        return "blank", None
    if isinstance(read, str):
        return read, None
    key, code, body = keys.entry(str(read.code)), str(read.code), read.text()
    stored = items.get(key)
    standing = judged[code].item if code in judged else stored
    if standing is None or read.version > standing.version:
        return "written", Put(Item(key, body, version=read.version), replaces=stored.version if stored else 0)
    if read.version < standing.version:
        return "older", None
    if body == standing.body:
        return "unchanged", None
    return f"第 {read.version} 版的内容与已有的第 {read.version} 版不同，请核对，确有修改请提高版本号（version）", None


def _after(chunk: Chunk, judged: Judged, batch: list[Read]) -> Chunk:
    """How far the chunk is after a batch; a batch that is not full was its last."""
    touched = {keys.region_of(code) for code in judged.puts}
    return chunk.model_copy(
        update={
            "steps": chunk.steps + 1,
            "position": batch[-1][0].end if batch else chunk.position,
            "done": len(batch) < STEP,
            "counts": chunk.counts.plus(judged.counts),
            "regions": tuple(sorted({*chunk.regions, *touched})),
        }
    )


def _failed(dock: Dock, found: Import, chunk: Chunk, why: str) -> Chunk:
    """End a chunk whose file is gone, unless another worker had its bytes in hand and has gone on."""
    stands = _standing(dock.store.read([keys.chunk(found.id, chunk.number)]), found.id, chunk.number)
    if stands.done:
        return stands
    ended = stands.model_copy(update={"steps": stands.steps + 1, "done": True, "failed": why})
    dock.store.commit(Commit((_put(found, ended),)))
    return ended


def _put(found: Import, chunk: Chunk) -> Put:
    return Put(Item(keys.chunk(found.id, chunk.number), chunk.text(), version=chunk.steps), replaces=chunk.steps - 1)


def _standing(items: Items, import_id: str, number: int) -> Chunk:
    item = items.get(keys.chunk(import_id, number))
    return Chunk.read(item.body) if item else Chunk(number=number)
