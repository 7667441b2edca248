"""The domain of a decision table's column: what its path can hold, and a finite set of values that stands for all of it.

Every value that a fact can have is taken by exactly the rows that take one of these samples, so that checking the samples
checks everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from typing import Final

from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.table_cells import Kind, Same, Span, Starts, Term, Value, shown

_KINDS: Final[dict[FieldType, Kind]] = {
    FieldType.TEXT: "text",
    FieldType.USCC: "text",
    FieldType.REGION: "text",
    FieldType.CHOICE: "text",
    FieldType.DATE: "date",
    FieldType.NUMBER: "number",
    FieldType.INTEGER: "number",
    FieldType.MONEY: "number",
    FieldType.BOOLEAN: "boolean",
}
_OTHER: Final = "其他"


@dataclass(frozen=True, slots=True)
class Domain:
    """What a path can hold: `options` when it is one of a few texts, the bounds of a number, whole numbers only."""

    kind: Kind
    options: tuple[str, ...] | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    whole: bool = False


_DAYS: Final = Domain("date", minimum=Decimal(date.min.toordinal()), maximum=Decimal(date.max.toordinal()), whole=True)
_OWN: Final[dict[str, Domain]] = {
    "organ.region": Domain("text"),
    "applicant.name": Domain("text"),
    "held.present": Domain("boolean"),
    "today": _DAYS,
}


def domain_of(edition: Edition, path: str) -> Domain | None:
    """The domain of a path; None when it does not exist, or holds what tables do not compare (lists, personal numbers)."""
    root, _, rest = path.partition(".")
    matter = edition.matter
    if path in _OWN:
        return _OWN[path]
    if root == "situation" and rest in matter.questions:
        return Domain("text", options=tuple(matter.questions[rest].answers))
    if root == "form" and rest in matter.fields:
        return _of_field(matter.fields[rest])
    if root not in matter.records:
        return None
    use = matter.records[root]
    fields = edition.sources[use.source].kinds[use.kind].fields
    if rest == "present":
        return Domain("boolean")
    return _of_field(fields[rest]) if rest in fields else None


def _of_field(field: Field) -> Domain | None:
    kind = _KINDS.get(field.type)
    if kind is None or kind == "date":
        return _DAYS if kind else None
    money = field.type is FieldType.MONEY
    return Domain(
        kind,
        options=tuple(field.options) if field.type is FieldType.CHOICE else None,
        minimum=_decimal(0 if money and field.minimum is None else field.minimum),
        maximum=_decimal(field.maximum),
        whole=money or field.type is FieldType.INTEGER,
    )


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def samples(domain: Domain, terms: Iterable[Term]) -> tuple[Value, ...]:
    """The values that stand for the whole domain, given everything that the cells of the column tell apart."""
    known = tuple(terms)
    if domain.kind == "boolean":
        return (True, False)
    if domain.options is not None:
        return domain.options
    if domain.kind == "text":
        return tuple(_texts(known))
    return tuple(_numbers(domain, {end for term in known if isinstance(term, Span) for end in (term.low, term.high)}))


def _texts(terms: tuple[Term, ...]) -> Iterator[str]:
    """Each text that is named, and, for each prefix and for none, one that is not and has no longer prefix of ours."""
    named = {str(term.value) for term in terms if isinstance(term, Same)}
    prefixes = {term.prefix for term in terms if isinstance(term, Starts)} | {""}
    yield from sorted(named)
    for prefix in sorted(prefixes):
        other = f"{prefix}{_OTHER}"
        while other in named or any(other.startswith(longer) for longer in prefixes if len(longer) > len(prefix)):
            other += "*"
        yield other


def _numbers(domain: Domain, ends: set[Decimal | None]) -> Iterator[Decimal]:
    """Each end of an interval within bounds, and a number between each two neighbours, below all and above all."""
    if not ends - {None}:
        yield next((bound for bound in (domain.minimum, domain.maximum) if bound is not None), Decimal(0))
        return
    known = sorted(end for end in ends | {domain.minimum, domain.maximum} if end is not None)
    between = (_between(low, high, whole=domain.whole) for low, high in pairwise(known))
    candidates = (floor(known[0]) - 1, *known, *between, ceil(known[-1]) + 1)
    within = {Decimal(value) for value in candidates if value is not None and _within(domain, Decimal(value))}
    yield from sorted(value for value in within if not domain.whole or value == value.to_integral_value())


def _between(low: Decimal, high: Decimal, *, whole: bool) -> Decimal | None:
    """A number between two others, the next whole one where only those count; None where there is none."""
    if not whole:
        return (low + high) / 2
    middle = Decimal(floor(low) + 1)
    return middle if middle < high else None


def _within(domain: Domain, value: Decimal) -> bool:
    return (domain.minimum is None or value >= domain.minimum) and (domain.maximum is None or value <= domain.maximum)


def told(path: str, value: Value, domain: Domain) -> str:
    """An input in a sentence: `form.kind=association`."""
    return f"{path}={shown(value, domain.kind)}"
