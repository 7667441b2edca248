"""What is read and written, as frozen data: keys, items, writes and the plan that carries them.

An operation returns a `Commit`; an adapter executes it in one transaction or not at all. An item is addressed by table,
partition and sort key, carries its content as one JSON text (`body`) and names the few attributes that indexes need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Table(StrEnum):
    """The three tables: what was decided, what departments sent, what was published."""

    __hash__ = str.__hash__  # keys are hashed all the time, and an enumeration hashes itself in Python

    CASES = "cases"
    RECORDS = "records"
    CATALOGUE = "catalogue"


class Index(StrEnum):
    """The two indexes of the case table: by the person who may see an item, by the worker that must act on it."""

    OWNER = "by_owner"
    QUEUE = "by_queue"


class Key(NamedTuple):
    """The address of an item."""

    table: Table
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item.

    `version` counts its writes from 1; `owner` and `queue` are index partitions with `owner_at` and `queue_at` as their
    sort keys; `expires` is the second of the epoch from which the item may be deleted.
    """

    key: Key
    body: str
    version: int = 1
    owner: str | None = None
    owner_at: str | None = None
    queue: str | None = None
    queue_at: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Write an item; `replaces` is the version it must find (0: none may exist; None: whatever is there)."""

    item: Item
    replaces: int | None = 0


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item that must have this version (None: whatever is there, also nothing)."""

    key: Key
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Let the commit happen only if the item has this version (0: it must not exist)."""

    key: Key
    version: int


Write = Put | Delete | Check


@dataclass(frozen=True, slots=True)
class Commit:
    """A plan of writes, at most 100, one per key, all or nothing."""

    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of an index in order, and the cursor from which to go on, if there is more."""

    items: tuple[Item, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A question to an index: a partition, the sort keys from `start` up to and with `end`, newest first if asked."""

    index: Index | None
    partition: str
    table: Table = Table.CASES
    start: str = ""
    end: str = "\U0010ffff"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None


Items = Mapping[Key, Item]


def key_of(write: Write) -> Key:
    """Return the key that a write touches."""
    return write.item.key if isinstance(write, Put) else write.key
