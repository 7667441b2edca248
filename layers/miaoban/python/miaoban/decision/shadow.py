"""A shadow run (影子运行): past receipts decided again under another edition, and which would come out otherwise.

A receipt holds all that its own decision rested on, not all that another edition may ask. Where the new edition needs
something that nobody looked up or asked for then, nothing is claimed: the receipt comes out as unknown, with what it lacks.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from miaoban.catalogue.errors import SituationError
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.publication import Edition, Published
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.verifying import needs_of, rests_on
from miaoban.decision.facts import Facts
from miaoban.decision.outcome import Decision, Outcome, decide
from miaoban.decision.receipt import MACHINE, Receipt
from miaoban.evidence.record import State
from miaoban.models import Frozen

UNKNOWN: Literal["unknown"] = "unknown"


class Otherwise(Frozen):
    """A decision that would come out otherwise, or that cannot be told.

    `new` is an outcome, or `unknown` with what the receipt lacks; `conditions` are those whose verdict differs. Where a person
    decided, `old` is the review that brought the case to him: what he then said is not the rules' to say.
    """

    case: str
    old: str
    new: str
    by_person: bool = False
    conditions: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class Shadow(Frozen):
    """A run: how many receipts were decided again, how many came out the same, and all the others by name.

    `erased` decisions are not among the receipts: nothing is left of them that could be decided again.
    """

    receipts: int
    same: int
    differing: tuple[Otherwise, ...]
    erased: int = 0

    @property
    def otherwise(self) -> int:
        """How many would come out otherwise."""
        return sum(one.new not in {UNKNOWN, one.old} for one in self.differing)

    @property
    def unknown(self) -> int:
        """How many cannot be told."""
        return sum(one.new == UNKNOWN for one in self.differing)


def shadow(edition: Edition, receipts: Iterable[Receipt], before: Edition | None = None) -> Shadow:
    """Decide receipts again under an edition; every one is counted, and none that differs is left out.

    `before` is the edition in force: what its form does not ask for, the receipts cannot say.
    """
    published = Published(edition=edition, version=0, digest="shadow")
    unasked = frozenset(edition.matter.fields.keys() - before.matter.fields.keys()) if before else frozenset()
    compared = [_compared(published, receipt, unasked) for receipt in receipts]
    differing = tuple(one for one in compared if one is not None)
    return Shadow(receipts=len(compared), same=len(compared) - len(differing), differing=differing)


def _compared(published: Published, receipt: Receipt, unasked: frozenset[str]) -> Otherwise | None:
    """How a receipt comes out otherwise; None when outcome and every verdict that speaks against approval are the same."""
    by_person = receipt.decided_by != MACHINE
    old = Outcome.REVIEWING if by_person else receipt.outcome
    known: dict[str, Any] = {"case": receipt.case, "old": old.value, "by_person": by_person}
    try:
        situation, _ = published.situation(receipt.facts.situation)
    except SituationError as error:
        return Otherwise(**known, new=UNKNOWN, lacks=tuple(problem.message for problem in error.problems))
    decision = decide(published.matter, situation, receipt.facts)
    conditions = _differing(receipt, decision)
    lacking = {*_lacking(published, situation, receipt.facts, unasked), *_values(published, receipt.facts, conditions)}
    if lacking:
        return Otherwise(**known, new=UNKNOWN, conditions=conditions, lacks=tuple(sorted(lacking)))
    if not conditions and (by_person or decision.outcome is receipt.outcome):
        return None
    return Otherwise(**known, new=decision.outcome.value, conditions=conditions)


def _differing(receipt: Receipt, decision: Decision) -> tuple[str, ...]:
    old, new = _against(receipt.verdicts), _against(decision.verdicts)
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def _against(verdicts: Iterable[Any]) -> dict[str, tuple[str, str | None, bool]]:
    """What speaks against approval: by condition its truth, its effect, and whether it is a hint."""
    told = ((verdict.condition, verdict.truth.value, verdict.effect, verdict.hint) for verdict in verdicts)
    return {name: (truth, effect, hint) for name, truth, effect, hint in told if truth != "true"}


def _lacking(published: Published, situation: Situation, facts: Facts, unasked: frozenset[str]) -> Iterable[str]:
    """What the new edition needs and the receipt does not have, because nobody asked for it then."""
    roots = {"form": facts.form, "applicant": {"number": facts.applicant.number}}
    needed = {path for condition in situation.conditions for path in rests_on(published.matter, condition)}
    for code, field in situation.fields.items():
        wanted = field.required or (code in unasked and f"form.{code}" in needed)
        if wanted and code not in facts.form:
            yield f"字段 {field.label}"
    if "quota.left" in needed and facts.quota is None:
        yield "数据 剩余的额度"
    for name, use in situation.records.items():
        used = any(path.startswith(f"{name}.") for path in needed)
        if used and name not in facts.evidence and all(value_at(roots, path) for path in use.key):
            yield f"数据 {published.edition.sources[use.source].name}"


def _values(published: Published, facts: Facts, differing: tuple[str, ...]) -> Iterable[str]:
    """Values that a condition which comes out otherwise needs, of records that were held without them."""
    for condition in published.matter.conditions:
        for path in needs_of(published.matter, condition) if condition.id in differing else ():
            root, _, rest = path.partition(".")
            evidence = facts.evidence.get(root)
            if evidence and evidence.state is State.HELD and _absent(evidence.values, rest):
                yield f"数据 {evidence.source_name} 的 {rest}"


def _absent(values: Mapping[str, Any], name: str) -> bool:
    return name != "present" and values.get(name) is None
