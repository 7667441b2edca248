"""Collecting: files that departments' front-end nodes (前置机) put in the bucket, each line a message as on the queue.

A file is read piece by piece, and a line goes the way of every message: what came before is the same again, so a piece that
broke off is simply read again; half a batch, a gap in the numbers and another department's record are found as on the queue.
"""

import re
from collections import Counter
from typing import Final

from miaoban.catalogue.errors import Problem
from miaoban.catalogue.slicing import Line, slice_of, slices
from miaoban.evidence.errors import MessageError
from miaoban.evidence.message import LIMIT
from miaoban.models import Frozen
from miaoban.operations.quarantine import Letter, quarantine
from miaoban.operations.receive import Desk, receive
from miaoban.ports import ObjectChangedError, Objects, Outbox

PIECE: Final = 256 * 1024
"""Bytes of a piece: some hundred records, taken in a few seconds."""
LARGEST: Final = 1024**3
"""Bytes of a file: 4,096 pieces."""
_NAME: Final = re.compile(r"departments/([a-z][a-z0-9-]{0,60})/[^/]+(?:/[^/]+)*\.(?:jsonl|ndjson)")
_BOM: Final = b"\xef\xbb\xbf"


class Delivered(Frozen):
    """What the bucket tells of a file: its name, its size and the tag of what it holds."""

    name: str
    size: int
    tag: str


class PieceTold(Frozen):
    """The message to collect one piece of a file."""

    name: str
    size: int
    tag: str
    piece: int


def plan(desk: Desk, pieces: Outbox, told: Delivered) -> int:
    """Send a message for each piece of a file and return how many; a file that can not be taken is quarantined."""
    wrong = _wrong(told)
    if wrong:
        _refuse(desk, told.name, f"{told.tag}-file", wrong, department_of(told.name))
        return 0
    count = slices(told.size, PIECE)
    pieces.send(PieceTold(name=told.name, size=told.size, tag=told.tag, piece=piece).text() for piece in range(count))
    return count


def collect(desk: Desk, objects: Objects, told: PieceTold) -> Counter[str]:
    """Take the messages of a piece; returns what became of them. Raises RetryableError: then the piece is read again."""
    slice_ = slice_of(told.size, told.piece, PIECE, LIMIT)
    first, last = slice_.window(None)
    department = department_of(told.name)
    try:
        data = objects.read(told.name, told.tag, first, last)
    except ObjectChangedError as error:
        return Counter([_refuse(desk, told.name, f"{told.tag}-file", f"文件没有读完：{error}", department)])
    return Counter(_taken(desk, told, line, department) for line in slice_.lines(data, None) if _written(line))


def department_of(name: str) -> str | None:
    """The department under whose prefix a file lies: only its own node may write there."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def _written(line: Line) -> bool:
    return line.data is None or bool(line.data.strip())


def _taken(desk: Desk, told: PieceTold, line: Line, department: str | None) -> str:
    message_id = f"{told.tag}-{line.start}"
    if line.data is None:
        sentence = f"第 {line.start} 字节起的一行超过 {LIMIT} 字节，请拆成几批"
        return _refuse(desk, f"{told.name}#{line.start}", message_id, sentence, department)
    try:
        text = line.data.removeprefix(_BOM if line.start == 0 else b"").decode()
    except UnicodeDecodeError:
        text = line.data.decode(errors="backslashreplace")
        sentence = f"第 {line.start} 字节起的一行不是 UTF-8 编码，请以 UTF-8 重新导出"
        return _refuse(desk, text, message_id, sentence, department)
    return receive(desk, text, None, message_id, department).outcome


def _refuse(desk: Desk, text: str, message_id: str, sentence: str, department: str | None) -> str:
    error = MessageError(sentence, [Problem(pointer="", code="file-invalid", message=sentence)])
    quarantine(desk.services, desk.replies, Letter(text, message_id, department), error, department)
    return "quarantined"


def _wrong(told: Delivered) -> str | None:
    if department_of(told.name) is None:
        return "文件名应当是 departments/部门代码/….jsonl（每行一条报文），请改名后重新放入"
    if told.size > LARGEST:
        return f"文件有 {told.size} 字节，超过 {LARGEST} 字节，请拆成几个文件"
    return "文件是空的，请核对导出后重新放入" if told.size == 0 else None
