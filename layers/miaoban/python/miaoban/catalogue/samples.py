"""Sample values by type, as a decision sees them: what an expression must be able to take."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, TypeVar

from miaoban.catalogue.fields import Field, FieldType

Value = TypeVar("Value")

MOST = 4000
"""Combinations of the values of one expression; beyond them, each value is tried once."""
MOST_ROWS = 400
TODAY = "2026-03-02"

_TEXTS = re.compile(r"'([^']*)'|\"([^\"]*)\"")

_PLAIN: Mapping[FieldType, tuple[Any, ...]] = {
    FieldType.TEXT: ("示例",),
    FieldType.USCC: ("91211281MAXX000158",),
    FieldType.RESIDENT_ID: ("0123456789abcdef",),
    FieldType.MOBILE: ("fedcba9876543210",),
    FieldType.REGION: ("211281", "211202"),
    FieldType.DATE: (TODAY, "2099-12-31"),
    FieldType.BOOLEAN: (True, False),
    FieldType.PROMISE: (True,),
    FieldType.DIGEST: (f"sha256:{'0' * 64}",),
}
"""Personal numbers are pseudonyms by the time they are compared."""


def texts_in(expression: str) -> tuple[str, ...]:
    """The texts that an expression compares with."""
    return tuple(one or other for one, other in _TEXTS.findall(expression))


def told(facts: Mapping[str, Any]) -> str:
    """Sample facts in words."""
    return "、".join(f"{path} 为{'空' if value is None else f' {str(value)[:60]}'}" for path, value in facts.items())


def samples(field: Field, texts: Iterable[str], columns: Iterable[str]) -> tuple[Any, ...]:
    """Values of a field, without its absence. `texts` are what the expression compares with, `columns` what it looks at."""
    match field.type:
        case FieldType.CHOICE:
            return tuple(field.options)
        case FieldType.CHOICES:
            return ([next(iter(field.options), "")], list(field.options))
        case FieldType.NUMBER | FieldType.INTEGER | FieldType.MONEY:
            return _numbers(field)
        case FieldType.TABLE:
            return tuple([row] for row in _rows(field, tuple(texts), frozenset(columns)))
        case FieldType.TEXT:
            return (*_PLAIN[field.type], *texts)
        case _:
            return _PLAIN[field.type]


def values(field: Field, texts: Iterable[str], columns: Iterable[str]) -> tuple[Any, ...]:
    """Values of a field, and None if it may be left out."""
    found = samples(field, texts, columns)
    return found if field.required else (*found, None)


def _numbers(field: Field) -> tuple[Any, ...]:
    """A number within the bounds, and nought if that is one: what divides by it must be told."""
    low = field.minimum if field.minimum is not None else 0
    high = field.maximum if field.maximum is not None else low + 1
    return tuple(dict.fromkeys((high, 0) if low <= 0 <= high else (high, low)))


def _rows(field: Field, texts: tuple[str, ...], columns: frozenset[str]) -> Iterable[Mapping[str, Any]]:
    """Rows in which the columns looked at take each of their values, the others one."""
    ranges = [
        values(column, texts, ()) if code in columns else samples(column, (), ())[:1] for code, column in field.columns.items()
    ]
    return (dict(zip(field.columns, row, strict=True)) for row in combinations(ranges, MOST_ROWS))


def combinations(ranges: Sequence[Sequence[Value]], most: int) -> Iterator[tuple[Value, ...]]:
    """One value of each range in every combination; where that is too many, each value once beside the first of all others."""
    if prod(map(len, ranges)) <= most:
        yield from product(*ranges)
        return
    firsts = tuple(values[0] for values in ranges)
    for place, values in enumerate(ranges):
        yield from ((*firsts[:place], value, *firsts[place + 1 :]) for value in values)
