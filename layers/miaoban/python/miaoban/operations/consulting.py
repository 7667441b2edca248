"""Consulting departments (并联审批): whose opinions a case needs before a person decides it, and the tasks that tell them so.

The department that receives the case gives no opinion: it decides.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from miaoban.calendar import Limit
from miaoban.case.case import Case
from miaoban.case.events import Asked
from miaoban.case.opinion import Opinion
from miaoban.catalogue.items import chosen, ends
from miaoban.catalogue.regions import Organ
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.filings import Filing
from miaoban.operations.services import deadline
from miaoban.storage import Delete, Item, Put, Write


class Consultation(Frozen):
    """The task of a department whose opinion is asked for: the case and its items, and nothing of what is in it."""

    case: str
    matter_name: str
    organ: Organ
    opinion: Opinion


def consulted(filing: Filing, form: Mapping[str, Any], now: datetime, last: date | None) -> tuple[Asked, ...]:
    """The departments to ask, each until its last item must be done, and no longer than the case has time."""
    items = chosen(filing.situation.items, form)
    of_department: dict[str, list[str]] = defaultdict(list)
    for code, item in items.items():
        of_department[item.department].append(code)
    of_department.pop(filing.organ.department, None)
    due = ends(items, filing.situation.answers)
    return tuple(
        Asked(
            department=department,
            by=items[codes[0]].by,
            items=tuple(items[code].name for code in codes),
            deadline=_until(now, Limit(n=max(due[code] for code in codes), unit=items[codes[0]].limit.unit), last),
        )
        for department, codes in of_department.items()
    )


def _until(now: datetime, limit: Limit, last: date | None) -> date | None:
    end = deadline(now, limit)
    return min(end, last) if end and last else end or last


def consultations(before: Case | None, after: Case) -> Iterator[Write]:
    """The tasks of the departments that are asked now; those that need give no opinion any more go."""
    stood = {one.department: one for one in before.missing} if before else {}
    stands = {one.department: one for one in after.missing}
    for department, opinion in stands.items():
        if stood.get(department) != opinion:
            yield Put(_item(after, opinion), replaces=None)
    for department in stood.keys() - stands.keys():
        yield Delete(keys.consultation(after.id, department))


def _item(case: Case, opinion: Opinion) -> Item:
    told = Consultation(case=case.id, matter_name=case.matter_name, organ=case.organ, opinion=opinion)
    due = opinion.deadline.isoformat() if opinion.deadline else "9999-12-31"
    queue = keys.tasks(opinion.department, case.organ.region)
    return Item(keys.consultation(case.id, opinion.department), told.text(), queue=queue, queue_at=f"{due}#{case.id}")
