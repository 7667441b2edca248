"""What approvals hold: a unique key, by licence or open case, and what they took of a quota."""

from datetime import date

from miaoban.models import Frozen
from miaoban.storage import Delete, Item, Put


class Guard(Frozen):
    """Who holds a unique key: the licence in force with its last day, if it has one, and the case that is still open."""

    owner: str
    licence: str | None = None
    valid_until: date | None = None
    open_case: str | None = None


def freed(item: Item, *gone: str | None) -> Put | Delete | None:
    """The write that gives a unique key back as far as these licences and cases hold it; None if they do not."""
    guard = Guard.read(item.body)
    licence = None if guard.licence in gone else guard.licence
    open_case = None if guard.open_case in gone else guard.open_case
    if (licence, open_case) == (guard.licence, guard.open_case):
        return None
    if licence is None and open_case is None:
        return Delete(item.key, item.version)
    until = guard.valid_until if licence else None
    left = guard.model_copy(update={"licence": licence, "valid_until": until, "open_case": open_case})
    return Put(Item(item.key, left.text(), version=item.version + 1), item.version)


class Taken(Frozen):
    """What approvals have taken of a quota."""

    taken: int
