"""Feeds: what a recipient reads at its own pace, numbered one after the other, so that a cursor never passes what is to come.

An entry gets its number in the commit that notes its delivery: whoever has read up to a number has missed nothing below it.
"""

from pydantic import JsonValue

from miaoban.canonical import parse
from miaoban.models import Frozen
from miaoban.operations.deliveries import KEPT, Delivery
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Key, Put, Range, Table

PAGE = 100
_DIGITS = 12


class Feed(Frozen):
    """How far a feed has come: the number of its newest entry, and that to which its recipient has read."""

    newest: int = 0
    read_to: int = 0


class FeedEntry(Frozen):
    """One event of a feed under its number; an event that comes again has the same id."""

    number: int
    event: JsonValue


class FeedPage(Frozen):
    """What stands in a feed after a number, oldest first; `after` is where to go on, also when there is nothing new."""

    items: tuple[FeedEntry, ...]
    after: int


def feed_of(services: Services, department: str, region: str) -> Feed:
    """How far a recipient's feed has come."""
    return _feed(services, department, region)[0]


def entry_puts(services: Services, delivery: Delivery) -> tuple[Put, ...]:
    """What adds a delivery's event to its recipient's feed; raises ConflictError at the commit when another came first."""
    feed, version = _feed(services, delivery.department, delivery.region)
    number = feed.newest + 1
    entry = Item(
        _key(delivery.department, delivery.region, f"{number:0{_DIGITS}}"),
        delivery.body,
        expires=int((services.now() + KEPT).timestamp()),
    )
    return (Put(entry), _put(delivery.department, delivery.region, feed.model_copy(update={"newest": number}), version))


def read_feed(services: Services, department: str, region: str, after: int) -> FeedPage:
    """Read what comes after a number, and note that everything up to it has arrived."""
    feed = _noted(services, department, region, after)
    start = f"{after + 1:0{_DIGITS}}"
    question = Range(None, _partition(department, region), start=start, end="9" * _DIGITS, limit=PAGE)
    found = services.store.query(question).items
    items = tuple(FeedEntry(number=int(item.key.sort), event=parse(item.body)) for item in found)
    return FeedPage(items=items, after=items[-1].number if items else min(after, feed.newest))


def _noted(services: Services, department: str, region: str, after: int) -> Feed:
    """The feed, once it is noted how far its recipient has read."""

    def attempt() -> Feed:
        feed, version = _feed(services, department, region)
        if feed.read_to < min(after, feed.newest):
            read = feed.model_copy(update={"read_to": min(after, feed.newest)})
            services.store.commit(Commit((_put(department, region, read, version),)))
        return feed

    return retried(attempt)


def _feed(services: Services, department: str, region: str) -> tuple[Feed, int]:
    key = _key(department, region, "FEED")
    item = services.store.read([key]).get(key)
    return (Feed.read(item.body), item.version) if item else (Feed(), 0)


def _put(department: str, region: str, feed: Feed, version: int) -> Put:
    return Put(Item(_key(department, region, "FEED"), feed.text(), version=version + 1), replaces=version)


def _key(department: str, region: str, sort: str) -> Key:
    return Key(Table.CASES, _partition(department, region), sort)


def _partition(department: str, region: str) -> str:
    return f"FEED#{department}#{region}"
