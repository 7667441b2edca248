"""The texts of folders, before they are parsed: of bounded size, with one kind of line end, and nothing hidden in them."""

import re
from typing import Final

from miaoban.catalogue.errors import CatalogueError
from miaoban.text import hidden

LONGEST: Final = 1_000_000
"""Characters of one text."""

_BOM: Final = "\ufeff"
_ENDS: Final = re.compile(r"\r\n?|\n")
_ALONE: Final = re.compile(r"\r(?!\n)")
_PAIR: Final = re.compile(r"\r\n")
_PLAIN: Final = re.compile(r"(?<!\r)\n")


def line_at(text: str, place: int) -> int:
    """The number of the line in which a character stands, from 1."""
    return len(_ENDS.findall(text, 0, place)) + 1


def decoded(name: str, data: bytes) -> str:
    """The text of a file; raises CatalogueError, naming the line, for bytes that are not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = line_at(data[: error.start].decode(), error.start)
        raise CatalogueError("有不是 UTF-8 编码的字节，请将文件另存为 UTF-8", name, line=line) from None


def check_text(name: str, text: str) -> None:
    """Raise CatalogueError for a text that no parser should see.

    CRLF throughout is what some editors write and means the same as LF; a mark at the start, CR alone, and ends that differ
    are refused, for what one tool shows is then not what another reads.
    """
    if len(text) > LONGEST:
        raise CatalogueError(f"文件从这一行起超过 {LONGEST} 字，请拆分", name, line=line_at(text, LONGEST))
    if text.startswith(_BOM):
        raise CatalogueError("开头有字节顺序标记（BOM），请另存为不带 BOM 的 UTF-8", name, line=1)
    _check_ends(name, text)
    if found := hidden(text):
        place, which = found
        raise CatalogueError(f"有看不见的字符 {which}，请删除", name, line=line_at(text, place))


def _check_ends(name: str, text: str) -> None:
    if alone := _ALONE.search(text):
        raise CatalogueError("换行符是单独的 CR，请统一为 LF", name, line=line_at(text, alone.start()))
    first = _ENDS.search(text)
    other = (_PLAIN if first[0] == "\r\n" else _PAIR).search(text) if first else None
    if other:
        raise CatalogueError("换行符与前面的行不同（CRLF 与 LF 混用），请统一为 LF", name, line=line_at(text, other.start()))
