"""Conditions judged: true, false or unknown, each with its reason, its article and what would make it hold."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from miaoban.catalogue.errors import ExpressionError
from miaoban.catalogue.expressions import holds, value_at
from miaoban.catalogue.matter import Basis, Condition, Effect, Match, Matter
from miaoban.decision.facts import OWN_ROOTS, Facts
from miaoban.evidence.comparison import agrees
from miaoban.models import Frozen


class Truth(StrEnum):
    """The three values of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Compared(Frozen):
    """A declared value beside the held one."""

    field: str
    label: str
    declared: Any = None
    held: Any = None
    agrees: bool


class Verdict(Frozen):
    """What became of one condition; words for people only where it does not hold. A `hint` can flag and no more."""

    condition: str
    basis: Basis
    truth: Truth
    effect: Effect | None = None
    missing: tuple[str, ...] = ()
    title: str | None = None
    says: str | None = None
    cure: str | None = None
    compared: tuple[Compared, ...] = ()
    defect: str | None = None
    hint: bool = False


class Judged(NamedTuple):
    """The verdict's variable part, before the condition's own words are added."""

    truth: Truth
    missing: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    defect: str | None = None


def judge(matter: Matter, conditions: tuple[Condition, ...], facts: Facts) -> tuple[Verdict, ...]:
    """Judge every condition of the situation, in the matter's order."""
    roots = facts.roots()
    return tuple(_verdict(condition, _judged(matter, condition, facts, roots)) for condition in conditions)


def _judged(matter: Matter, condition: Condition, facts: Facts, roots: Mapping[str, Any]) -> Judged:
    unasked = _unasked(condition, facts)
    if unasked:
        return Judged(Truth.UNKNOWN, defect=f"没有填写查询 {'、'.join(unasked)} 所需的内容")
    missing = _missing(condition, facts, roots)
    if missing:
        return Judged(Truth.UNKNOWN, missing)
    if condition.holds is None:
        return _compare(matter, condition, roots)
    try:
        return Judged(Truth.TRUE if holds(condition.holds, roots) else Truth.FALSE)
    except ExpressionError as error:
        return Judged(Truth.UNKNOWN, defect=str(error))


def _unasked(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The records that a condition needs and that nobody could look up, because the form leaves out their key."""
    roots = {path.partition(".")[0] for path in condition.needs}
    return tuple(sorted(roots - OWN_ROOTS - facts.evidence.keys()))


def _missing(condition: Condition, facts: Facts, roots: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the sources that leave a needed value open; what the form leaves out is known to be absent."""
    open_roots = (path.partition(".")[0] for path in condition.needs if value_at(roots, path) is None)
    return tuple(sorted({facts.evidence[root].source_name for root in open_roots if root not in OWN_ROOTS}))


def _compare(matter: Matter, condition: Condition, roots: Mapping[str, Any]) -> Judged:
    compared = tuple(_side_by_side(matter, match, roots) for match in condition.matches)
    return Judged(Truth.TRUE if all(pair.agrees for pair in compared) else Truth.FALSE, compared=compared)


def _side_by_side(matter: Matter, match: Match, roots: Mapping[str, Any]) -> Compared:
    declared, held = value_at(roots, match.declared), value_at(roots, match.held)
    field = match.declared.removeprefix("form.")
    label = matter.fields[field].label if field in matter.fields else field
    same = agrees(declared, held, match.method)
    return Compared(field=match.declared, label=label, declared=declared, held=held, agrees=same)


def _verdict(condition: Condition, judged: Judged) -> Verdict:
    truth, missing, compared, defect = judged
    if truth is Truth.TRUE:
        return Verdict(condition=condition.id, basis=condition.basis, truth=truth, compared=compared)
    return Verdict(
        condition=condition.id,
        basis=condition.basis,
        truth=truth,
        effect=condition.otherwise if truth is Truth.FALSE else None,
        missing=missing,
        title=condition.title,
        says=condition.says,
        cure=condition.cure,
        compared=compared,
        defect=defect,
        hint=condition.otherwise is Effect.FLAG,
    )
