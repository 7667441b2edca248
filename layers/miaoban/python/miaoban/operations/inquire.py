"""Inquire: a source is asked for one record, through its gate, as often as its rules allow.

Each attempt is admitted by the gate before it is made and settled after; both are versioned writes of the one item that all
functions share, so that no function has a quota or a breaker of its own. All attempts together, with the pauses between
them, take at most `attempts` times `timeout_seconds`. Only faults of the moment are tried again; the pause grows from 0.2 s,
with jitter, and is never shorter than the source asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from miaoban.catalogue.asking import Asking
from miaoban.evidence.errors import AnswerError, QuestionRefusedError, SourceFaultError, SourceRestingError
from miaoban.evidence.gate import Admission, Gate, Outcome, admit, settled
from miaoban.evidence.inquiry import Answered, Asker, Question
from miaoban.operations import keys
from miaoban.operations.errors import BusyError
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Put

FIRST_PAUSE: Final = 0.2
"""Seconds."""


@dataclass(frozen=True)
class Desk:
    """What inquiring works with; `pause` waits for seconds, `jitter` gives numbers from 0 to 1."""

    services: Services
    asker: Asker
    pause: Callable[[float], None]
    jitter: Callable[[], float]


def inquire(desk: Desk, question: Question, asking: Asking) -> Answered:
    """Ask a source for one record.

    Raises SourceRestingError when the gate lets no call through, and for the rest the error of the last attempt.
    """
    ends_at = desk.services.now() + timedelta(seconds=asking.attempts * asking.timeout_seconds)
    for attempt in range(1, asking.attempts):
        try:
            return _attempted(desk, question, asking, ends_at)
        except SourceFaultError as fault:
            pause = _pause(desk, attempt, fault)
            if not _may_follow(desk, question, asking, pause, ends_at):
                raise
        desk.pause(pause.total_seconds())
    return _attempted(desk, question, asking, ends_at)


def _attempted(desk: Desk, question: Question, asking: Asking, ends_at: datetime) -> Answered:
    turn = _admitted(desk.services, question.source, asking)
    left = (ends_at - desk.services.now()).total_seconds()
    try:
        answered = desk.asker.ask(question, asking, min(left, asking.timeout_seconds))
    except SourceFaultError as fault:
        _settle(desk.services, question.source, asking, Outcome(turn, ok=False, retry_after=fault.retry_after))
        raise
    except (AnswerError, QuestionRefusedError) as error:
        # Who refuses a question is there and well.
        _settle(desk.services, question.source, asking, Outcome(turn, ok=isinstance(error, QuestionRefusedError)))
        raise
    _settle(desk.services, question.source, asking, Outcome(turn, ok=True))
    return answered


def passed(services: Services, source: str, asking: Asking) -> None:
    """Let one call through the gate that nobody waits for, as a message sent; raises SourceRestingError, BusyError."""
    _settle(services, source, asking, Outcome(_admitted(services, source, asking), ok=True))


def _pause(desk: Desk, attempt: int, fault: SourceFaultError) -> timedelta:
    """Between half of the planned pause and all of it, or what the source asks for."""
    planned = timedelta(seconds=FIRST_PAUSE * (1 << (attempt - 1)) * (1 + desk.jitter()) / 2)
    return max(planned, fault.retry_after or planned)


def _may_follow(desk: Desk, question: Question, asking: Asking, pause: timedelta, ends_at: datetime) -> bool:
    """Whether another attempt fits into the time and, as the gate stands, would be admitted then."""
    at = desk.services.now() + pause
    gate, _ = _read(desk.services, question.source)
    return at < ends_at and admit(gate, asking, at).granted


def _admitted(services: Services, source: str, asking: Asking) -> int:
    """The turn of a call that the gate admits; raises SourceRestingError, and BusyError when others ask all the time."""

    def attempt() -> Admission:
        gate, version = _read(services, source)
        admission = admit(gate, asking, services.now())
        _write(services, gate, admission.gate, version)
        return admission

    admission = retried(attempt)
    if admission.retry_at is not None:
        sentence = f"数源 {source} 暂不查询（配额已用完，或者该数源连续故障），请在 {admission.retry_at.isoformat()} 之后再试"
        raise SourceRestingError(sentence, admission.retry_at)
    return admission.gate.turn


def _settle(services: Services, source: str, asking: Asking, outcome: Outcome) -> None:
    """Tell the gate; an answer that was had is not lost because others write the gate all the time."""

    def attempt() -> bool:
        gate, version = _read(services, source)
        _write(services, gate, settled(gate, asking, outcome, services.now()), version)
        return True

    try:
        retried(attempt)
    except BusyError:
        return


def _read(services: Services, source: str) -> tuple[Gate, int]:
    key = keys.gate(source)
    item = services.store.read([key]).get(key)
    return (Gate.read(item.body), item.version) if item else (Gate(source=source), 0)


def _write(services: Services, before: Gate, after: Gate, version: int) -> None:
    if after != before:
        # Two who admit a call at once would write the same words, and both be told that they stand.
        claimed = after.model_copy(update={"claim": services.new_id(12)})
        item = Item(keys.gate(before.source), claimed.text(), version=version + 1)
        services.store.commit(Commit((Put(item, replaces=version),)))
