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
    """One way for a condition to hold: an expression, or values that match; or what a person must examine.

    `needs` are the paths that lead into records, each with the record's name; what a form leaves out is known to be absent.
    """

    needs: tuple[tuple[str, str], ...]
    holds: str | None
    matches: tuple[Match, ...] = ()
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

    The clauses that a person must examine are known to be unknown.
    """

    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...]
    examined: tuple[Clause, ...]
    expressions: tuple[str, ...]
    needs: tuple[str, ...]


@lru_cache(maxsize=_REMEMBERED)
def plan_of(situation: Situation) -> Plan:
    """The plan of a situation, which is known by itself, not by what is in it."""
    rules = tuple(Rule(condition, tuple(_clauses(condition)), _holding(condition)) for condition in situation.conditions)
    clauses = tuple(clause for rule in rules for clause in rule.clauses)
    expressions = tuple(clause.holds for clause in clauses if clause.holds)
    examined = tuple(clause for clause in clauses if clause.examine is not None)
    return Plan(
        rules, clauses, examined, expressions, tuple(dict.fromkeys(path for clause in clauses for path, _ in clause.needs))
    )


def _clauses(condition: Condition) -> Iterator[Clause]:
    if condition.enough is not None:
        yield Clause(_records(condition.enough), condition.enough.holds)
    yield Clause(_records(condition), condition.holds, condition.matches, condition.examine)


def _holding(condition: Condition) -> Verdict:
    return Verdict(condition=condition.id, basis=condition.basis, truth=Truth.TRUE)


def _records(stated: Enough | Condition) -> tuple[tuple[str, str], ...]:
    named = ((path, path.partition(".")[0]) for path in stated.needs)
    return tuple((path, root) for path, root in named if root not in OWN_ROOTS)
