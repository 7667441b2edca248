"""Cells of decision tables: the part of ZEN's unary language whose meaning can be told exactly, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from miaoban.catalogue.errors import TableError

Kind = Literal["text", "number", "boolean", "date"]
Value = str | bool | Decimal
"""A value as tables compare it; a date is the number of its day."""

_QUOTED: Final = r"""'[^'"\\]*'|"[^'"\\]*\""""
_NUMBER: Final = r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?"
_DAY: Final = r"d\(\s*'[0-9]{4}-[0-9]{2}-[0-9]{2}'\s*\)"
_POINT: Final = f"(?:{_NUMBER}|{_DAY})"
_TERM: Final = re.compile(
    rf"(?P<starts>startsWith\(\s*\$\s*,\s*)?(?P<text>{_QUOTED})(?(starts)\s*\))|(?P<truth>true|false)"
    rf"|(?P<left>[\[(])\s*(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})\s*(?P<right>[\])])"
    rf"|(?P<above>>=?)\s*(?P<after>{_POINT})(?:\s+and\s+(?P<below><=?)\s*(?P<before>{_POINT}))?"
    rf"|(?P<under><=?)\s*(?P<end>{_POINT})|(?P<number>{_NUMBER})"
)
_COMMA: Final = re.compile(r"\s*,\s*")
CURE: Final = (
    "请写成 'x'、'x','y'、startsWith($, 'x')、5、> 5、[1..5]、true、"
    ">= d('2026-01-01') and < d('2027-01-01') 之一，或者留空表示任意"
)


@dataclass(frozen=True, slots=True)
class Same:
    """Takes one text, or one truth."""

    value: str | bool

    @property
    def kind(self) -> Kind:
        """What it compares with."""
        return "boolean" if isinstance(self.value, bool) else "text"

    def takes(self, value: Value) -> bool:
        """Whether the value is the one."""
        return value == self.value


@dataclass(frozen=True, slots=True)
class Starts:
    """Takes every text that starts so, such as the regions of a province."""

    prefix: str
    kind: Kind = "text"

    def takes(self, value: Value) -> bool:
        """Whether the text starts so."""
        return isinstance(value, str) and value.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class Span:
    """Takes the numbers, or days, between two ends; None is no end."""

    low: Decimal | None
    high: Decimal | None
    kind: Kind
    with_low: bool = True
    with_high: bool = True

    def takes(self, value: Value) -> bool:
        """Whether the number lies between the ends."""
        number = Decimal(value)
        above = self.low is None or number > self.low or (self.with_low and number == self.low)
        return above and (self.high is None or number < self.high or (self.with_high and number == self.high))


Term = Same | Starts | Span
Point = tuple[Decimal, Kind]


@lru_cache(maxsize=4096)
def terms_of(cell: str) -> tuple[Term, ...]:
    """The terms of which a value must meet one; none at all where the cell is empty and takes everything.

    Raises TableError for what is not in the grammar, or mixes kinds.
    """
    terms = tuple(_terms(cell.strip())) if cell.strip() else ()
    if len({term.kind for term in terms}) > 1:
        raise TableError(f"“{cell}”混用了不同类型的值，请分成几行")
    if len(terms) > 1 and isinstance(terms[0], Span) and "and" in cell:  # which the engine binds looser than the comma
        raise TableError(f"“{cell}”中 and 与逗号不能同用，请分成几行")
    return terms


def _terms(cell: str) -> Iterator[Term]:
    place = 0
    while True:
        found = _TERM.match(cell, place)
        if found is None:
            raise TableError(f"“{cell[:60]}”不能识别，{CURE}")
        yield _term(found)
        if found.end() == len(cell):
            return
        comma = _COMMA.match(cell, found.end())
        if comma is None:
            raise TableError(f"“{cell[:60]}”不能识别，{CURE}")
        place = comma.end()


def _term(found: re.Match[str]) -> Term:
    if found["text"]:
        return (Starts if found["starts"] else Same)(found["text"][1:-1])
    if found["truth"]:
        return Same(found["truth"] == "true")
    if found["number"]:
        return Span(Decimal(found["number"]), Decimal(found["number"]), "number")
    low, high = found["low"] or found["after"], found["high"] or found["before"] or found["end"]
    with_low = found["left"] == "[" or found["above"] == ">="
    with_high = found["right"] == "]" or "<=" in {found["below"], found["under"]}
    ends = (_point(low) if low else None, _point(high) if high else None)
    return _span(found[0], *ends, with_low=with_low, with_high=with_high)


def _span(cell: str, low: Point | None, high: Point | None, *, with_low: bool, with_high: bool) -> Span:
    kinds = {kind for _, kind in filter(None, (low, high))}
    if len(kinds) > 1 or (low and high and (low[0] > high[0] or (low[0] == high[0] and not (with_low and with_high)))):
        raise TableError(f"“{cell}”不包含任何值，请让左端小于右端，且两端类型相同")
    return Span(low[0] if low else None, high[0] if high else None, kinds.pop(), with_low=with_low, with_high=with_high)


def _point(text: str) -> Point:
    if not text.startswith("d("):
        return Decimal(text), "number"
    day = text.split("'")[1]
    try:
        return Decimal(date.fromisoformat(day).toordinal()), "date"
    except ValueError:
        raise TableError(f"没有 {day} 这一天，请核对日期") from None


def shown(value: Value, kind: Kind) -> str:
    """A value in a sentence."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "date":
        return date.fromordinal(int(Decimal(value))).isoformat()
    return str(value)
