"""What tests share: the published matters, made-up people and firms, and services on the fakes."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from miaoban.canonical import digest
from miaoban.case.events import Party
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.folder import read_edition, read_source
from miaoban.catalogue.publication import Edition, Pointer, Published
from miaoban.catalogue.source import Source
from miaoban.decision.example import Example, Given
from miaoban.decision.examples import merged, read_examples
from miaoban.evidence.privacy import Private, comparable, protect
from miaoban.evidence.record import Record, Watermark
from miaoban.evidence.upload import Stage, Upload, Use
from miaoban.identifiers import ResidentId
from miaoban.memory import MemoryFiles, MemoryOutbox, MemorySigner, MemoryStore, MemoryVault
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.editions import current, in_force
from miaoban.operations.filings import quota_key
from miaoban.operations.gathering import record_key
from miaoban.operations.holds import Taken
from miaoban.operations.once import Once
from miaoban.operations.opining import DepartmentOpinion, opine
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, filing_from
from miaoban.operations.uploads import holder_of, upload_key
from miaoban.ports import Signer, Store
from miaoban.storage import Commit, Item, Key, Put
from tests import watched
from tools.folders import texts_of

ROOT = Path(__file__).parents[1]
GRAIN = "grain-purchase-filing"
NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
REPRESENTATIVE = ("甄示例", "211281200305159019")
AGENT = ("贾经办", "211202199001019024")

CountingStore = watched.CountingStore
at_once = watched.at_once


@lru_cache
def source_texts() -> Mapping[str, str]:
    """The texts of all sources."""
    return texts_of(ROOT / "sources")


@lru_cache
def sources() -> Mapping[str, Source]:
    """All sources, by code."""
    return {source.code: source for source in (read_source(name, text) for name, text in source_texts().items())}


@lru_cache
def edition(matter: str = GRAIN) -> Edition:
    """A matter's edition, read from its folder."""
    return read_edition(texts_of(ROOT / "matters" / matter), source_texts())


@lru_cache
def published(matter: str = GRAIN) -> Published:
    """A matter in force as a process knows it that has asked for it before: what is compiled once is compiled once."""
    return Published(edition=edition(matter), version=1, digest=edition(matter).digest)


@lru_cache
def publication(matter: str = GRAIN) -> Commit:
    """What puts a matter in force in a store that does not know it, but for its lineage."""
    pointer = Pointer(matter=matter, version=1, digest=edition(matter).digest, effective_from=NOW)
    return Commit(in_force(edition(matter), pointer, None))


@lru_cache
def examples(matter: str = GRAIN) -> Mapping[str, Example]:
    """A matter's examples, by file name."""
    return read_examples(texts_of(ROOT / "matters" / matter / "examples"))


@lru_cache
def issuing_key() -> ec.EllipticCurvePrivateKey:
    """One key for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass, such as `days=1`."""
        self.now += timedelta(**by)


def counted_ids() -> Callable[[int], str]:
    """Identifiers that count, safe between threads."""
    numbers = count(1)
    return lambda letters: f"{next(numbers):0{letters}}"


def services(store: Store | None = None, signer: Signer | None = None, clock: Callable[[], datetime] | None = None) -> Services:
    """Services on the fakes, with nothing published."""
    return Services(
        store=store or MemoryStore(),
        vault=MemoryVault(),
        signer=signer or MemorySigner(issuing_key()),
        resumes=MemoryOutbox(),
        prompts=MemoryOutbox(),
        files=MemoryFiles(),
        now=clock or Clock(),
        new_id=counted_ids(),
    )


def ready(found: Services | None = None) -> Services:
    """Services with the grain filing published, its sources heard yesterday and the base example's record."""
    return populate(found or services(), examples()["01-own-warehouse.yaml"].given)


def populate(found: Services, given: Given, matter: str = GRAIN) -> Services:
    """Services in which the catalogue and the records stand as an example of a matter says."""
    if not found.store.read([keys.pointer(matter)]):
        found.store.commit(publication(matter))
    found.editions[matter] = published(matter)
    for source, at in given.heard.items():
        hear(found, source, at)
    for place, records in given.records.items():
        source, _, kind = place.partition("/")
        for record in records.values():
            received = record.received_at or given.heard.get(source)
            put_record(found, source, kind, record.values, withdrawn=record.withdrawn, at=received)
    if given.taken:
        take(found, matter, given)
    hand_in(found, matter, given.form, given.applicant.number)
    return found


def hand_in(found: Services, matter: str, form: Mapping[str, Any], number: ResidentId, **told: Any) -> None:
    """Every file that a form names is in its holder's dossier, scanned unless told otherwise, for whatever it is named."""
    subject = edition(matter).matter
    holder = holder_of(found.vault, subject, form, found.vault.pseudonym("111", str(number)))
    digests = {str(form[code]) for code, field in subject.fields.items() if field.type is FieldType.DIGEST and form.get(code)}
    terms = {"holder": holder, "type": "application/pdf", "size": 9, "name": "held/example", "scanned_at": NOW}
    uses = [
        Use(matter=matter, material=code, by="example", at=NOW, standard=one.standard)
        for code, one in subject.materials.items()
    ]
    for digest_ in digests:
        upload = Upload.model_validate({**terms, "digest": digest_, "stage": Stage.HELD, "uses": uses, **told})
        found.store.commit(Commit((Put(Item(upload_key(holder, digest_), upload.text()), replaces=None),)))


def agree(found: Services, case_id: str) -> None:
    """Let every department that is asked agree."""
    for one in load(found, case_id).case.missing:
        told = DepartmentOpinion(officer=f"{one.department}-1", department=one.department, agree=True, reason="符合条件")
        opine(found, case_id, told, Once(found, told.officer, case_id, {}), lambda _: None)


def take(found: Services, matter: str, given: Given) -> None:
    """Let earlier approvals have taken of the quota what an example says."""
    application = Application(matter=matter, region=given.region, situation=given.situation, form=given.form)
    filing, _ = filing_from(found, current(found, matter), application, party(found))
    key = quota_key(found, filing, comparable(filing.situation.fields, filing.form))
    assert key is not None, "the matter has a quota"
    found.store.commit(Commit((Put(Item(key, Taken(taken=given.taken).text()), replaces=None),)))


def hear(found: Services, source: str, at: datetime | None = None) -> None:
    """Let a source have spoken, now unless said otherwise."""
    key = keys.watermark(source)
    old = found.store.read([key]).get(key)
    body = Watermark(source=source, heard_at=at or found.now()).text()
    found.store.commit(Commit((Put(Item(key, body, version=old.version + 1 if old else 1), replaces=None),)))


def put_record(
    found: Services,
    source: str,
    kind: str,
    values: Mapping[str, Any],
    *,
    withdrawn: bool = False,
    at: datetime | None = None,
) -> Key:
    """Let a department's record be the newest, received now unless said otherwise."""
    kept = sources()[source].kinds[kind]
    stored = protect(kept.fields, values, found.vault)
    parts = comparable(kept.fields, stored)
    name = record_key(found.vault, source, kind, (parts[part] for part in kept.key))
    key = keys.record(source, kind, name)
    old = found.store.read([key]).get(key)
    version = old.version + 1 if old else 1
    record = Record(
        source=source,
        kind=kind,
        key=name,
        sequence=version,
        issued_at=at or found.now(),
        received_at=at or found.now(),
        withdrawn=withdrawn,
        values=stored,
        digest=digest(stored),
    )
    found.store.commit(Commit((Put(Item(key, record.text(), version=version), replaces=None),)))
    return key


def firm(**changes: Any) -> dict[str, Any]:
    """The legal-person record of the examples' firm."""
    given = examples()["01-own-warehouse.yaml"].given
    return {**given.records["legal-person-base/enterprise"]["own"].values, **changes}


def party(found: Services, who: tuple[str, str] = REPRESENTATIVE) -> Party:
    """Who files."""
    name, number = who
    pseudonym = found.vault.pseudonym("111", number)
    private = Private(pseudonym=pseudonym, masked=ResidentId(number).masked, sealed=found.vault.seal(number))
    return Party(owner=pseudonym, name=name, number=private)


def application(region: str = "211281", situation: Mapping[str, Any] | None = None, **form: Any) -> Application:
    """The base example's application, with other answers and form values; None removes."""
    given = examples()["01-own-warehouse.yaml"].given
    answers = merged(given.situation, situation or {})
    return Application(matter=GRAIN, region=region, situation=answers, form=merged(given.form, form))


def message(values: Mapping[str, Any] | None = None, **changes: Any) -> str:
    """A department's message, by default the base example's firm; `changes` are a merge patch of the CloudEvent."""
    data = {
        "source": "legal-person-base",
        "kind": "enterprise",
        "sequence": 1,
        "issued_at": NOW.isoformat(),
        "values": firm() if values is None else values,
    }
    event = {
        "specversion": "1.0",
        "id": "message-1",
        "source": "/departments/market-regulation",
        "type": "cn.miaoban.record.upserted.v1",
        "time": NOW.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(merged(event, changes), ensure_ascii=False)


def heartbeat(source: str, **changes: Any) -> str:
    """A source's heartbeat, from the department that owns it."""
    gone = dict.fromkeys(("kind", "sequence", "values"))
    sender = f"/departments/{edition().sources[source].owner}"
    heard = {"source": sender, "type": "cn.miaoban.source.heard.v1", "data": {"source": source, **gone}}
    return message(**merged(heard, changes))


def queue_event(*texts: str, sender: str = "AIDAEXAMPLE", tries: int = 1) -> dict[str, Any]:
    """An SQS event with these message texts; the messages are named m-0, m-1 and so on."""
    attributes = {"ApproximateReceiveCount": str(tries), "SenderId": sender}
    records = [{"messageId": f"m-{n}", "body": text, "attributes": attributes} for n, text in enumerate(texts)]
    return {"Records": records}
