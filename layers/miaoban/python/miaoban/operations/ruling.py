"""Ruling on a filing: the facts gathered, the decision made, the receipt written. Pure, given what was read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from miaoban.case.errors import CaseOpenError
from miaoban.decision.conclusion import Said
from miaoban.decision.facts import Applicant, Facts, Held
from miaoban.decision.outcome import Decision, decide
from miaoban.decision.quotas import with_quota
from miaoban.decision.receipt import Receipt, receipt_of
from miaoban.evidence.privacy import comparable
from miaoban.operations import keys
from miaoban.operations.asks import asked_keys
from miaoban.operations.filings import Filing, quota_key, unique_key
from miaoban.operations.gathering import Gathered, Wanted, filled, gather, keys_of, wanted
from miaoban.operations.holds import Guard, Taken
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploads import Named, found, named, refuse_unready
from miaoban.storage import Items, Key


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
    files: tuple[Named, ...]
    items: Items

    def by_person(self, officer: str, said: Said, reason: str) -> "Ruling":
        """The same facts and verdicts, decided by a person who gives a reason."""
        outcome, conclusion = said
        receipt = replace(self.receipt, decided_by=officer, outcome=outcome, conclusion=conclusion, reason=reason)
        text, digest = receipt.sealed()
        return self._replace(receipt=receipt, receipt_text=text, receipt_digest=digest)


class Read(NamedTuple):
    """What one batch read for a filing: its unique key, that of its quota, its records, and the items found.

    `left` is a unique key that it corrects away.
    """

    filing: Filing
    unique: Key
    quota: Key | None
    records: tuple[Wanted, ...]
    items: Items
    left: Key | None = None
    files: tuple[Named, ...] = ()

    @property
    def taken(self) -> int:
        """What approvals have taken of the quota so far."""
        item = self.items.get(self.quota) if self.quota else None
        return Taken.read(item.body).taken if item else 0

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

    def refuse_unready(self, today: date) -> None:
        """Raise FormError when the form names files that are not there, or may not be used for it."""
        refuse_unready(self.files, self.items, self.filing, today)


def read(services: Services, filing: Filing, more: Iterable[Key] = (), before: Mapping[str, Any] | None = None) -> Read:
    """Read everything a ruling needs in one batch, with the edition's pointer and what else the operation asks for.

    `before` is the form that the filing's form corrects.
    """
    form = comparable(filing.situation.fields, filing.form)
    records = wanted(services.vault, filing.published, filing.situation, form, filing.party.number.pseudonym)
    unique, quota = unique_key(services, filing, form), quota_key(services, filing, form)
    left = _left(services, filing, before)
    pointer = keys.pointer(filing.published.matter.code)
    others = [key for key in (quota, left) if key]
    files = named(services.vault, filing, form)
    lying = (file.key for file in files)
    asked = dict.fromkeys((unique, pointer, *others, *keys_of(records), *asked_keys(records), *lying, *more))
    return Read(filing, unique, quota, records, services.store.read(asked), left if left != unique else None, files)


def _left(services: Services, filing: Filing, before: Mapping[str, Any] | None) -> Key | None:
    return None if before is None else unique_key(services, filing, comparable(filing.situation.fields, before))


def rule(read: Read, now: datetime) -> Ruling:
    """Decide on what was read."""
    filing = read.filing
    gathered = gather(read.records, read.items, now)
    form = filled(filing.situation.fields, filing.form, gathered, filing.party)
    facts = _facts(read, gathered, form, now)
    decision = decide(filing.published.matter, filing.situation, facts)
    receipt = receipt_of(filing.case, filing.published, facts, decision)
    return Ruling(filing, gathered, form, facts, decision, receipt, *receipt.sealed(), read.files, read.items)


def _facts(read: Read, gathered: Gathered, form: Mapping[str, Any], now: datetime) -> Facts:
    filing, party = read.filing, read.filing.party
    facts = Facts(
        now=now,
        region=filing.organ.region,
        situation=filing.situation.answers,
        applicant=Applicant(name=party.name, number=party.number.pseudonym),
        held=read.held(law_date(now)),
        form=comparable(filing.situation.fields, form),
        evidence=gathered.evidence,
        corrected=filing.corrected,
        vouched=filing.vouched or None,
        uploads=found(read.files, read.items, filing, law_date(now)) or None,
    )
    return with_quota(filing.published.matter, facts, read.taken)
