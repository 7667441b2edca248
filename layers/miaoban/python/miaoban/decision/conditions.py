"""Conditions judged: true, false or unknown, each with its reason, its article and what would make it hold."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache, reduce
from itertools import islice
from typing import Any, NamedTuple

from miaoban.canonical import canonical_text
from miaoban.catalogue.errors import ExpressionError
from miaoban.catalogue.expressions import all_hold, holds, value_at
from miaoban.catalogue.matter import Basis, Condition, Effect, Enough, Match, Matter
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

    @cached_property
    def canonical(self) -> str:
        """The canonical JSON of the verdict, without what is empty."""
        return canonical_text(self.model_dump(mode="json", exclude_none=True))


Clause = Enough | Condition


class Judged(NamedTuple):
    """The verdict's variable part, before the condition's own words are added."""

    truth: Truth
    missing: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    defect: str | None = None


def judge(matter: Matter, conditions: tuple[Condition, ...], facts: Facts) -> tuple[Verdict, ...]:
    """Judge every condition of the situation, in the matter's order."""
    roots = facts.roots()
    clauses = [(clause, _unknown(clause, facts, roots)) for condition in conditions for clause in _clauses(condition)]
    told = _told(tuple(clause.holds for clause, open_ in clauses if clause.holds and not open_), roots)
    judged = iter([open_ or _known(matter, clause, told, roots) for clause, open_ in clauses])
    return tuple(_verdict(condition, reduce(_or, islice(judged, len(_clauses(condition))))) for condition in conditions)


def _clauses(condition: Condition) -> tuple[Clause, ...]:
    return (condition,) if condition.enough is None else (condition.enough, condition)


def _or(enough: Judged, rest: Judged) -> Judged:
    """Kleene's or: true if either is, false if both are; what is missing is what either misses."""
    if Truth.TRUE in {enough.truth, rest.truth}:
        return enough if enough.truth is Truth.TRUE else rest
    if Truth.UNKNOWN not in {enough.truth, rest.truth}:
        return rest
    missing = tuple(sorted({*enough.missing, *rest.missing}))
    return Judged(Truth.UNKNOWN, missing, rest.compared, enough.defect or rest.defect)


def _unknown(clause: Clause, facts: Facts, roots: Mapping[str, Any]) -> Judged | None:
    """Why a clause cannot be told; None when all that it needs is known.

    A record that nobody could look up, because the form leaves out its key, is a defect; otherwise its source is missing.
    """
    open_ = {root for path, root in _from_records(clause.needs) if value_at(roots, path) is None}
    if not open_:
        return None
    unasked = sorted(open_ - facts.evidence.keys())
    if unasked:
        return Judged(Truth.UNKNOWN, defect=f"没有填写查询 {'、'.join(unasked)} 所需的内容")
    return Judged(Truth.UNKNOWN, tuple(sorted({facts.evidence[root].source_name for root in open_})))


@lru_cache(maxsize=4096)
def _from_records(needs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The needed paths that lead into records, each with the record's name; what a form leaves out is known to be absent."""
    named = ((path, path.partition(".")[0]) for path in needs)
    return tuple((path, root) for path, root in named if root not in OWN_ROOTS)


def _told(expressions: tuple[str, ...], roots: Mapping[str, Any]) -> dict[str, Judged]:
    """What expressions say, asked all at once; one by one when one of them fails, which must not spoil the others."""
    try:
        truths = all_hold(expressions, roots)
    except ExpressionError:
        return {expression: _judged(expression, roots) for expression in expressions}
    judged = (Judged(Truth.TRUE if truth else Truth.FALSE) for truth in truths)
    return dict(zip(expressions, judged, strict=True))


def _judged(expression: str, roots: Mapping[str, Any]) -> Judged:
    try:
        return Judged(Truth.TRUE if holds(expression, roots) else Truth.FALSE)
    except ExpressionError as error:
        return Judged(Truth.UNKNOWN, defect=str(error))


def _known(matter: Matter, clause: Clause, told: Mapping[str, Judged], roots: Mapping[str, Any]) -> Judged:
    return told[clause.holds] if clause.holds else _compare(matter, clause, roots)


def _compare(matter: Matter, clause: Clause, roots: Mapping[str, Any]) -> Judged:
    matches = clause.matches if isinstance(clause, Condition) else ()
    compared = tuple(_side_by_side(matter, match, roots) for match in matches)
    return Judged(Truth.TRUE if all(pair.agrees for pair in compared) else Truth.FALSE, compared=compared)


def _side_by_side(matter: Matter, match: Match, roots: Mapping[str, Any]) -> Compared:
    declared, held = value_at(roots, match.declared), value_at(roots, match.held)
    field = match.declared.removeprefix("form.")
    label = matter.fields[field].label if field in matter.fields else field
    same = agrees(declared, held, match.method)
    return Compared(field=match.declared, label=label, declared=declared, held=held, agrees=same)


def _verdict(condition: Condition, judged: Judged) -> Verdict:
    truth, missing, compared, defect = judged
    if truth is Truth.TRUE and not compared:
        return _plain(condition.id, condition.basis.law, condition.basis.article)
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


@lru_cache(maxsize=4096)
def _plain(condition: str, law: str, article: str) -> Verdict:
    """The verdict of a condition that simply holds: always the same, so made once."""
    return Verdict(condition=condition, basis=Basis(law=law, article=article), truth=Truth.TRUE)
