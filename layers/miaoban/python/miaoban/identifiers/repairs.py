"""Repairs that cannot change which identifier is meant, each with the sentence that says so to the person."""

import re
from collections.abc import Callable
from typing import Final

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LOWER: Final = {code: code - 0x20 for code in range(ord("a"), ord("z") + 1)}
_INVISIBLE: Final = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_HYPHENS: Final = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2212"))
_SPACES: Final = re.compile(r"\s+")

_ALWAYS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("已去除不可见字符", lambda text: text.translate(_INVISIBLE)),
    ("已去除空格", lambda text: _SPACES.sub("", text)),
    ("全角字符已转为半角", lambda text: text.translate(_FULL_WIDTH)),
    ("小写字母已转为大写", lambda text: text.translate(_LOWER)),
)
_WITH_HYPHENS: Final = (*_ALWAYS, ("已去除连字符", lambda text: text.translate(_HYPHENS)))


def repair(text: str, *, hyphens: bool) -> tuple[str, tuple[str, ...]]:
    """Return the text without input-method accidents, and one Chinese sentence for each kind of repair made.

    Hyphens go only where joining the parts cannot make a different identifier (`hyphens`).
    """
    notes: list[str] = []
    for sentence, change in _WITH_HYPHENS if hyphens else _ALWAYS:
        changed = change(text)
        if changed != text:
            notes.append(sentence)
        text = changed
    return text, tuple(notes)
