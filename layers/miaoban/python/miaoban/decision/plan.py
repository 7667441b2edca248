"""The plan of judging a situation: what its conditions need and ask, worked out once and the same for every filing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from miaoban.catalogue.matter import Condition, Enough, Match
from miaoban.catalogue.situations import Situation
from miaoban.decision.facts import OWN_ROOTS
from miaoban.decision.verdict import Truth, Verdict

_REMEMBERED: Final = 1024


@dataclass(frozen=True, eq=False, slots=True)
class Clause:
    """One way for a condition to hold: an expression, or values that match.

    `needs` are the paths that lead into records, each with the record's name; what a form leaves out is known to be absent.
    """

    needs: tuple[tuple[str, str], ...]
    holds: str | None
    matches: tuple[Match, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """A condition with the clauses of which one must hold, and its verdict when that is all there is to say."""

    condition: Condition
    clauses: tuple[Clause, ...]
    holding: Verdict


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """The rules of a situation in the matter's order, all their clauses, and every path that these need of records."""

    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...]
    needs: tuple[str, ...]


@lru_cache(maxsize=_REMEMBERED)
def plan_of(situation: Situation) -> Plan:
    """The plan of a situation, which is known by itself, not by what is in it."""
    rules = tuple(Rule(condition, tuple(_clauses(condition)), _holding(condition)) for condition in situation.conditions)
    clauses = tuple(clause for rule in rules for clause in rule.clauses)
    return Plan(rules, clauses, tuple(dict.fromkeys(path for clause in clauses for path, _ in clause.needs)))


def _clauses(condition: Condition) -> Iterator[Clause]:
    if condition.enough is not None:
        yield _clause(condition.enough, ())
    yield _clause(condition, condition.matches)


def _holding(condition: Condition) -> Verdict:
    return Verdict(condition=condition.id, basis=condition.basis, truth=Truth.TRUE)


def _clause(stated: Enough | Condition, matches: tuple[Match, ...]) -> Clause:
    named = ((path, path.partition(".")[0]) for path in stated.needs)
    return Clause(tuple((path, root) for path, root in named if root not in OWN_ROOTS), stated.holds, matches)
