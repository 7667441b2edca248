"""Flags to supervision: what was approved although a hint stands against it (a filing is not a licence), and who reads much."""

from collections.abc import Iterator
from datetime import datetime

from miaoban.case.case import Case
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.regions import Organ
from miaoban.decision.verdict import Verdict
from miaoban.evidence.look import Reader
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.ruling import Ruling
from miaoban.storage import Item, Put


class Readings(Frozen):
    """What one account read within an hour: whose data, as a number of people, and how often it was refused."""

    reader: Reader
    people: int
    refused: int


class Flag(Frozen):
    """One approval, or an account's readings, that supervision should look at, until somebody closes it with a note."""

    id: str
    case: str | None = None
    matter: str | None = None
    matter_name: str | None = None
    organ: Organ
    holder: str | None = None
    licence: str | None = None
    raised_at: datetime
    reasons: tuple[Verdict, ...] = ()
    readings: Readings | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    note: str | None = None


def flags(case: Case, ruling: Ruling) -> Iterator[Put]:
    """The flag of an approval, if there is cause for one."""
    reasons = ruling.decision.flags
    if reasons:
        flag = Flag(
            id=f"{case.id}-{case.receipts:04}",
            case=case.id,
            matter=case.matter,
            matter_name=case.matter_name,
            organ=case.organ,
            holder=str(value_at(ruling.facts.roots, ruling.filing.published.matter.holder.code)),
            licence=case.licence,
            raised_at=ruling.facts.now,
            reasons=reasons,
        )
        yield Put(flag_item(flag, 1))


def flag_item(flag: Flag, version: int) -> Item:
    """A flag as stored: open ones are found by city and county."""
    queue = keys.flags(flag.organ.region) if flag.closed_at is None else None
    queue_at = f"{flag.organ.region}#{flag.raised_at.isoformat()}#{flag.id}" if queue else None
    return Item(keys.flag(flag.id), flag.text(), version=version, queue=queue, queue_at=queue_at)
