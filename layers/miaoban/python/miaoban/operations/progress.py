"""How far imports are, and the lines that they could not take, for the steward."""

from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from typing import Final, Literal

from miaoban.models import Frozen
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.errors import NotFoundError
from miaoban.operations.imports import Chunk, Counts, Import, chunks_of, failures, total
from miaoban.operations.loading import Refused
from miaoban.ports import Store
from miaoban.storage import Range, Table

PAGE: Final = 10
"""Imports of one page: one that goes on is summed from its chunks."""
LINES: Final = 50


class Progress(Frozen):
    """An import: what it brings, how far it is, what became of its lines. `failed` says why chunks had to be given up."""

    id: str
    name: str
    size: int
    started_at: datetime
    state: Literal["loading", "finished", "failed", "refused"]
    chunks: int
    chunks_done: int
    counts: Counts
    refused: str | None = None
    failed: tuple[str, ...] = ()


class RefusedLine(Frozen):
    """A line that could not be taken. Its number is known as soon as all chunks before its own are done."""

    number: int | None = None
    offset: int
    sentence: str


class ProgressOfImport(Progress):
    """An import with a page of the lines that could not be taken, in the file's order."""

    lines: tuple[RefusedLine, ...] = ()
    cursor: str | None = None


def recent(store: Store, cursor: str | None) -> tuple[tuple[Progress, ...], str | None]:
    """A page of imports, newest first."""
    question = Range(None, keys.IMPORTS, Table.CATALOGUE, descending=True, limit=PAGE, cursor=cursor)
    page = store.query(question)
    return tuple(_listed(store, Import.read(item.body)) for item in page.items), page.cursor


def _listed(store: Store, found: Import) -> Progress:
    """An import's line: a finished one is summed already."""
    return _progress(found, () if found.finished else tuple(chunks_of(store, found.id)))


def progress_of(store: Store, import_id: str, cursor: str | None) -> ProgressOfImport:
    """An import with a page of its refused lines; raises NotFoundError, CursorError."""
    key = keys.imported(import_id)
    item = store.read([key]).get(key)
    if item is None:
        raise NotFoundError("没有这次导入，请核对导入编号")
    found = Import.read(item.body)
    chunks = tuple(chunks_of(store, found.id))
    page = store.query(Range(None, keys.lines(found.id), Table.CATALOGUE, limit=LINES, cursor=cursor))
    before = _lines_before(chunks)
    lines = tuple(_line(Refused.read(item.body), before) for item in page.items)
    return ProgressOfImport(**_progress(found, chunks).model_dump(), lines=lines, cursor=page.cursor)


def _progress(found: Import, chunks: tuple[Chunk, ...]) -> Progress:
    failed = found.failed or failures(chunks)
    over: Literal["failed", "finished"] = "failed" if failed else "finished"
    return Progress(
        id=found.id,
        name=found.name,
        size=found.size,
        started_at=found.started_at,
        state="refused" if found.refused else over if found.finished is not None else "loading",
        chunks=found.chunks,
        chunks_done=found.chunks if found.finished else sum(chunk.done for chunk in chunks),
        counts=found.finished or total(chunks),
        refused=found.refused,
        failed=failed,
    )


def _lines_before(chunks: tuple[Chunk, ...]) -> Mapping[int, int]:
    """For each chunk before which all are done, how many lines come before it."""
    known = dict(enumerate(chunks))
    done = 0
    while done in known and known[done].number == done and known[done].done:
        done += 1
    sums = accumulate((chunk.counts.lines for chunk in chunks[:done]), initial=0)
    return dict(enumerate(sums))


def _line(line: Refused, before: Mapping[int, int]) -> RefusedLine:
    number = before[line.chunk] + line.number if line.chunk in before else None
    return RefusedLine(number=number, offset=line.offset, sentence=line.sentence)
