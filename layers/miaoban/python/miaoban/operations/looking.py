"""Looking: what somebody reads of another's data is written down before it is answered, and so is what is refused.

Who is refused often, or looks at many people, within an hour is told to supervision, once an hour: the account is counted by a
keyed hash, in one item an hour.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from miaoban.catalogue.regions import Organ
from miaoban.evidence.look import Look, Reader
from miaoban.models import Frozen
from miaoban.operations.flagging import Flag, Readings, flag_item
from miaoban.operations.looks import look_item
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Key, Put, Table, Write

MANY_PEOPLE: Final = 200
"""People whose data one account may see within an hour before supervision hears of it."""
MANY_REFUSED: Final = 10
"""Refusals within an hour, the same."""
MOST: Final = 95
"""Looks of one commit, which takes 100 writes."""
KEPT: Final = timedelta(days=2)


class Taken(NamedTuple):
    """A look to write down: at whose data, of which organ's case."""

    owner: str
    organ: Organ
    look: Look


class Count(Frozen):
    """What one account saw within an hour: whom, by pseudonym, up to the limit; and how often it was refused."""

    people: tuple[str, ...] = ()
    refused: int = 0
    flagged: bool = False

    def with_(self, taken: Iterable[Taken]) -> "Count":
        """The count with some more."""
        some = list(taken)
        people = dict.fromkeys((*self.people, *(one.owner for one in some if one.look.outcome == "seen")))
        refused = self.refused + sum(one.look.outcome == "refused" for one in some)
        return self.model_copy(update={"people": tuple(people)[: MANY_PEOPLE + 1], "refused": refused})

    @property
    def much(self) -> bool:
        """Whether supervision must hear of it."""
        return len(self.people) > MANY_PEOPLE or self.refused >= MANY_REFUSED


def write_down(services: Services, taken: Iterable[Taken]) -> None:
    """Write looks down, all of one account; raises UnavailableError, BusyError, and then nothing may be answered."""
    some = list(taken)
    for first in range(0, len(some), MOST):
        part = some[first : first + MOST]
        retried(partial(_written, services, part))


def _written(services: Services, taken: list[Taken]) -> bool:
    now = services.now()
    reader = taken[0].look.reader
    key = _count_key(reader, now)
    item = services.store.read([key]).get(key)
    before = Count.read(item.body) if item else Count()
    after = before.with_(taken)
    writes: list[Write] = [Put(look_item(services, one.owner, one.look), replaces=None) for one in taken]
    if after.much and not before.flagged:
        after = after.model_copy(update={"flagged": True})
        writes.append(Put(flag_item(_flag(taken[0], after, now), 1), replaces=None))
    version = item.version if item else 0
    expires = int((now + KEPT).timestamp())
    writes.append(Put(Item(key, after.text(), version=version + 1, expires=expires), replaces=version))
    services.store.commit(Commit(tuple(writes)))
    return True


def _count_key(reader: Reader, now: datetime) -> Key:
    return Key(Table.CASES, f"READER#{reader.staff}", f"{now:%Y-%m-%dT%H}")


def _flag(taken: Taken, count: Count, now: datetime) -> Flag:
    """The flag of an account's reading; it names an account by its hash, and no person."""
    reader = taken.look.reader
    readings = Readings(reader=reader, people=len(count.people), refused=count.refused)
    return Flag(
        id=f"READ-{reader.staff}-{now:%Y%m%d%H}",
        organ=taken.organ,
        raised_at=now,
        readings=readings,
    )
