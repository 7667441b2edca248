"""What an example's records come to: found by their keys and assessed, as the operations would have them from the store."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from miaoban.canonical import digest
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Fields
from miaoban.catalogue.matter import RecordUse
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.source import RecordKind
from miaoban.decision.example import Given, GivenRecord
from miaoban.decision.plain_vault import VAULT
from miaoban.evidence.privacy import Private, comparable, protect
from miaoban.evidence.record import Evidence, Record, Watermark, assess
from miaoban.identifiers import ResidentId

PERSON = "111"

Mapped = Callable[[Fields, Mapping[str, Any]], dict[str, Any]]


def private(number: ResidentId) -> Private:
    """A number as facts have it."""
    return Private(pseudonym=VAULT.pseudonym(PERSON, str(number)), masked=number.masked, sealed=VAULT.seal(str(number)))


def with_values(edition: Edition, name: str, evidence: Evidence, mapping: Mapped) -> Evidence:
    """The evidence of a record of the matter, its values told in another way."""
    kind = _kind(edition, edition.matter.records[name])
    return replace(evidence, values=mapping(kind.fields, evidence.values))


def evidence_of(edition: Edition, situation: Situation, given: Given, form: Mapping[str, Any]) -> dict[str, Evidence]:
    """What each record of the situation comes to; raises FormError, CatalogueError for records that could not be sent."""
    roots = {"form": form, "applicant": {"number": private(given.applicant.number).pseudonym}}
    allowed = {name: use for name, use in situation.records.items() if use.may_be_read(form)}
    keys = {name: [value_at(roots, path) for path in use.key] for name, use in allowed.items()}
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
