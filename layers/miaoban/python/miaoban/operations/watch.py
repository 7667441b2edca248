"""Watch: find, by index, the waits and corrections whose last day has passed, and hand them on as messages."""

from collections.abc import Iterator
from datetime import datetime

from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.services import Services, law_date
from miaoban.storage import Index, Item, Range


class Wakeup(Frozen):
    """A message to move a case on: a record arrived, or its time ran out at `at`."""

    case: str
    why: str
    at: datetime | None = None
    correlation: str | None = None


RECORD_ARRIVED = "record-arrived"
TIME_ENDED = "time-ended"


def watch(services: Services, now: datetime) -> int:
    """Send a wake-up for every case whose time has ended; how many were sent. Sent twice, it does nothing twice."""
    wakeups = [Wakeup(case=_case_of(item), why=TIME_ENDED, at=now).text() for item in _ended(services, now)]
    services.resumes.send(wakeups)
    return len(wakeups)


def _ended(services: Services, now: datetime) -> Iterator[Item]:
    cursor: str | None = None
    while True:
        page = services.store.query(Range(Index.QUEUE, keys.WAITS, end=law_date(now).isoformat(), limit=500, cursor=cursor))
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def _case_of(item: Item) -> str:
    return item.key.partition.removeprefix("CASE#")
