"""Redeliver: deliveries whose next attempt is due are found by index, and others are begun anew when their recipient asks."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from miaoban.operations import keys
from miaoban.operations.deliveries import QUEUE, Delivery, DeliveryRef, Redelivery, delivery_item, moment
from miaoban.operations.errors import NotFoundError
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.subscriptions import delivery_view
from miaoban.operations.views import view
from miaoban.ports import Outbox
from miaoban.storage import Commit, Index, Key, Put, Range

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


def redeliver_event(services: Services, department: str, region: str, event: str, once: Once) -> Mapping[str, Any]:
    """Deliver an event once more, from the first attempt on; the watch begins it within a minute. Raises NotFoundError."""
    key = keys.delivery(department, region, event)

    def attempt() -> Mapping[str, Any]:
        items = services.store.read((key, once.key))
        answered = once.answered(items)
        if answered is not None:
            return answered
        item = items.get(key)
        if item is None:
            raise NotFoundError("没有这个事件的投递，请核对编号")
        again = Delivery.read(item.body).again(services.now())
        answer = view(delivery_view(again))
        put = Put(delivery_item(again, item.version + 1), replaces=item.version)
        services.store.commit(Commit((put, once.remember(answer))))
        return answer

    return retried(attempt)
