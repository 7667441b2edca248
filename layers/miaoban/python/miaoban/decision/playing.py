"""Playing an example: its filing decided as the operations would decide it, without store, keys or clock.

A release step refuses a matter for which `failures` has a sentence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from miaoban.canonical import digest
from miaoban.catalogue.errors import CatalogueError, ProblemsError
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.catalogue.matter import RecordUse
from miaoban.catalogue.publication import Edition, Published
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.source import RecordKind
from miaoban.catalogue.wording import answered, worded
from miaoban.decision.example import Example, Given, GivenRecord, Sent
from miaoban.decision.facts import Applicant, Facts
from miaoban.decision.outcome import Decision, Direction, Outcome, decide
from miaoban.decision.plain_vault import VAULT
from miaoban.decision.replay import Difference
from miaoban.evidence.privacy import Private, comparable, protect, shown
from miaoban.evidence.record import Evidence, Record, Watermark, assess
from miaoban.identifiers import ResidentId

PERSON = "111"


@dataclass(frozen=True)
class Played:
    """What came of an example: the facts and the decision, and what people are told of them."""

    published: Published
    situation: Situation
    facts: Facts
    decision: Decision
    licence: Mapping[str, Any]

    @property
    def reviewer(self) -> str | None:
        """The named role that the case goes to, if a person must decide."""
        return self.published.matter.reviewer.name if self.decision.outcome is Outcome.REVIEWING else None

    @property
    def compared(self) -> dict[str, tuple[Any, Any]]:
        """The declared and held values that do not agree, by label."""
        pairs = (pair for verdict in self.decision.reasons for pair in verdict.compared if not pair.agrees)
        return {pair.label: (pair.declared, pair.held) for pair in pairs}


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
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _sent(direction: Direction | None) -> Sent | None:
    if direction is None:
        return None
    region = direction.organ.region if direction.organ else None
    return Sent(to=direction.to, region=region, answers=direction.answers, licence=direction.licence)


def _within(part: str, stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(f"/expect/{part}/{label}", value, found.get(label)) for label, value in stated.items()]


def play(published: Published, given: Given) -> Played:
    """Check the form, look up the records, fill the form from them, and decide."""
    edition = published.edition
    situation, form = published.situation(given.situation)
    values = protect(situation.fields, form.check(given.form, "/given/form").values, VAULT)
    stored = _evidence(edition, situation, given, comparable(situation.fields, values))
    organ = edition.matter.organ(given.region)
    filled = _filled(situation, values, stored, given)
    facts = Facts(
        now=given.now,
        region=organ.region if organ else given.region,
        situation=situation.answers,
        applicant=Applicant(name=given.applicant.name, number=_private(given.applicant.number).pseudonym),
        held=given.held,
        form=comparable(situation.fields, filled),
        evidence={name: _with(edition, name, evidence, comparable) for name, evidence in stored.items()},
        corrected=given.corrected,
    )
    decision = decide(published.matter, situation, facts)
    records = {name: _with(edition, name, evidence, _told).values for name, evidence in stored.items()}
    roots = {**records, **_own_roots(edition, situation, filled, given), "organ": organ.model_dump() if organ else {}}
    lines = _lines(edition, roots) if decision.outcome is Outcome.APPROVED else {}
    return Played(published, situation, facts, decision, lines)


def _private(number: ResidentId) -> Private:
    return Private(pseudonym=VAULT.pseudonym(PERSON, str(number)), masked=number.masked, sealed=VAULT.seal(str(number)))


def _with(edition: Edition, name: str, evidence: Evidence, mapping: Any) -> Evidence:
    kind = _kind(edition, edition.matter.records[name])
    return replace(evidence, values=mapping(kind.fields, evidence.values))


def _evidence(edition: Edition, situation: Situation, given: Given, form: Mapping[str, Any]) -> dict[str, Evidence]:
    roots = {"form": form, "applicant": {"number": _private(given.applicant.number).pseudonym}}
    keys = {name: [value_at(roots, path) for path in use.key] for name, use in situation.records.items()}
    _check_records(edition, given)
    return {name: _assessed(edition, given, edition.matter.records[name], key) for name, key in keys.items() if all(key)}


def _check_records(edition: Edition, given: Given) -> None:
    known = {f"{use.source}/{use.kind}" for use in edition.matter.records.values()}
    unknown = sorted({*(given.records.keys() - known), *(given.heard.keys() - edition.sources.keys())})
    if unknown:
        raise CatalogueError(f"没有数源记录 {'、'.join(unknown)}，可用：{'、'.join(sorted(known))}")


def _assessed(edition: Edition, given: Given, use: RecordUse, key: list[Any]) -> Evidence:
    heard = given.heard.get(use.source)
    watermark = Watermark(source=use.source, heard_at=heard) if heard else None
    candidates = given.records.get(f"{use.source}/{use.kind}", {})
    records = (_record(edition, use, record, heard or given.now) for record in candidates.values())
    kind = _kind(edition, use)
    found = (record for record in records if [comparable(kind.fields, record.values)[part] for part in kind.key] == key)
    return assess(edition.sources[use.source], next(found, None), watermark, given.now)


def _kind(edition: Edition, use: RecordUse) -> RecordKind:
    return edition.sources[use.source].kinds[use.kind]


def _record(edition: Edition, use: RecordUse, given: GivenRecord, heard: datetime) -> Record:
    kind = _kind(edition, use)
    values = protect(kind.fields, kind.form.check(given.values, f"/given/records/{use.source}/{use.kind}").values, VAULT)
    at = given.received_at or heard
    named = {"source": use.source, "kind": use.kind, "key": "example", "sequence": 1, "digest": digest(values)}
    return Record(**named, issued_at=at, received_at=at, withdrawn=given.withdrawn, values=values)


def _filled(situation: Situation, values: Mapping[str, Any], stored: Mapping[str, Evidence], given: Given) -> dict[str, Any]:
    applicant = {"name": given.applicant.name, "number": _private(given.applicant.number).document()}
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


def _lines(edition: Edition, roots: Mapping[str, Any]) -> dict[str, Any]:
    return {line.label: value_at(roots, line.value) for line in edition.matter.result.contents}
