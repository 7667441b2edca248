"""Settling: everything that one step of a case writes, as one commit."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from miaoban.case.case import Case, Status, fold
from miaoban.case.events import CaseEvent, Disputed, Judged, SetAside, WaitedRecord
from miaoban.ledger.leaf import Leaf
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.asks import asks
from miaoban.operations.consulting import consultations
from miaoban.operations.disputes import disputing
from miaoban.operations.flagging import flags
from miaoban.operations.gathering import unchanged
from miaoban.operations.happened import Happened, Traces
from miaoban.operations.holds import Guard, freed
from miaoban.operations.licensing import Licensed, issues
from miaoban.operations.quotas import take
from miaoban.operations.relay import Change
from miaoban.operations.ruling import Read, Ruling
from miaoban.operations.services import law_date
from miaoban.operations.uploads import resting
from miaoban.storage import Commit, Delete, Item, Items, Key, Put, Write, key_of


class Waiting(Frozen):
    """The note that a case waits for a record."""

    case: str


@dataclass(frozen=True)
class Step:
    """One step of a case: its state before, with its item's version (0 for a new case), what happened, and the ruling.

    `correlation` names the request or message that caused it, and stays with its events to the last queue; `answered` is where
    the answer to that request is remembered.
    """

    events: tuple[CaseEvent, ...]
    before: Case | None = None
    version: int = 0
    ruling: Ruling | None = None
    licensed: Licensed | None = None
    correlation: str | None = None
    answered: Key | None = None

    @cached_property
    def after(self) -> Case:
        """The case after the step."""
        return fold(self.before, self.events)


def settle(step: Step, read: Read) -> Commit:
    """The commit of a step, on the condition that what it was decided on still stands."""
    writes = [*happening(step, read.unique), *_guard(step, read), *_waits(step), *consultations(step.before, step.after)]
    writes += disputing(step.before, step.after)
    if step.ruling is not None:
        writes += [*_receipt(step, step.ruling), *_checks(step, step.ruling, read.items)]
        writes += resting(read.files, read.items, step.after.id)
    if step.licensed is not None:
        writes += step.licensed.writes
    if step.licensed is not None and step.ruling is not None:
        writes += take(read, step.ruling)
    return Commit(tuple({key_of(write): write for write in reversed(writes)}.values()))


def case_item(case: Case, version: int) -> Item:
    """A case as stored: found by its owner, and by whoever must act on it next."""
    queue, queue_at = _queue(case)
    return Item(
        keys.case(case.id),
        case.text(),
        version=version,
        owner=case.party.owner,
        owner_at=f"CASE#{case.opened_at.isoformat()}#{case.id}",
        queue=queue,
        queue_at=queue_at,
    )


def _queue(case: Case) -> tuple[str | None, str | None]:
    due = case.deadline.isoformat() if case.deadline else "9999-12-31"
    if case.status is Status.REVIEWING:
        return keys.tasks_of(case.organ), f"{due}#{case.id}"
    if case.kept_until is not None:
        return keys.ERASURES, f"{case.kept_until.isoformat()}#{case.id}"
    return (keys.WAITS, f"{due}#{case.id}") if case.is_open else (None, None)


def happening(step: Step, unique: Key) -> Iterator[Write]:
    """The case after a step, and each of its events."""
    yield Put(case_item(step.after, step.version + 1), replaces=step.version)
    case = step.before
    for event in step.events:
        case = fold(case, (event,))
        yield Put(Item(keys.event(case.id, case.events), _happened(case, event, step, unique).text()))


def _happened(case: Case, event: CaseEvent, step: Step, unique: Key) -> Happened:
    word = event.outcome.value if isinstance(event, Judged) else event.kind
    return Happened(
        id=f"{case.id}-{case.events:04}",
        case=case.id,
        number=case.events,
        matter=case.matter,
        matter_name=case.matter_name,
        region=case.organ.region,
        department=case.organ.department,
        owner=case.party.owner,
        type=f"cn.miaoban.case.{word}.v1",
        status=case.status,
        licence=case.licence,
        change=_change(case, event, step),
        also=event.department if isinstance(event, Disputed) else None,
        correlation=step.correlation,
        at=event.at,
        event=event,
        traces=Traces(unique=unique, answered=step.answered, files=_files(step)) if case.erase_after else None,
    )


def _change(case: Case, event: CaseEvent, step: Step) -> Change | None:
    """What an event does to the licence; None for nothing."""
    if isinstance(event, SetAside):
        return "set-aside"
    if step.licensed is None or step.ruling is None or case.status is not Status.APPROVED:
        return None
    if issues(step.ruling):
        return "issued"
    return "replaced" if step.licensed.in_force else "cancelled"


def _files(step: Step) -> tuple[Key, ...] | None:
    return tuple(file.key for file in step.ruling.files) or None if step.ruling else None


def _receipt(step: Step, ruling: Ruling) -> Iterator[Write]:
    case, number = step.after, step.after.receipts
    leaf = Leaf(case=case.id, sequence=number, receipt=ruling.receipt_digest, at=ruling.facts.now)
    yield Put(Item(keys.receipt(case.id, number), ruling.receipt_text))
    key = keys.leaf(case.organ.region, law_date(ruling.facts.now), case.id, number)
    decided_at = f"{keys.due_at(ruling.facts.now)}#{case.id}#{number:04}"
    yield Put(Item(key, leaf.text(), queue=keys.decided(case.matter), queue_at=decided_at))
    if case.status is Status.APPROVED:
        yield from flags(case, ruling)


def _checks(step: Step, ruling: Ruling, items: Items) -> Iterator[Write]:
    """What a wait rests on: that what it waits for has not come, and that somebody is asked for it."""
    if step.after.status is Status.WAITING:
        yield from unchanged(ruling.gathered, items, ruling.decision.waiting_for)
        yield from asks(ruling.filing, ruling.gathered, items, step.after.deadline, ruling.facts.now)


def _waits(step: Step) -> Iterator[Write]:
    """Notes for what the case waits for now; those for what it no longer waits for go."""
    before = set(step.before.waiting_on) if step.before else set()
    after = set(step.after.waiting_on)
    for record in after - before:
        yield Put(Item(_note(record, step.after), Waiting(case=step.after.id).text()), replaces=None)
    for record in before - after:
        yield Delete(_note(record, step.after))


def _note(record: WaitedRecord, case: Case) -> Key:
    return keys.waiting(record.source, record.key, case.id)


def _guard(step: Step, read: Read) -> Iterator[Write]:
    """Keep the unique key: by the open case, by the licence in force, or by nobody; one that was corrected away is let go."""
    item, after, unique = read.items.get(read.unique), step.after, read.unique
    found = read.guard or Guard(owner=after.party.owner)
    if step.licensed:
        licence, until = step.licensed.in_force, step.licensed.valid_until
    else:
        licence, until = found.licence, found.valid_until
    open_case = after.id if after.is_open else (None if found.open_case == after.id else found.open_case)
    wanted = Guard(owner=after.party.owner, licence=licence, valid_until=until, open_case=open_case)
    version = item.version if item else 0
    if licence is None and open_case is None:
        if item:
            yield Delete(unique, version)
    elif wanted != found:
        yield Put(Item(unique, wanted.text(), version=version + 1), replaces=version)
    if read.left and read.left in read.items and (let_go := freed(read.items[read.left], after.id)):
        yield let_go
