"""Cursors: where a page ended, as text that only the same question accepts.

A cursor is base64url JSON: the sort key, partition and sort of the last item, and a digest that binds them to the
question. The digest is no secret: a forged cursor could only start elsewhere in a range that its bearer may read.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from miaoban.ports import CursorError, RefusedError
from miaoban.storage import Index, Item, Range, Table

_DIGEST_DIGITS = 12


class Position(NamedTuple):
    """Where an item stands in a table or an index: by its sort key, then by its address."""

    at: str
    partition: str
    sort: str


def place(index: Index | None, item: Item) -> tuple[str | None, str | None]:
    """Return the partition and the sort key under which a table (None) or an index lists an item."""
    if index is None:
        return item.key.partition, item.key.sort
    if index is Index.OWNER:
        return item.owner, item.owner_at
    return item.queue, item.queue_at


def check_question(question: Range) -> None:
    """Raise RefusedError for a question that no store answers."""
    if question.limit < 1:
        raise RefusedError(f"每页至少一条，收到 limit={question.limit}")
    if not question.partition:
        raise RefusedError("查询须指明分区，收到空文本")
    if question.index is not None and question.table is not Table.CASES:
        raise RefusedError(f"表 {question.table} 没有索引 {question.index}")


def cursor_of(question: Range, item: Item) -> str:
    """Return the cursor with which the same question goes on after `item`."""
    position = Position(place(question.index, item)[1] or "", item.key.partition, item.key.sort)
    text = json.dumps([*position, _digest(question, position)], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(question: Range) -> Position | None:
    """Return where the question's cursor points, None without one; raises CursorError if it is not this question's."""
    if question.cursor is None:
        return None
    try:
        at, partition, sort, digest = json.loads(_decoded(question.cursor))
        position = Position(at, partition, sort)
        genuine = digest == _digest(question, position)
    except (ValueError, TypeError) as error:
        raise CursorError("翻页标记无法识别，请从第一页重新查询") from error
    if not genuine:
        raise CursorError("翻页标记与本次查询不符，请从第一页重新查询")
    return position


def _decoded(cursor: str) -> bytes:
    return urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))


def _digest(question: Range, position: Position) -> str:
    bound = [question.table, question.index, question.partition, question.start, question.end, question.descending]
    return sha256(json.dumps([bound, position]).encode()).hexdigest()[:_DIGEST_DIGITS]
