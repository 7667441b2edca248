"""Redeliver: find, by index, the deliveries whose next attempt is due, and ask for it on the notify queue."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from miaoban.operations.deliveries import QUEUE, DeliveryRef, Redelivery, moment
from miaoban.operations.services import Services
from miaoban.ports import Outbox
from miaoban.storage import Index, Key, Range

PAGE = 200


def due(services: Services, now: datetime, limit: int) -> Iterator[DeliveryRef]:
    """The deliveries that are due, longest overdue first, at most `limit`: waits, and attempts whose worker died."""
    return islice(_due(services, now), limit)


def redeliver(services: Services, notify: Outbox, now: datetime, limit: int = 1000) -> int:
    """Ask for an attempt at each delivery that is due; returns how many. Asked twice, only one attempt is made."""
    messages = [Redelivery(delivery=ref).text() for ref in due(services, now, limit)]
    notify.send(messages)
    return len(messages)


def _due(services: Services, now: datetime) -> Iterator[DeliveryRef]:
    cursor: str | None = None
    while True:
        question = Range(Index.QUEUE, QUEUE, end=f"{moment(now)}#\U0010ffff", limit=PAGE, cursor=cursor)
        page = services.store.query(question)
        yield from (_ref(item.key) for item in page.items)
        if (cursor := page.cursor) is None:
            return


def _ref(key: Key) -> DeliveryRef:
    """Which delivery lies under a key: its body is not read, so that one that can not be read stops no other."""
    _, department, region = key.partition.split("#")
    return DeliveryRef(department=department, region=region, event=key.sort)
