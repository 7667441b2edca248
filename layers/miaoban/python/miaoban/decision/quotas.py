"""What is left of a quota: its total, as published or budgeted, less what earlier decisions took."""

from dataclasses import replace

from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.matter import Matter
from miaoban.decision.facts import Facts, Remaining


def with_quota(matter: Matter, facts: Facts, taken: int) -> Facts:
    """The facts with what is left of the matter's quota; as they are, if it has none."""
    if matter.quota is None:
        return facts
    roots = {**facts.roots, "parameter": matter.parameters_in(facts.region)}
    total = value_at(roots, matter.quota.total)
    return replace(facts, quota=Remaining(None if total is None else max(total - taken, 0)))
