"""Gathering facts: which records a matter compares with, what they say now, and the form filled from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from miaoban.case.events import Party, WaitedRecord
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.catalogue.matter import RecordUse
from miaoban.catalogue.publication import Published
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.source import Access, RecordKind, Source
from miaoban.evidence.privacy import comparable
from miaoban.evidence.record import Evidence, Record, State, Watermark, assess
from miaoban.operations import keys
from miaoban.ports import Vault
from miaoban.storage import Check, Items, Key


@dataclass(frozen=True)
class Wanted:
    """A record to look up: under which name the matter knows it, how it uses it, and where it lies."""

    name: str
    source: Source
    use: RecordUse
    record_key: str
    key: Key

    @property
    def kind(self) -> RecordKind:
        """The kind of the record."""
        return self.source.kinds[self.use.kind]

    @property
    def asked_kind(self) -> str | None:
        """The code of the kind, where the source is asked."""
        return None if self.source.access is Access.REGISTRY else self.use.kind

    def stored_key(self, form: Mapping[str, Any], party: Party) -> dict[str, Any]:
        """The key's fields as they are stored, personal numbers in private form."""
        roots = {"form": form, "applicant": {"number": party.number.document()}}
        return {name: value_at(roots, path) for name, path in zip(self.kind.key, self.use.key, strict=True)}

    @cached_property
    def watermark(self) -> Key:
        """Where the source's last word is noted."""
        return keys.watermark(self.source.code)


class Gathered(NamedTuple):
    """What the records say, as stored (numbers in their private form) and as a decision sees it."""

    wanted: tuple[Wanted, ...]
    stored: Mapping[str, Mapping[str, Any]]
    evidence: Mapping[str, Evidence]


def record_key(vault: Vault, source: str, kind: str, parts: Iterable[str]) -> str:
    """The key of a record: a keyed hash, so that no table is a list of persons or firms to look up."""
    return vault.pseudonym(f"{source}/{kind}", "|".join(parts))


def wanted(
    vault: Vault, published: Published, situation: Situation, form: Mapping[str, Any], applicant: str
) -> tuple[Wanted, ...]:
    """The records that a situation compares with, for a form in comparable form and the applicant's pseudonym."""
    roots = {"form": form, "applicant": {"number": applicant}}
    uses = situation.records.items()
    return tuple(_wanted(vault, published, name, use, roots) for name, use in uses if _named(use, roots))


def _named(use: RecordUse, roots: Mapping[str, Any]) -> bool:
    """Whether a record can be looked up, and may be."""
    return all(value_at(roots, path) for path in use.key) and use.may_be_read(roots["form"])


def _wanted(vault: Vault, published: Published, name: str, use: RecordUse, roots: Mapping[str, Any]) -> Wanted:
    source = published.edition.sources[use.source]
    found = record_key(vault, use.source, use.kind, (str(value_at(roots, path)) for path in use.key))
    return Wanted(name, source, use, found, keys.record(use.source, use.kind, found))


def keys_of(records: Iterable[Wanted]) -> Iterable[Key]:
    """Every key to read: the records, and the watermarks of sources whose silence matters."""
    for record in records:
        yield record.key
        if record.source.absence == "none":
            yield record.watermark


def gather(records: tuple[Wanted, ...], items: Items, now: datetime) -> Gathered:
    """Say what each record says now."""
    stored: dict[str, Mapping[str, Any]] = {}
    evidence: dict[str, Evidence] = {}
    for wanted in records:
        item = items.get(wanted.key)
        record = Record.read(item.body) if item else None
        found = evidence[wanted.name] = _assessed(wanted, record, items, now)
        stored[wanted.name] = record.values if record and found.state is State.HELD else {}
    return Gathered(records, stored, evidence)


def _assessed(wanted: Wanted, record: Record | None, items: Items, now: datetime) -> Evidence:
    mark = items.get(wanted.watermark) if wanted.source.absence == "none" else None
    watermark = Watermark.read(mark.body) if mark else None
    seen = comparable(wanted.kind.fields, record.values) if record else None
    return assess(wanted.source, record, watermark, now, seen)


def filled(fields: Fields, form: Mapping[str, Any], gathered: Gathered, party: Party) -> dict[str, Any]:
    """The stored form with every value that is held and was not typed: asked once is enough."""
    applicant = {"name": party.name, "number": party.number.document()}
    roots = {**gathered.stored, "applicant": applicant}
    filled = dict(form)
    for code, field in fields.items():
        if field.prefill and form.get(code) is None and (held := value_at(roots, field.prefill)) is not None:
            filled[code] = held
    return filled


def waited(gathered: Gathered, waiting_for: Iterable[str]) -> tuple[WaitedRecord, ...]:
    """The records that a waiting case must hear of; a silent source may break its silence with any word."""
    names = set(waiting_for)
    return tuple(
        WaitedRecord(source=record.source.code, key=_waited_key(record, evidence), kind=record.asked_kind)
        for record in gathered.wanted
        if (evidence := gathered.evidence[record.name]).state is State.UNKNOWN and evidence.source_name in names
    )


def _waited_key(record: Wanted, evidence: Evidence) -> str:
    return keys.ANY_RECORD if evidence.why == "silent" else record.record_key


def unchanged(gathered: Gathered, items: Items, waiting_for: Iterable[str]) -> Iterable[Check]:
    """Checks that what a case waits for has not arrived since it was read; else nobody would ever wake it."""
    names = set(waiting_for)
    for record in gathered.wanted:
        evidence = gathered.evidence[record.name]
        if evidence.state is State.UNKNOWN and evidence.source_name in names:
            key = record.watermark if evidence.why == "silent" else record.key
            yield Check(key, items[key].version if key in items else 0)
