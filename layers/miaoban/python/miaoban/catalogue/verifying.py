"""How each condition is verified: what it needs, which sources that asks, and what happens when one of them is silent."""

from collections.abc import Iterable

from miaoban.catalogue.codes import duration
from miaoban.catalogue.condition import Bases, Condition, Effect, Enough
from miaoban.catalogue.expressions import paths
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.origins import Origin, origin_of
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.source import Source
from miaoban.catalogue.tables import ROOT, needed
from miaoban.models import Frozen


class Asked(Frozen):
    """A source that a condition asks, and what happens when it is silent."""

    origin: Origin
    silent: str


class ConditionPlan(Frozen):
    """A condition as it is verified: the paths that it needs, the sources behind them, and what happens if it fails."""

    condition: str
    title: str
    basis: Bases
    needs: tuple[str, ...]
    asked: tuple[Asked, ...]
    by_person: bool
    otherwise: Effect


def needs_of(matter: Matter, condition: Condition) -> tuple[str, ...]:
    """Every path that a condition needs, each once: those that it lists, and all that the tables compare that it asks."""
    matched = (path for match in condition.matches for path in (match.declared, match.held))
    listed = (path for clause in _clauses(condition) for path in needed(clause.needs, clause.holds, matter.tables))
    return tuple(dict.fromkeys((*listed, *matched)))


def rests_on(matter: Matter, condition: Condition) -> tuple[str, ...]:
    """Every path that a condition looks at, each once: what it needs, and what it compares when that is there."""
    named = (path for clause in _clauses(condition) if clause.holds for path in paths(clause.holds))
    looks = (path for path in named if not path.startswith(f"{ROOT}."))
    return tuple(dict.fromkeys((*needs_of(matter, condition), *looks)))


def _clauses(condition: Condition) -> tuple[Condition | Enough, ...]:
    return (condition.enough, condition) if condition.enough else (condition,)


def condition_plan(edition: Edition, condition: Condition) -> ConditionPlan:
    """How a condition is verified."""
    needs = needs_of(edition.matter, condition)
    roots = dict.fromkeys(path.partition(".")[0] for path in needs)
    return ConditionPlan(
        condition=condition.id,
        title=condition.title,
        basis=condition.basis,
        needs=needs,
        asked=tuple(_asked(edition, condition, roots)),
        by_person=condition.examine is not None,
        otherwise=condition.otherwise,
    )


def _asked(edition: Edition, condition: Condition, roots: Iterable[str]) -> Iterable[Asked]:
    for root in roots:
        origin = origin_of(edition, root)
        if origin is not None and origin.source in edition.sources:
            silent = _silent(edition.matter, condition, edition.sources[origin.source])
            yield Asked(origin=origin, silent=silent)


def _silent(matter: Matter, condition: Condition, source: Source) -> str:
    """In words, what `decision/conditions.py` and `decision/outcome.py` make of a source that does not answer."""
    hint = condition.otherwise is Effect.FLAG
    then = "不等待，照常办理并告知监察" if hint else f"等待 {duration(matter.limits.wait)}，仍无数据的转人工核查"
    if source.absence == "none":
        return f"没有记录即视为没有；数源超过 {source.freshness.decide.words}没有消息的，{then}"
    return f"没有记录或者超过 {source.freshness.decide.words}未更新的不作结论，{then}"
