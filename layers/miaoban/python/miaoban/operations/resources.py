"""The resource catalogue (数据资源目录): the published sources, and which matters use each.

A source is published with the matters that use it, so what nobody uses is not in it.
"""

from dataclasses import dataclass
from typing import Final

from miaoban.catalogue.errors import SourceNotFoundError
from miaoban.catalogue.nodes import Dependent, Kind, Node
from miaoban.catalogue.source import Access, PublicSource, Sharing, Source
from miaoban.operations import keys
from miaoban.operations.lineage import page_of_uses
from miaoban.operations.services import Services
from miaoban.storage import Range, Table

PAGE: Final = 50
"""Sources on a page at least, while there are more and they are found within the reads."""
MOST_READS: Final = 10
"""Queries for one page: a filter that few sources pass gives a short page, with a cursor to go on."""


@dataclass(frozen=True)
class Wanted:
    """Which sources are wanted: of an owner, a sharing class, a way of access; nothing said is any."""

    owner: str | None = None
    sharing: Sharing | None = None
    access: Access | None = None

    def admits(self, source: PublicSource) -> bool:
        """Whether a source is wanted."""
        pairs = ((self.owner, source.owner), (self.sharing, source.sharing), (self.access, source.access))
        return all(wanted in {None, found} for wanted, found in pairs)


def page_of_sources(
    services: Services, wanted: Wanted, cursor: str | None = None
) -> tuple[tuple[PublicSource, ...], str | None]:
    """A page of the sources that are wanted, in order of their codes."""
    found: list[PublicSource] = []
    for _ in range(MOST_READS):
        page = services.store.query(Range(None, keys.SOURCES, Table.CATALOGUE, limit=PAGE, cursor=cursor))
        sources = (Source.read(item.body).public for item in page.items)
        found += filter(wanted.admits, sources)
        cursor = page.cursor
        if cursor is None or len(found) >= PAGE:
            break
    return tuple(found), cursor


def read_source(
    services: Services, code: str, cursor: str | None = None
) -> tuple[PublicSource, tuple[Dependent, ...], str | None]:
    """A source and a page of what depends on it, by matter; raises SourceNotFoundError."""
    key = keys.source(code)
    item = services.store.read([key]).get(key)
    if item is None:
        raise SourceNotFoundError("资源目录中没有这个数源，请在 /v1/sources 中核对编码")
    uses, more = page_of_uses(services, Node(Kind.SOURCE, code), cursor)
    return Source.read(item.body).public, uses, more
