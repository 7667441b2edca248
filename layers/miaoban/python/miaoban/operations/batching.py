"""Batching: the records of a batch are taken one by one, each that cannot be is set aside, and missing batches are told once.

Whatever happens in between, the batch may come again: records that were taken are the same again, and the rest is done then.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from miaoban.catalogue.errors import Problem
from miaoban.errors import FinalError
from miaoban.evidence.batch import BatchData, BatchedRecord, Stream, check_whole
from miaoban.evidence.errors import RecordInvalidError
from miaoban.evidence.message import BatchMessage
from miaoban.evidence.record import Record
from miaoban.operations.intake import Statement, record_of, take
from miaoban.operations.quality import Tally, broken, count, stream_key
from miaoban.operations.quarantine import Letter, Refusal, Reply, quarantine
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.sources import Known
from miaoban.ports import Outbox
from miaoban.storage import Commit, Item, Put

MISSING = "batch-missing"
TOLD = 50
"""Numbers that one sentence names."""


class Batched(NamedTuple):
    """What became of a batch: its records by outcome, and the keys of those that are there."""

    outcomes: Counter[str]
    keys: tuple[str, ...]


class _Took(NamedTuple):
    outcome: str
    key: str | None = None
    code: str | None = None
    rules: tuple[str, ...] = ()


def take_batch(services: Services, replies: Outbox, known: Known, message: BatchMessage, letter: Letter) -> Batched:
    """Take a batch; raises BatchIncompleteError, BatchConflictError for one that is not taken at all."""
    batch = message.data
    check_whole(batch)
    _stream(services, batch).with_(batch)
    took = [_took(services, replies, known, message, letter, place) for place in range(len(batch.records))]
    skipped = _note(services, batch)
    if skipped:
        replies.send([_missing(message, skipped).text()])
    outcomes = Counter(one.outcome for one in took)
    codes = Counter(one.code for one in took if one.code)
    rules = Counter(rule for one in took for rule in one.rules)
    count(services, known.source.code, Tally(outcomes=dict(outcomes), codes=dict(codes), rules=dict(rules)), letter.message_id)
    return Batched(outcomes, tuple(dict.fromkeys(one.key for one in took if one.key)))


def _took(services: Services, replies: Outbox, known: Known, message: BatchMessage, letter: Letter, place: int) -> _Took:
    """Take one record, or set it aside with its reason; the others of the batch are not held up."""
    given = message.data.records[place]
    try:
        record = _record(services, known, given)
        rules = broken(services, known, record)
        return _Took(take(services, record).arrival.value, record.key, rules=rules)
    except FinalError as error:
        told = {**message.model_dump(mode="json", exclude={"data"}), "data": {"source": known.source.code, **dict(given)}}
        text = json.dumps(told, ensure_ascii=False)
        own = Letter(text, f"{letter.message_id}-{place + 1}", letter.sender)
        quarantine(services, replies, own, error, message.department)
        return _Took("quarantined", code=error.code)


def _record(services: Services, known: Known, given: object) -> Record:
    try:
        told = BatchedRecord.model_validate(given)
    except ValidationError as error:
        problems = [
            Problem(pointer="/data/" + "/".join(map(str, fault["loc"])), code="field-format", message="这一项不合格式")
            for fault in error.errors(include_input=False)
        ]
        raise RecordInvalidError("批次中的这条记录不合格式，请更正后重新报送", problems) from None
    said = Statement(told.kind, told.values, told.sequence, told.issued_at, told.withdrawn)
    return record_of(services, known, said)


def _stream(services: Services, batch: BatchData) -> Stream:
    item = services.store.read([stream_key(batch.source)]).get(stream_key(batch.source))
    return Stream.read(item.body) if item else Stream(source=batch.source)


def _note(services: Services, batch: BatchData) -> tuple[int, ...]:
    """Note the batch in its stream, and return the numbers that it was the first to skip."""
    key = stream_key(batch.source)

    def attempt() -> tuple[int, ...]:
        item = services.store.read([key]).get(key)
        before = Stream.read(item.body) if item else Stream(source=batch.source)
        after = before.with_(batch)
        version = item.version if item else 0
        services.store.commit(Commit((Put(Item(key, after.text(), version=version + 1), replaces=version),)))
        return tuple(number for number in after.missing if number > before.highest)

    return retried(attempt)


def _missing(message: BatchMessage, numbers: tuple[int, ...]) -> Reply:
    """What the department is told of batches that were skipped; its id is the same each time the same batch tells it."""
    named = "、".join(map(str, numbers[:TOLD]))
    refusal = Refusal(
        message_id=message.id,
        event_id=message.id,
        department=message.department,
        code=MISSING,
        message=f"数源 {message.data.source} 缺少批次 {named}（共 {len(numbers)} 批），请补报",
        problems=tuple(_problems(numbers)),
    )
    return Reply(id=f"{message.id}-missing", type="cn.miaoban.batch.missed.v1", time=message.time, data=refusal)


def _problems(numbers: tuple[int, ...]) -> Iterator[Problem]:
    for number in numbers[:TOLD]:
        yield Problem(pointer="/data/number", code=MISSING, message=f"缺少批次 {number}")
