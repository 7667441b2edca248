"""Receive: a department's message is checked, kept as the newest state of its record, and those who wait are woken.

Whatever happens in between, the message may come again: every step that was done stands, and the rest is done then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from miaoban.catalogue.source import Purpose
from miaoban.errors import FinalError
from miaoban.evidence.arrival import Arrival
from miaoban.evidence.errors import SourceNotOwnedError
from miaoban.evidence.message import BatchMessage, HeardMessage, Message, RecordMessage, parse_message
from miaoban.evidence.record import Watermark
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.batching import take_batch
from miaoban.operations.intake import Statement, record_of, take
from miaoban.operations.quality import Tally, broken, count
from miaoban.operations.quarantine import Letter, quarantine
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.sources import Known, Sources
from miaoban.operations.wake import wake
from miaoban.ports import Outbox
from miaoban.storage import Commit, Item, Items, Put, Write

MARKED_EVERY = timedelta(minutes=1)
"""A source's watermark is written no more often, so that a flood of records does not queue at one item."""


@dataclass(frozen=True)
class Desk:
    """What receiving works with: `senders` maps the queue's sender ids to departments; empty, the queue's policy decides."""

    services: Services
    replies: Outbox
    senders: Mapping[str, str]

    @cached_property
    def sources(self) -> Sources:
        """The published sources as this process knows them."""
        return Sources(self.services)

    def department(self, sender: str | None) -> str | None:
        """The department of a sender id, whole or up to the first colon (a role's id comes with its session's name)."""
        if sender is None:
            return None
        return self.senders.get(sender) or self.senders.get(sender.partition(":")[0])


class Received(Frozen):
    """What became of a message, free of values: `message_id` is the queue's, `event_id` the CloudEvents id.

    Of a batch, `sequence` is its number and `records` counts what became of its records.
    """

    message_id: str
    event_id: str | None = None
    outcome: Literal["stored", "duplicate", "late", "heard", "batched", "quarantined"]
    code: str | None = None
    department: str | None = None
    source: str | None = None
    kind: str | None = None
    sequence: int | None = None
    records: Mapping[str, int] | None = None
    woken: int = 0


def receive(desk: Desk, text: str, sender: str | None, message_id: str, department: str | None = None) -> Received:
    """Take a message, or quarantine it with its reason; raises RetryableError when neither was possible now.

    `department` is who speaks where the place says so in which the message lay; else the queue's `sender` tells.
    """
    try:
        message = parse_message(text, desk.services.now())
        return _taken(desk, message, Letter(text, message_id, sender), department)
    except FinalError as error:
        department = department or desk.department(sender)
        kept = quarantine(desk.services, desk.replies, Letter(text, message_id, sender), error, department)
        return Received(
            message_id=message_id, event_id=kept.envelope.id, outcome="quarantined", code=kept.code, department=department
        )


def _taken(desk: Desk, message: Message, letter: Letter, department: str | None) -> Received:
    _check_sender(desk, message, letter.sender, department)
    message_id = letter.message_id
    known = desk.sources.known(message.data.source)
    if known.source.owner != message.department:
        raise SourceNotOwnedError(f"数源“{known.source.name}”不归部门 {message.department} 所有，请由归口部门发送")
    known.check_pushed(answer=isinstance(message, RecordMessage) and message.correlation is not None)
    services = desk.services.caused_by(message.id)
    if isinstance(message, HeardMessage):
        return _heard(services, known, message, message_id)
    try:
        if isinstance(message, BatchMessage):
            return _batch(services, desk.replies, known, message, letter)
        return _record(services, known, message, message_id)
    except FinalError as error:
        count(services, known.source.code, Tally(outcomes={"quarantined": 1}, codes={error.code: 1}), message_id)
        raise


def _check_sender(desk: Desk, message: Message, sender: str | None, department: str | None) -> None:
    if department is not None:
        if department != message.department:
            raise SourceNotOwnedError(f"文件在部门 {department} 的目录下，报文却来自 {message.department}，请由该部门报送")
        return
    if desk.senders and desk.department(sender) != message.department:
        raise SourceNotOwnedError(f"发送方没有登记为部门 {message.department}，请以该部门的身份发送，或者登记发送方")


def _heard(services: Services, known: Known, message: HeardMessage, message_id: str) -> Received:
    mark = keys.watermark(known.source.code)

    def attempt() -> bool:
        services.store.commit(Commit(tuple(_mark(services, known, message, services.store.read([mark])))))
        return True

    retried(attempt)
    woken = wake(services, known.source.code, [keys.ANY_RECORD])
    return Received(
        message_id=message_id,
        event_id=message.id,
        outcome="heard",
        department=message.department,
        source=known.source.code,
        woken=woken,
    )


def _record(services: Services, known: Known, message: RecordMessage, message_id: str) -> Received:
    record, mark = record_of(services, known, stated(message)), keys.watermark(known.source.code)
    rules = broken(services, known, record)
    answers = message.correlation is not None
    outcome, marked = take(services, record, [mark], lambda items: _mark(services, known, message, items), confirms=answers)
    count(services, record.source, Tally(outcomes={outcome.value: 1}, rules=dict.fromkeys(rules, 1)), message_id)
    # Whoever moves the watermark wakes those who wait for any word; a message that came again may have moved it then.
    anyone = [keys.ANY_RECORD] if marked or outcome is not Arrival.STORED else []
    woken = wake(services, record.source, [record.key, *anyone])
    return Received(
        message_id=message_id,
        event_id=message.id,
        outcome=outcome.value,
        department=message.department,
        source=record.source,
        kind=record.kind,
        sequence=record.sequence,
        woken=woken,
    )


def _batch(services: Services, replies: Outbox, known: Known, message: BatchMessage, letter: Letter) -> Received:
    batched = take_batch(services, replies, known, message, letter)
    mark = keys.watermark(known.source.code)

    def attempt() -> bool:
        services.store.commit(Commit(tuple(_mark(services, known, message, services.store.read([mark])))))
        return True

    retried(attempt)
    return Received(
        message_id=letter.message_id,
        event_id=message.id,
        outcome="batched",
        department=message.department,
        source=known.source.code,
        sequence=message.data.number,
        records=dict(batched.outcomes),
        woken=wake(services, known.source.code, [*batched.keys, keys.ANY_RECORD]),
    )


def stated(message: RecordMessage) -> Statement:
    """What a message says of its record."""
    data = message.data
    return Statement(data.kind, data.values, data.sequence, data.issued_at, message.withdrawn)


def _mark(services: Services, known: Known, message: Message, items: Items) -> Iterator[Write]:
    """Move the source's watermark to the message's time: forward only, and seldom unless it had gone stale."""
    key, now = keys.watermark(known.source.code), services.now()
    item = items.get(key)
    heard_at = min(message.time, now)
    if item and not _due(Watermark.read(item.body).heard_at, heard_at, now - known.source.fresh_for[Purpose.DECIDE]):
        return
    version = item.version if item else 0
    mark = Watermark(source=known.source.code, heard_at=heard_at)
    yield Put(Item(key, mark.text(), version=version + 1), replaces=version)


def _due(before: datetime, heard_at: datetime, fresh_since: datetime) -> bool:
    return heard_at > before and (heard_at - before >= MARKED_EVERY or before < fresh_since)
