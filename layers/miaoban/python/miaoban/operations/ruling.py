"""Ruling on a filing: the facts gathered, the decision made, the receipt written. Pure, given what was read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from miaoban.case.case import Case
from miaoban.case.errors import CaseOpenError
from miaoban.case.events import Party
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.publication import Published
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.situations import Situation
from miaoban.decision.conclusion import Said
from miaoban.decision.facts import Applicant, Facts, Held
from miaoban.decision.outcome import Decision, decide
from miaoban.decision.receipt import Receipt, receipt_of
from miaoban.evidence.privacy import comparable
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.gathering import Gathered, Wanted, filled, gather, keys_of, wanted
from miaoban.operations.services import Services, law_date
from miaoban.storage import Delete, Item, Items, Key, Put


class Guard(Frozen):
    """Who holds a unique key: the licence in force with its last day, if it has one, and the case that is still open."""

    owner: str
    licence: str | None = None
    valid_until: date | None = None
    open_case: str | None = None


def freed(item: Item, *gone: str | None) -> Put | Delete | None:
    """The write that gives a unique key back as far as these licences and cases hold it; None if they do not."""
    guard = Guard.read(item.body)
    licence = None if guard.licence in gone else guard.licence
    open_case = None if guard.open_case in gone else guard.open_case
    if (licence, open_case) == (guard.licence, guard.open_case):
        return None
    if licence is None and open_case is None:
        return Delete(item.key, item.version)
    until = guard.valid_until if licence else None
    left = guard.model_copy(update={"licence": licence, "valid_until": until, "open_case": open_case})
    return Put(Item(item.key, left.text(), version=item.version + 1), item.version)


class Filing(NamedTuple):
    """One filing as the machine takes it: numbers private, values in normal form."""

    case: str
    published: Published
    situation: Situation
    organ: Organ
    party: Party
    form: Mapping[str, Any]
    corrected: bool = False


class Ruling(NamedTuple):
    """A decision with all that it rests on."""

    filing: Filing
    gathered: Gathered
    form: Mapping[str, Any]
    facts: Facts
    decision: Decision
    receipt: Receipt
    receipt_text: str
    receipt_digest: str

    def by_person(self, officer: str, said: Said, reason: str) -> "Ruling":
        """The same facts and verdicts, decided by a person who gives a reason."""
        outcome, conclusion = said
        receipt = replace(self.receipt, decided_by=officer, outcome=outcome, conclusion=conclusion, reason=reason)
        text, digest = receipt.sealed()
        return self._replace(receipt=receipt, receipt_text=text, receipt_digest=digest)


class Read(NamedTuple):
    """What one batch read for a filing: its unique key, its records, and the items found; `left` is a key it corrects away."""

    filing: Filing
    unique: Key
    records: tuple[Wanted, ...]
    items: Items
    left: Key | None = None

    @property
    def guard(self) -> Guard | None:
        """Who holds the unique key."""
        item = self.items.get(self.unique)
        return Guard.read(item.body) if item else None

    def held(self, today: date) -> Held:
        """The licence in force for the unique key on a law date; one expires by itself, and nothing is written then."""
        found = self.guard
        if found is None or found.licence is None:
            return Held()
        if found.valid_until is not None and found.valid_until < today:
            return Held(expired=found.valid_until)
        return Held(present=True, licence=found.licence)

    def refuse_second(self) -> None:
        """Raise CaseOpenError when another open case holds the unique key."""
        guard = self.guard
        if guard and guard.open_case not in {None, self.filing.case}:
            name = guard.open_case if guard.owner == self.filing.party.owner else "由其他经办人提交"
            raise CaseOpenError(f"同一事项已有正在办理的办件（{name}），请等它办结或者先撤回")


def read(services: Services, filing: Filing, more: Iterable[Key] = (), before: Mapping[str, Any] | None = None) -> Read:
    """Read everything a ruling needs in one batch, with the edition's pointer and what else the operation asks for.

    `before` is the form that the filing's form corrects.
    """
    form = comparable(filing.situation.fields, filing.form)
    records = wanted(services.vault, filing.published, filing.situation, form, filing.party.number.pseudonym)
    unique, left = unique_key(services, filing, form), _left(services, filing, before)
    pointer = keys.pointer(filing.published.matter.code)
    asked = dict.fromkeys((unique, pointer, *keys_of(records), *more, *([left] if left else ())))
    return Read(filing, unique, records, services.store.read(asked), left if left != unique else None)


def _left(services: Services, filing: Filing, before: Mapping[str, Any] | None) -> Key | None:
    return None if before is None else unique_key(services, filing, comparable(filing.situation.fields, before))


def unique_key(services: Services, filing: Filing, form: Mapping[str, Any]) -> Key:
    """The guard's key for a filing with its form in comparable form: the matter and its unique values, hashed."""
    matter, applicant = filing.published.matter, filing.party.number.pseudonym
    roots = {"form": form, "applicant": {"number": applicant}, "situation": filing.situation.answers}
    values = "|".join(str(value_at(roots, path)) for path in matter.unique)
    return keys.unique(matter.code, services.vault.pseudonym(f"unique/{matter.code}", values))


def rule(read: Read, now: datetime) -> Ruling:
    """Decide on what was read."""
    filing = read.filing
    gathered = gather(read.records, read.items, now)
    form = filled(filing.situation.fields, filing.form, gathered, filing.party)
    facts = _facts(read, gathered, form, now)
    decision = decide(filing.published.matter, filing.situation, facts)
    receipt = receipt_of(filing.case, filing.published, facts, decision)
    return Ruling(filing, gathered, form, facts, decision, receipt, *receipt.sealed())


def filing_of(case: Case, published: Published, form: Mapping[str, Any] | None = None) -> Filing:
    """The filing of a case, with another form if one is given."""
    situation, _ = published.situation(case.situation)
    return Filing(
        case=case.id,
        published=published,
        situation=situation,
        organ=case.organ,
        party=case.party,
        form=case.form if form is None else form,
        corrected=case.corrected or form is not None,
    )


def _facts(read: Read, gathered: Gathered, form: Mapping[str, Any], now: datetime) -> Facts:
    filing, party = read.filing, read.filing.party
    return Facts(
        now=now,
        region=filing.organ.region,
        situation=filing.situation.answers,
        applicant=Applicant(name=party.name, number=party.number.pseudonym),
        held=read.held(law_date(now)),
        form=comparable(filing.situation.fields, form),
        evidence=gathered.evidence,
        corrected=filing.corrected,
    )
