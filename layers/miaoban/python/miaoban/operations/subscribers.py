"""Subscribers: other departments that hear of a department's licences, in the own region and in those below it.

Which department may hear of which one's licences is the deployment's word (政务数据共享条例: shared under conditions); nobody
hears of anything that is not named there.
"""

from collections.abc import Iterator

from miaoban.access.resources import ancestors
from miaoban.identifiers import RegionCode
from miaoban.operations.deliveries import DeliveryRef, Subscription
from miaoban.operations.relay import Relayed
from miaoban.operations.services import Services
from miaoban.storage import Delete, Item, Key, Put, Range, Table, Write


def listed(before: Subscription | None, after: Subscription) -> Iterator[Write]:
    """The list of who hears of each department's licences, after a subscription has changed."""
    old, new = set(before.licences_of if before else ()), set(after.licences_of)
    for department in sorted(new):
        yield Put(Item(_key(department, after), "{}"), replaces=None)
    for department in sorted(old - new):
        yield Delete(_key(department, after))


def subscribers(services: Services, event: Relayed, event_id: str) -> Iterator[DeliveryRef]:
    """Who else hears of a licence's event."""
    regions = set(ancestors(RegionCode(event.region)))
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, _partition(event.department), limit=200, cursor=cursor))
        for item in page.items:
            department, _, region = item.key.sort.partition("#")
            if region in regions:
                yield DeliveryRef(department=department, region=region, event=event_id)
        cursor = page.cursor
        if cursor is None:
            return


def _key(department: str, subscriber: Subscription) -> Key:
    sort = f"{subscriber.department}#{subscriber.region}"
    return Key(Table.CASES, _partition(department), sort)


def _partition(department: str) -> str:
    return f"SUBSCRIBERS#{department}"
