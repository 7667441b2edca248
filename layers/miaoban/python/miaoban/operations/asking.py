"""Asking: one ask is put to its source, and the answer kept as if it had been pushed; those who wait are woken.

An ask is claimed before it is put, so that two workers do not put it at once. Whatever goes wrong, it stays, with the time
of its next turn: the source's gate says when, or it is put off, longer each time, and longest when the answer was none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from miaoban.canonical import canonical_text
from miaoban.catalogue.asking import Asking
from miaoban.catalogue.source import Access, Purpose
from miaoban.errors import MiaobanError
from miaoban.evidence.errors import AnswerError, MessageError, QuestionRefusedError, SourceFaultError, SourceRestingError
from miaoban.evidence.inquiry import Answered, Question
from miaoban.evidence.privacy import opened
from miaoban.evidence.record import Record
from miaoban.operations import inquire
from miaoban.operations.asks import Ask, ask_item, ask_key
from miaoban.operations.filings import DRAFT
from miaoban.operations.intake import Statement, record_of, take
from miaoban.operations.quality import Tally, broken, count
from miaoban.operations.services import Services
from miaoban.operations.sources import Known, Sources
from miaoban.operations.wake import waits, wake
from miaoban.ports import ConflictError, Outbox, RefusedError
from miaoban.storage import Commit, Delete, Key, Put, Table

LEASE: Final = timedelta(seconds=60)
"""How long a worker has an ask to itself."""
OF_MOMENT: Final = (timedelta(seconds=2), timedelta(minutes=15))
OF_ANSWER: Final = (timedelta(minutes=1), timedelta(hours=4))
"""How long an ask is put off at first, and at most: by a fault of the moment, and by an answer that was none."""
REPLY_WITHIN: Final = timedelta(minutes=15)
"""How long a department may take over its queue before it is asked again."""
ASKED: Final = "cn.miaoban.record.asked.v1"
REQUEST_LETTERS: Final = 20


@dataclass(frozen=True)
class Desk:
    """What asking works with: `inquiries` asks over HTTP, `questions_for` gives the queue on which a department is asked."""

    inquiries: inquire.Desk
    questions_for: Callable[[str], Outbox]
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        """Know the sources of these services."""
        object.__setattr__(self, "sources", Sources(self.services))

    @property
    def services(self) -> Services:
        """The services."""
        return self.inquiries.services


class Asked(NamedTuple):
    """What became of an ask, free of values: its source, the outcome's word, a code where something went wrong."""

    outcome: str
    source: str | None = None
    code: str | None = None
    woken: int = 0


class _Held(NamedTuple):
    """An ask as it was read, with its item's version and the record that is there."""

    ask: Ask
    version: int
    record: Record | None


def put(desk: Desk, record: str) -> Asked:
    """Put the ask for a record (its partition), if there is one and its time has come.

    Raises UnavailableError, BusyError when the store fails; what the source does is in the answer, and in the ask.
    """
    held = _read(desk.services, Key(Table.RECORDS, record, "RECORD"))
    if held is None:
        return Asked("gone")
    if desk.services.now() < held.ask.next_at:
        return Asked("not-due", held.ask.source)
    try:
        return _put(desk, desk.sources.known(held.ask.source), held)
    except ConflictError:
        return Asked("taken-by-another", held.ask.source)


def _read(services: Services, record: Key) -> _Held | None:
    items = services.store.read([ask_key(record), record])
    item, kept = items.get(ask_key(record)), items.get(record)
    return _Held(Ask.read(item.body), item.version, Record.read(kept.body) if kept else None) if item else None


def _put(desk: Desk, known: Known, held: _Held) -> Asked:
    ask = held.ask
    asking = known.source.asking
    if asking is None or not _wanted(desk.services, ask):
        return _dropped(desk.services, held, "not-wanted")
    if _answered_lately(known, ask, held.record, desk.services.now()):
        wake(desk.services, ask.source, [ask.record_key])
        return _dropped(desk.services, held, "answered-lately")
    claimed = _kept(desk.services, held, tried=ask.tried + 1, next_at=desk.services.now() + LEASE)
    question = _question(desk.services, known, ask)
    try:
        if known.source.access is Access.QUEUE:
            return _sent(desk, known, claimed, question, asking)
        return _answered(desk.services, known, ask, inquire.inquire(desk.inquiries, question, asking))
    except SourceRestingError as error:
        _kept(desk.services, claimed, tried=ask.tried, next_at=error.retry_at)
        return Asked("resting", ask.source, error.code)
    except (SourceFaultError, AnswerError, QuestionRefusedError, MessageError, RefusedError) as error:
        _kept(desk.services, claimed, next_at=desk.services.now() + delay(error, claimed.ask.tried))
        return Asked("failed", ask.source, error.code)


def delay(error: MiaobanError, tried: int) -> timedelta:
    """How long an ask is put off that has been put so often in vain: twice as long each time."""
    first, longest = OF_MOMENT if isinstance(error, SourceFaultError) else OF_ANSWER
    return min(first * (1 << min(tried - 1, 20)), longest)


def _key_values(services: Services, known: Known, ask: Ask) -> dict[str, Any]:
    """The key as the source knows it."""
    return opened(known.kind(ask.kind).fields, ask.key, services.vault)


def _wanted(services: Services, ask: Ask) -> bool:
    """Whether somebody still wants to know: a form that is being filled in, or a case."""
    filling = ask.wanted_until is not None and services.now() <= ask.wanted_until
    return filling or waits(services, ask.source, ask.record_key)


def _answered_lately(known: Known, ask: Ask, record: Record | None, now: datetime) -> bool:
    """Whether another way brought a record that is so young that nobody is asked again."""
    if record is None or (ask.since and record.received_at < ask.since):
        return False
    return now - record.received_at < known.source.fresh_for[Purpose.ASK_AGAIN]


def _question(services: Services, known: Known, ask: Ask) -> Question:
    return Question(
        source=ask.source,
        kind=ask.kind,
        key=_key_values(services, known, ask),
        purpose=(Purpose.PREFILL if ask.case == DRAFT else Purpose.DECIDE).value,
        case=ask.case,
        request_id=services.new_id(REQUEST_LETTERS),
    )


def _answered(services: Services, known: Known, ask: Ask, answered: Answered) -> Asked:
    values = answered.values if answered.found else _key_values(services, known, ask)
    said = Statement(ask.kind, values, answered.sequence, answered.issued_at, not answered.found, answered.digest)
    record = record_of(services, known, said)
    rules = broken(services, known, record)
    outcome = take(services, record, confirms=True).arrival
    count(services, record.source, Tally(outcomes={outcome.value: 1}, rules=dict.fromkeys(rules, 1)), ask.record)
    return Asked(outcome.value, ask.source, woken=wake(services, record.source, [record.key]))


def _sent(desk: Desk, known: Known, held: _Held, question: Question, asking: Asking) -> Asked:
    """Send the question to the department's own queue, as a CloudEvent that the answer names by its id."""
    questions = desk.questions_for(known.source.owner)
    inquire.passed(desk.services, known.source.code, asking)
    questions.send([request(question, desk.services.now())])
    _kept(desk.services, held, next_at=desk.services.now() + REPLY_WITHIN)
    return Asked("sent", known.source.code)


def request(question: Question, now: datetime) -> str:
    """A question as a CloudEvent (1.0.2, JSON)."""
    event = {
        "specversion": "1.0",
        "id": question.request_id,
        "source": "/miaoban/ask",
        "type": ASKED,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": question.model_dump(mode="json"),
    }
    return canonical_text(event)


def _kept(services: Services, held: _Held, **update: object) -> _Held:
    ask = held.ask.model_copy(update=update)
    services.store.commit(Commit((Put(ask_item(ask, held.version + 1), replaces=held.version),)))
    return _Held(ask, held.version + 1, held.record)


def _dropped(services: Services, held: _Held, outcome: str) -> Asked:
    key = ask_key(Key(Table.RECORDS, held.ask.record, "RECORD"))
    services.store.commit(Commit((Delete(key, held.version),)))
    return Asked(outcome, held.ask.source)
