"""Disputes as kept: the task of the department whose record is disputed, and when the case may go on."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from miaoban.case.case import Case
from miaoban.catalogue.regions import Organ
from miaoban.evidence.privacy import opened
from miaoban.models import Frozen
from miaoban.operations.gathering import Gathered
from miaoban.operations.services import Services
from miaoban.operations.sources import Sources
from miaoban.storage import Delete, Index, Item, Key, Put, Range, Table, Write

SORT = "DISPUTE"


class DisputeTask(Frozen):
    """A dispute as the department of the source works at it; the record's key is stored in private form."""

    case: str
    owner: str
    organ: Organ
    matter_name: str
    source: str
    kind: str
    key: Mapping[str, Any]
    field: str
    label: str
    says: str
    reason: str
    deadline: date | None = None


class DisputePage(Frozen):
    """A page of disputes, soonest deadline first."""

    items: tuple[DisputeTask, ...]
    cursor: str | None = None


def disputes(services: Services, department: str, cursor: str | None = None) -> DisputePage:
    """The disputes that a department has to answer, with the keys of their records as it knows them; raises CursorError."""
    page = services.store.query(Range(Index.QUEUE, _queue(department), cursor=cursor))
    return DisputePage(items=tuple(DisputeTask.read(item.body) for item in page.items), cursor=page.cursor)


def disputing(before: Case | None, after: Case) -> Iterator[Write]:
    """The task of the department whose record is disputed now; it goes when the dispute ends."""
    key = Key(Table.CASES, f"CASE#{after.id}", SORT)
    if after.dispute is not None:
        told = after.dispute
        task = DisputeTask(
            case=after.id,
            owner=after.party.owner,
            organ=after.organ,
            matter_name=after.matter_name,
            deadline=after.deadline,
            kind=told.record_kind,
            **told.model_dump(include={"source", "key", "field", "label", "says", "reason"}),
        )
        due = after.deadline.isoformat() if after.deadline else "9999-12-31"
        yield Put(Item(key, task.text(), queue=_queue(told.department), queue_at=f"{due}#{after.id}"), replaces=None)
    elif before is not None and before.dispute is not None:
        yield Delete(key)


def answered(case: Case, gathered: Gathered) -> bool:
    """Whether a disputed record has changed since, so that the case may be decided again; true of a case without a dispute."""
    told = case.dispute
    if told is None:
        return True
    return all(evidence.digest != told.digest for evidence in gathered.evidence.values() if evidence.source == told.source)


def _queue(department: str) -> str:
    return f"DISPUTES#{department}"


def with_keys(services: Services, page: DisputePage) -> DisputePage:
    """The page with the keys opened, for the department whose records they are."""
    known = Sources(services)
    items = tuple(
        task.model_copy(update={"key": opened(known.known(task.source).kind(task.kind).fields, task.key, services.vault)})
        for task in page.items
    )
    return page.model_copy(update={"items": items})
