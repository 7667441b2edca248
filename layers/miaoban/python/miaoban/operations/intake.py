"""Intake: a record's new state is kept if it is the newest, however it came: pushed, or answered. The ask for it ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from miaoban.catalogue.errors import FormError
from miaoban.evidence.arrival import Arrival, arrival, content_digest
from miaoban.evidence.errors import RecordInvalidError
from miaoban.evidence.privacy import comparable, protect
from miaoban.evidence.record import Record
from miaoban.operations import keys
from miaoban.operations.asks import answered, ask_key
from miaoban.operations.gathering import record_key
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.sources import Known
from miaoban.storage import Commit, Item, Items, Key, Put, Write

Besides = Callable[[Items], Iterable[Write]]
"""What else is written, given what was read."""


class Statement(NamedTuple):
    """What a source says of one record: its values, or that it is withdrawn; then `values` holds the key alone.

    `response` is the digest of the bytes that said so, where the source was asked.
    """

    kind: str
    values: Mapping[str, Any]
    sequence: int
    issued_at: datetime
    withdrawn: bool
    response: str | None = None


class Taken(NamedTuple):
    """What became of a state, and whether something else was written with it."""

    arrival: Arrival
    besides: bool


def record_of(services: Services, known: Known, said: Statement) -> Record:
    """The record that a statement makes: values checked and in normal form, numbers private, found as a matter looks it up.

    A withdrawn record keeps no values, only that it was. Raises MessageError, RecordInvalidError.
    """
    kind, source = known.kind(said.kind), known.source
    try:
        checked = known.form(said.kind, withdrawn=said.withdrawn).check(said.values, "/data/values")
    except FormError as error:
        raise RecordInvalidError(f"记录不符合数源“{source.name}”的字段要求：{error}", error.problems) from None
    values = protect(kind.fields, checked.values, services.vault)
    seen = comparable(kind.fields, values)
    record = Record(
        source=source.code,
        kind=said.kind,
        key=record_key(services.vault, source.code, said.kind, (str(seen[code]) for code in kind.key)),
        sequence=said.sequence,
        issued_at=said.issued_at.astimezone(UTC),
        received_at=services.now(),
        withdrawn=said.withdrawn,
        values={} if said.withdrawn else values,
        digest="",
        response=said.response,
    )
    return record.model_copy(update={"digest": content_digest(record, kind)})


def take(
    services: Services,
    record: Record,
    more: Iterable[Key] = (),
    besides: Besides = lambda _: (),
    *,
    confirms: bool = False,
) -> Taken:
    """Keep a state in one transaction with what else is to be written; `more` is read for that.

    A state that `confirms` is what a source answered just now: if it is held already, it is as fresh as if it were new.
    Raises SequenceConflictError, BusyError.
    """
    key = keys.record(record.source, record.kind, record.key)
    asked = (key, ask_key(key), *more)

    def attempt() -> Taken:
        items = services.store.read(asked)
        held = items.get(key)
        outcome = arrival(Record.read(held.body) if held else None, record)
        stays = outcome is Arrival.STORED or (confirms and outcome is Arrival.DUPLICATE)
        others = tuple(besides(items))
        kept = _kept(record, key, held.version if held else 0) if stays else ()
        services.store.commit(Commit((*others, *kept, *answered(items, key))))
        return Taken(outcome, bool(others))

    return retried(attempt)


def _kept(record: Record, key: Key, version: int) -> Iterator[Write]:
    yield Put(Item(key, record.text(), version=version + 1), replaces=version)
