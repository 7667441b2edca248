"""Playing an example: its filing decided as the operations would decide it, without store, keys or clock.

A release step refuses a matter for which `failures` has a sentence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from miaoban.catalogue.errors import CatalogueError, ProblemsError
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.catalogue.publication import Edition, Published
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.wording import answered, worded
from miaoban.decision.conclusion import Concluded, concluded
from miaoban.decision.example import Example, Given, Sent
from miaoban.decision.facts import Applicant, Facts
from miaoban.decision.given_evidence import evidence_of, private, with_values
from miaoban.decision.outcome import Decision, Direction, Outcome, decide
from miaoban.decision.plain_vault import VAULT
from miaoban.decision.quotas import with_quota
from miaoban.decision.replay import Difference
from miaoban.evidence.privacy import comparable, protect, shown
from miaoban.evidence.proof import WINDOW, Vouched
from miaoban.evidence.record import Evidence


@dataclass(frozen=True)
class Played:
    """What came of an example: the facts and the decision, and the values, in words, that a licence may show."""

    published: Published
    situation: Situation
    facts: Facts
    decision: Decision
    roots: Mapping[str, Any]

    @property
    def reviewer(self) -> str | None:
        """The named role that the case goes to, if a person must decide."""
        return self.published.matter.reviewer.name if self.decision.outcome is Outcome.REVIEWING else None

    @property
    def compared(self) -> dict[str, tuple[Any, Any]]:
        """The declared and held values that do not agree, by label."""
        pairs = (pair for verdict in self.decision.reasons for pair in verdict.compared if not pair.agrees)
        return {pair.label: (pair.declared, pair.held) for pair in pairs}

    @property
    def licence(self) -> dict[str, Any]:
        """The lines of the licence by label, once the machine approves."""
        return self._lines(self.decision.outcome)

    def concluded(self, code: str) -> tuple[Outcome, dict[str, Any]]:
        """What comes of a person's conclusion, with the licence's lines; raises CatalogueError where there is none to name."""
        conclusions = self.published.matter.reviewer.conclusions
        if code not in conclusions or self.decision.outcome is not Outcome.REVIEWING:
            allowed = "、".join(conclusions) or "无"
            raise CatalogueError(f"concluded 的 {code} 不是由人作出的结论，可用：{allowed}，且 outcome 应当是 reviewing")
        outcome, conclusion = concluded(conclusions, code)
        return outcome, self._lines(outcome, conclusion)

    def _lines(self, outcome: Outcome, conclusion: Concluded | None = None) -> dict[str, Any]:
        if outcome is not Outcome.APPROVED:
            return {}
        roots = {**({"review": {"conclusion": conclusion.label}} if conclusion else {}), **self.roots}
        return {line.label: value_at(roots, line.value) for line in self.published.matter.result.contents}


def failures(edition: Edition, examples: Mapping[str, Example]) -> Iterator[str]:
    """One Chinese sentence for each place where an example does not come out as expected."""
    published = Published(edition=edition, version=1, digest="example")
    for name, example in examples.items():
        try:
            differences = run(published, example)
        except (ProblemsError, CatalogueError) as error:
            yield f"examples/{name}：不能运行（{error}），请改正示例"
            continue
        for pointer, stated, found in differences:
            yield f"examples/{name}：{pointer} 应为 {_shown(stated)}，实际为 {_shown(found)}，请核对条件或者示例"


def _shown(value: Any) -> str:
    """A value in a sentence: a list by its items, and nothing as such."""
    if isinstance(value, tuple):
        return "、".join(map(str, value)) or "空"
    if isinstance(value, Sent):
        return value.text()
    return "空" if value is None else str(value)


def run(published: Published, example: Example) -> tuple[Difference, ...]:
    """Every difference between what an example expects and what this edition decides; none when it passes.

    Raises FormError, SituationError or CatalogueError when the example itself cannot be filed.
    """
    expect, played = example.expect, play(published, example.given)
    decision = played.decision
    found: dict[str, Any] = {
        "outcome": decision.outcome,
        "reasons": tuple(verdict.condition for verdict in decision.reasons),
        "flags": tuple(verdict.condition for verdict in decision.flags),
        "waiting_for": decision.waiting_for if decision.outcome is Outcome.WAITING else (),
        "direction": _sent(decision.direction),
        "reviewer": played.reviewer,
    }
    pairs = [(f"/expect/{part}", getattr(expect, part), value) for part, value in found.items()]
    pairs += _within("compared", expect.compared, played.compared)
    pairs += _within("licence", expect.licence, played.licence)
    for code, after in expect.concluded.items():
        outcome, lines = played.concluded(code)
        pairs.append((f"/expect/concluded/{code}/outcome", after.outcome, outcome))
        pairs += _within(f"concluded/{code}/licence", after.licence, lines)
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _sent(direction: Direction | None) -> Sent | None:
    if direction is None:
        return None
    region = direction.organ.region if direction.organ else None
    answers, licence = direction.answers, direction.licence
    return Sent(to=direction.to, region=region, matter=direction.matter, answers=answers, licence=licence)


def _within(part: str, stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(f"/expect/{part}/{label}", value, found.get(label)) for label, value in stated.items()]


def play(published: Published, given: Given) -> Played:
    """Check the form, look up the records, fill the form from them, and decide."""
    edition = published.edition
    situation, form = published.situation(given.situation)
    values = protect(situation.fields, form.check(given.form, "/given/form").values, VAULT)
    stored = evidence_of(edition, situation, given, comparable(situation.fields, values))
    organ = edition.matter.organ(given.region)
    filled = _filled(situation, values, stored, given)
    seen = comparable(situation.fields, filled)
    facts = Facts(
        now=given.now,
        region=organ.region if organ else given.region,
        situation=situation.answers,
        applicant=Applicant(name=given.applicant.name, number=private(given.applicant.number).pseudonym),
        held=given.held,
        form=seen,
        vouched={code: Vouched(seen.get(code), "B", WINDOW, fetched_at=given.now) for code in given.checked} or None,
        evidence={name: with_values(edition, name, evidence, comparable) for name, evidence in stored.items()},
        corrected=given.corrected,
    )
    facts = with_quota(edition.matter, facts, given.taken)
    decision = decide(published.matter, situation, facts)
    records = {name: with_values(edition, name, evidence, _told).values for name, evidence in stored.items()}
    roots = {**records, **_own_roots(edition, situation, filled, given), "organ": organ.model_dump() if organ else {}}
    return Played(published, situation, facts, decision, roots)


def _filled(situation: Situation, values: Mapping[str, Any], stored: Mapping[str, Evidence], given: Given) -> dict[str, Any]:
    applicant = {"name": given.applicant.name, "number": private(given.applicant.number).document()}
    roots = {"applicant": applicant, **{name: evidence.values for name, evidence in stored.items()}}
    prefills = {code: field.prefill for code, field in situation.fields.items() if field.prefill and values.get(code) is None}
    held = {code: value_at(roots, path) for code, path in prefills.items()}
    return {**values, **{code: value for code, value in held.items() if value is not None}}


def _own_roots(edition: Edition, situation: Situation, filled: Mapping[str, Any], given: Given) -> dict[str, Any]:
    return {
        "form": _told(situation.fields, filled),
        "situation": answered(edition.matter.questions, situation.answers),
        "applicant": {"name": given.applicant.name, "number": given.applicant.number.masked},
    }


def _told(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    return worded(fields, shown(fields, values))
