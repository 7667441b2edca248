"""The plan of judging a situation: what its conditions need and ask, worked out once and the same for every filing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from miaoban.catalogue.condition import Condition, Enough, Grade, Match
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.tables import Table, named, needed
from miaoban.decision.facts import OWN_ROOTS
from miaoban.decision.verdict import Truth, Verdict

_REMEMBERED: Final = 1024


@dataclass(frozen=True, eq=False, slots=True)
class Clause:
    """One way for a condition to hold: an expression, or values that match; or what a person must examine.

    `needs` are the paths that lead into records, each with the record's name; what a form leaves out is known to be absent.
    A clause needs what its decision tables need. `grades` are those demanded of values, by their fields.
    """

    needs: tuple[tuple[str, str], ...]
    holds: str | None
    tables: tuple[str, ...]
    matches: tuple[Match, ...] = ()
    grades: tuple[tuple[str, Grade], ...] = ()
    examine: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """A condition with the clauses of which one must hold, and its verdict when that is all there is to say."""

    condition: Condition
    clauses: tuple[Clause, ...]
    holding: Verdict


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """The rules of a situation in the matter's order, all their clauses, what these ask, and what they need of records.

    The clauses that a person must examine are known to be unknown. `tables` are those that the clauses ask, `graded` tells
    that some demand grades.
    """

    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...]
    expressions: tuple[str, ...]
    needs: tuple[str, ...]
    examined: tuple[Clause, ...]
    graded: bool
    tables: Mapping[str, Table]


@lru_cache(maxsize=_REMEMBERED)
def plan_of(situation: Situation) -> Plan:
    """The plan of a situation, which is known by itself, not by what is in it."""
    tables, conditions = situation.tables, situation.conditions
    rules = tuple(Rule(condition, tuple(_clauses(condition, tables)), _holding(condition)) for condition in conditions)
    clauses = tuple(clause for rule in rules for clause in rule.clauses)
    return Plan(
        rules=rules,
        clauses=clauses,
        expressions=tuple(clause.holds for clause in clauses if clause.holds),
        needs=tuple(dict.fromkeys(path for clause in clauses for path, _ in clause.needs)),
        examined=tuple(clause for clause in clauses if clause.examine is not None),
        graded=any(clause.grades for clause in clauses),
        tables={name: tables[name] for clause in clauses for name in clause.tables},
    )


@lru_cache(maxsize=_REMEMBERED)
def demands(situation: Situation) -> Mapping[str, Grade]:
    """The surest grade that any condition of a situation demands, by the form's fields."""
    demanded = [one for clause in plan_of(situation).clauses for one in clause.grades]
    return {code: min(grade for other, grade in demanded if other == code) for code, _ in demanded}


def _clauses(condition: Condition, tables: Mapping[str, Table]) -> Iterator[Clause]:
    if condition.enough is not None:
        yield _clause(condition.enough, tables)
    grades = tuple((path.removeprefix("form."), grade) for path, grade in (condition.grades or {}).items())
    yield replace(_clause(condition, tables), matches=condition.matches, grades=grades, examine=condition.examine)


def _holding(condition: Condition) -> Verdict:
    return Verdict(condition=condition.id, basis=condition.basis, truth=Truth.TRUE)


def _clause(stated: Enough | Condition, tables: Mapping[str, Table]) -> Clause:
    paths = needed(stated.needs, stated.holds, tables)
    roots = ((path, path.partition(".")[0]) for path in paths)
    records = tuple((path, root) for path, root in roots if root not in OWN_ROOTS)
    return Clause(records, stated.holds, named(stated.holds) if stated.holds else ())
