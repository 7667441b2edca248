"""Where a found row stands among all that were found, and the cursor that names a place for one question alone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from miaoban.ports import CursorError

_DIGITS = 12
_KINDS = [bool, int, int, int, str]


class Place(NamedTuple):
    """A row's place, by what decides first: words missing, bigrams (negative), distance, length of its name, code."""

    partial: bool
    bigrams: int
    distance: int
    length: int
    code: str


def cursor_at(place: Place, question: str) -> str:
    """The cursor with which the same question goes on after a place."""
    text = json.dumps([*place, _digest(place, question)], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_at(cursor: str | None, question: str) -> Place | None:
    """The place that a cursor names, None without one; raises CursorError if it is not this question's."""
    if cursor is None:
        return None
    try:
        *parts, digest = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        place = Place(*parts)
        genuine = digest == _digest(place, question) and [type(part) for part in place] == _KINDS
    except (ValueError, TypeError) as error:
        raise CursorError("翻页标记无法识别，请从第一页重新查询") from error
    if not genuine:
        raise CursorError("翻页标记与本次查询不符，请从第一页重新查询")
    return place


def _digest(place: Place, question: str) -> str:
    return sha256(json.dumps([place, question]).encode()).hexdigest()[:_DIGITS]
