"""Ruling on a filing: the facts gathered, the decision made, the receipt written. Pure, given what was read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from miaoban.case.case import Case
from miaoban.case.events import Party
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.publication import Published
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.situations import Situation
from miaoban.decision.facts import Applicant, Facts, Held
from miaoban.decision.outcome import Decision, Outcome, decide
from miaoban.decision.quotas import with_quota
from miaoban.decision.receipt import Receipt, receipt_of
from miaoban.evidence.privacy import comparable
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.gathering import Gathered, Wanted, filled, gather, keys_of, wanted
from miaoban.operations.services import Services, law_date
from miaoban.storage import Items, Key

_PERIODS: Final = {None: "", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


class Guard(Frozen):
    """Who holds a unique key: the licence in force, and the case that is still open."""

    owner: str
    licence: str | None = None
    open_case: str | None = None


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

    def by_person(self, officer: str, outcome: Outcome, reason: str) -> "Ruling":
        """The same facts and verdicts, decided by a person who gives a reason."""
        receipt = replace(self.receipt, decided_by=officer, outcome=outcome, reason=reason)
        text, digest = receipt.sealed()
        return self._replace(receipt=receipt, receipt_text=text, receipt_digest=digest)


class Taken(Frozen):
    """What approvals have taken of a quota."""

    taken: int


class Read(NamedTuple):
    """What one batch read for a filing: its unique key, that of its quota, its records, and the items found."""

    filing: Filing
    unique: Key
    quota: Key | None
    records: tuple[Wanted, ...]
    items: Items

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

    @property
    def held(self) -> Held:
        """The licence in force for the unique key."""
        found = self.guard
        return Held(present=bool(found and found.licence), licence=found.licence if found else None)


def read(services: Services, filing: Filing, more: Iterable[Key] = ()) -> Read:
    """Read everything a ruling needs in one batch, with the edition's pointer and what else the operation asks for."""
    form = comparable(filing.situation.fields, filing.form)
    records = wanted(services.vault, filing.published, filing.situation, form, filing.party.number.pseudonym)
    unique, quota = unique_key(services, filing, form), quota_key(services, filing, form)
    pointer = keys.pointer(filing.published.matter.code)
    asked = dict.fromkeys((unique, pointer, *([quota] if quota else []), *keys_of(records), *more))
    return Read(filing, unique, quota, records, services.store.read(asked))


def unique_key(services: Services, filing: Filing, form: Mapping[str, Any]) -> Key:
    """The guard's key for a filing with its form in comparable form: the matter and its unique values, hashed."""
    matter = filing.published.matter
    values = _values(_own_roots(filing, form), matter.unique)
    return keys.unique(matter.code, services.vault.pseudonym(f"unique/{matter.code}", values))


def quota_key(services: Services, filing: Filing, form: Mapping[str, Any]) -> Key | None:
    """The key of the quota that a filing draws on: the matter, what the quota is per, hashed with its period."""
    matter = filing.published.matter
    if matter.quota is None:
        return None
    values = _values({**_own_roots(filing, form), "organ": filing.organ.model_dump()}, matter.quota.per)
    period = law_date(services.now()).strftime(_PERIODS[matter.quota.period])
    return keys.quota(matter.code, services.vault.pseudonym(f"quota/{matter.code}", f"{values}|{period}"))


def _own_roots(filing: Filing, form: Mapping[str, Any]) -> dict[str, Any]:
    applicant = {"number": filing.party.number.pseudonym}
    return {"form": form, "applicant": applicant, "situation": filing.situation.answers}


def _values(roots: Mapping[str, Any], paths: Iterable[str]) -> str:
    return "|".join(str(value_at(roots, path)) for path in paths)


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
    facts = Facts(
        now=now,
        region=filing.organ.region,
        situation=filing.situation.answers,
        applicant=Applicant(name=party.name, number=party.number.pseudonym),
        held=read.held,
        form=comparable(filing.situation.fields, form),
        evidence=gathered.evidence,
        corrected=filing.corrected,
    )
    return with_quota(filing.published.matter, facts, read.taken)
