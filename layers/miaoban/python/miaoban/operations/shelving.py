"""Shelving: a region's guide items made into the shelf by which words find them."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from miaoban.catalogue.shelf import Row, packed
from miaoban.models import Frozen
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.retrying import retried
from miaoban.ports import Store
from miaoban.storage import Commit, Item, Put, Range, Table

PAGE: Final = 1000


class Label(Frozen):
    """What a shelf is like now: the digest of its rows, how many, in how many parts."""

    region: str
    digest: str
    rows: int
    parts: int


class _Line(BaseModel):
    """What a shelf needs of a stored item, which was checked when it came."""

    code: str
    name: str
    region: str
    audience: tuple[str, ...]
    status: str
    valid_from: str
    valid_until: str = ""


def shelve(store: Store, region: str) -> Label:
    """Make a region's shelf from its items as they stand; the same rows again write nothing."""
    return retried(lambda: _shelved(store, region))


def _shelved(store: Store, region: str) -> Label:
    # The label is read before the items: whoever writes an item later asks for the shelf again, and meets a new label.
    key = keys.shelf(region)
    found = store.read([key]).get(key)
    rows = [_row(line) for line in _lines(store, region) if line.status != "cancelled"]
    digest, parts = packed(rows)
    label = Label(region=region, digest=digest, rows=len(rows), parts=len(parts))
    if found is not None and Label.read(found.body) == label:
        return label
    version = found.version if found else 0
    writes = [Put(Item(keys.shelf_part(region, number), text), replaces=None) for number, text in enumerate(parts)]
    store.commit(Commit((*writes, Put(Item(key, label.text(), version=version + 1), replaces=version))))
    return label


def _lines(store: Store, region: str) -> Iterator[_Line]:
    """The guide items that lie under a region, by code."""
    cursor: str | None = None
    while True:
        page = store.query(Range(None, keys.entries(region), Table.CATALOGUE, limit=PAGE, cursor=cursor))
        yield from (_Line.model_validate_json(item.body) for item in page.items)
        cursor = page.cursor
        if cursor is None:
            return


def _row(line: _Line) -> Row:
    return Row(line.code, line.name, line.region, "".join(line.audience), line.valid_from, line.valid_until)
