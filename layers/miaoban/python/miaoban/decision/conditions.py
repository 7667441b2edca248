"""Conditions judged: true, false or unknown, each with its reason, its article and what would make it hold."""

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from typing import Any, Final, NamedTuple

from miaoban.catalogue.condition import Effect, Grade, Match
from miaoban.catalogue.errors import ExpressionError, TableError
from miaoban.catalogue.expressions import all_hold, holds, value_at
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.tables import ROOT, Table
from miaoban.decision.facts import Facts
from miaoban.decision.plan import Clause, Rule, plan_of
from miaoban.decision.provenance import DECLARED, grades, reaches
from miaoban.decision.verdict import Compared, Graded, Truth, Verdict
from miaoban.evidence.comparison import THRESHOLD, compare


class Judged(NamedTuple):
    """The verdict's variable part, before the condition's own words are added."""

    truth: Truth
    missing: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    defect: str | None = None
    graded: tuple[Graded, ...] | None = None


HOLDS: Final = Judged(Truth.TRUE)
_SAID: Final = {True: HOLDS, False: Judged(Truth.FALSE)}


def judge(matter: Matter, situation: Situation, facts: Facts) -> tuple[Verdict, ...]:
    """Judge every condition of the situation, in the matter's order."""
    plan, roots = plan_of(situation), {**facts.roots, "parameter": matter.parameters_in(facts.region)}
    silent: dict[str, str] = {}
    if plan.tables:
        roots, silent = _with_tables(plan.tables, roots)
    absent = {path for path in plan.needs if value_at(roots, path) is None}
    doubtful = plan.clauses if absent or silent else plan.examined
    unknown = {clause: why for clause in doubtful if (why := _unknown(clause, absent, silent, facts))}
    told = _told(plan.expressions if not unknown else _asked(plan.clauses, unknown), roots)
    judged = {
        clause: unknown.get(clause) or told.get(clause.holds) or _compare(matter, clause, roots) for clause in plan.clauses
    }
    if plan.graded:
        held = grades(matter.fields, facts)
        judged = {clause: _graded(matter, clause, found, held) for clause, found in judged.items()}
    return tuple([_verdict(rule, reduce(_or, map(judged.__getitem__, rule.clauses))) for rule in plan.rules])


def _or(enough: Judged, rest: Judged) -> Judged:
    """Kleene's or: true if either is, false if both are; what is missing is what either misses."""
    if Truth.TRUE in {enough.truth, rest.truth}:
        return enough if enough.truth is Truth.TRUE else rest
    if Truth.UNKNOWN not in {enough.truth, rest.truth}:
        return rest
    missing = tuple(sorted({*enough.missing, *rest.missing}))
    return Judged(Truth.UNKNOWN, missing, rest.compared, enough.defect or rest.defect)


def _with_tables(tables: Mapping[str, Table], roots: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The roots with what the tables answer, and why those that do not answer are silent: each is asked once."""
    answers: dict[str, Any] = {}
    silent: dict[str, str] = {}
    for name, table in tables.items():
        try:
            answers[name] = table.answer(roots)
        except TableError as error:
            silent[name] = f"决策表 {name} {error}，需要人工核查"
    return {**roots, ROOT: answers}, silent


def _unknown(clause: Clause, absent: Collection[str], silent: Mapping[str, str], facts: Facts) -> Judged | None:
    """Why a clause cannot be told; None when all that it needs is known.

    A record that nobody could look up, because the form leaves out its key, is a defect; otherwise its source is missing.
    A table that has no answer is a defect once all that it needs is known.
    """
    if clause.examine is not None:
        return Judged(Truth.UNKNOWN, defect=clause.examine)
    open_ = {record for path, record in clause.needs if path in absent}
    if not open_:
        defect = next((silent[name] for name in clause.tables if name in silent), None)
        return Judged(Truth.UNKNOWN, defect=defect) if defect else None
    unasked = sorted(open_ - facts.evidence.keys())
    if unasked:
        return Judged(Truth.UNKNOWN, defect=f"没有填写查询 {'、'.join(unasked)} 所需的内容")
    return Judged(Truth.UNKNOWN, tuple(sorted({facts.evidence[record].source_name for record in open_})))


def _asked(clauses: Iterable[Clause], unknown: Collection[Clause]) -> tuple[str, ...]:
    return tuple(clause.holds for clause in clauses if clause.holds and clause not in unknown)


def _told(expressions: tuple[str, ...], roots: Mapping[str, Any]) -> dict[str | None, Judged]:
    """What expressions say, asked all at once; one by one when one of them fails, which must not spoil the others."""
    try:
        truths = all_hold(expressions, roots)
    except ExpressionError:
        return {expression: _judged(expression, roots) for expression in expressions}
    return dict(zip(expressions, map(_SAID.__getitem__, truths), strict=True))


def _judged(expression: str, roots: Mapping[str, Any]) -> Judged:
    try:
        return _SAID[holds(expression, roots)]
    except ExpressionError as error:
        return Judged(Truth.UNKNOWN, defect=str(error))


def _compare(matter: Matter, clause: Clause, roots: Mapping[str, Any]) -> Judged:
    compared = tuple(_side_by_side(matter, match, roots) for match in clause.matches)
    return Judged(Truth.TRUE if all(pair.agrees for pair in compared) else Truth.FALSE, compared=compared)


def _side_by_side(matter: Matter, match: Match, roots: Mapping[str, Any]) -> Compared:
    declared, held = value_at(roots, match.declared), value_at(roots, match.held)
    field = match.declared.removeprefix("form.")
    label = matter.fields[field].label if field in matter.fields else field
    found = compare(declared, held, match.method)
    return Compared(
        field=match.declared,
        label=label,
        declared=declared,
        held=held,
        agrees=found.agrees,
        method=found.method,
        forms=found.forms,
        score=found.score,
        threshold=THRESHOLD,
    )


def _graded(matter: Matter, clause: Clause, judged: Judged, held: Mapping[str, Grade]) -> Judged:
    """A clause that would hold, and rests on a value that is less sure than it demands, does not; what is absent is D."""
    if judged.truth is not Truth.TRUE:
        return judged
    found = ((code, demanded, held.get(code, DECLARED.grade)) for code, demanded in clause.grades)
    low = tuple(
        Graded(f"form.{code}", matter.fields[code].label, demanded, grade)
        for code, demanded, grade in found
        if not reaches(grade, demanded)
    )
    return judged._replace(truth=Truth.FALSE, graded=low) if low else judged


def _verdict(rule: Rule, judged: Judged) -> Verdict:
    if judged is HOLDS:
        return rule.holding
    condition, (truth, missing, compared, defect, graded) = rule.condition, judged
    if missing and defect is None and condition.silent == "review":
        defect = f"{'、'.join(missing)}暂时没有数据，转人工核查"
    if truth is Truth.TRUE:
        return Verdict(condition=condition.id, basis=condition.basis, truth=truth, compared=compared)
    return Verdict(
        condition=condition.id,
        basis=condition.basis,
        truth=truth,
        effect=condition.otherwise if truth is Truth.FALSE or condition.examine is not None else None,
        missing=missing,
        title=condition.title,
        says=condition.says,
        cure=condition.cure,
        compared=compared,
        graded=graded,
        defect=defect,
        hint=condition.otherwise is Effect.FLAG,
    )
