"""Searching the catalogue: guide items and published matters by words, region, audience and code, best first.

A search reads the labels of the shelves that hold for the region (county, city, province, nation), the rows of those that
this process does not hold as they now are, and the items on the page: two reads when all is held.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import Final, Literal, NamedTuple

from miaoban.access.resources import ancestors
from miaoban.catalogue.entry import Entry
from miaoban.catalogue.errors import EntryNotFoundError
from miaoban.catalogue.ranking import Place, cursor_at, place_at
from miaoban.catalogue.shelf import Match, Row, Words, words_of
from miaoban.identifiers import IdentifierError, MatterCode, RegionCode
from miaoban.models import Frozen
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.services import Services, law_date
from miaoban.operations.shelves import MATTERS, shelves_of
from miaoban.storage import Key

PAGE: Final = 20
BASIC_LENGTH: Final = 12


class Hit(Frozen):
    """What a search found: a guide item, or a published matter, which can be applied for here."""

    kind: Literal["item", "matter"]
    code: str
    name: str
    audience: tuple[str, ...]
    region: str | None = None
    organ: str | None = None
    case_type: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked: words as typed, a region and what holds above it, an audience, a code of 12, 31 or 33 characters."""

    words: str = ""
    region: RegionCode | None = None
    audience: str | None = None
    code: MatterCode | None = None

    @property
    def text(self) -> str:
        """What binds a cursor to the question."""
        return "\n".join([self.words, str(self.region or ""), self.audience or "", str(self.code or "")])


class _Found(NamedTuple):
    place: Place
    kind: str
    row: Row


def read_entry(services: Services, code: str) -> Entry:
    """A guide item by its code, in one read; raises EntryNotFoundError."""
    key = _key(code)
    item = services.store.read([key]).get(key) if key else None
    if item is None:
        raise EntryNotFoundError("没有这个实施清单条目，请核对 31 位或 33 位事项编码")
    return Entry.read(item.body)


def _key(code: str) -> Key | None:
    try:
        return keys.entry(code) if MatterCode(code).level else None
    except IdentifierError:
        return None


def search(services: Services, question: Question, cursor: str | None) -> tuple[tuple[Hit, ...], str | None]:
    """A page of what answers a question, best first, and the cursor of the next; raises CursorError."""
    after = place_at(cursor, question.text)
    words, today = words_of(question.words), law_date(services.now()).isoformat()
    found = (one for one in _found(services, question, words, today) if after is None or one.place > after)
    best = nsmallest(PAGE + 1, found)
    page = best[:PAGE]
    return _hits(services, page), cursor_at(page[-1].place, question.text) if len(best) > PAGE else None


def _found(services: Services, question: Question, words: Words, today: str) -> Iterator[_Found]:
    for name, shelf in shelves_of(services, _regions(question)).items():
        kind = "matter" if name == MATTERS else "item"
        for match in shelf.find(words):
            if _wanted(match.row, question, kind) and match.row.holds_on(today):
                yield _Found(_place(match, question.region), kind, match.row)


def _regions(question: Question) -> tuple[str, ...]:
    """The regions whose shelves hold, nearest first; none named are those at the top."""
    if question.region is not None:
        return tuple(region for region in ancestors(question.region) if len(region) <= len("210000"))
    code = question.code
    return (keys.region_of(str(code)),) if code is not None and code.level else ()


def _wanted(row: Row, question: Question, kind: str) -> bool:
    if question.audience is not None and question.audience not in row.audience:
        return False
    if question.code is not None and not _has(row.code, str(question.code), kind):
        return False
    if question.region is None or not row.region:
        return True
    return _meet(row.region, str(question.region))


@lru_cache(maxsize=4096)
def _meet(one: str, other: str) -> bool:
    """Whether one region holds the other."""
    return RegionCode(one).contains(RegionCode(other)) or RegionCode(other).contains(RegionCode(one))


def _has(code: str, asked: str, kind: str) -> bool:
    if kind == "matter":
        return False
    return code[19:31] == asked if len(asked) == BASIC_LENGTH else code.startswith(asked)


def _place(match: Match, asked: RegionCode | None) -> Place:
    """Where a match stands: all words in the name, then more of them, then nearer, then the shorter name."""
    row = match.row
    return Place(not match.whole, -match.bigrams, _distance(row.region, str(asked or "")), len(row.name), row.code)


@lru_cache(maxsize=4096)
def _distance(region: str, asked: str) -> int:
    """How far a region is from the one asked for: published matters nearest, then itself, each level up, each level down."""
    if not region or not asked:
        return 0 if not region else 1
    here, there = RegionCode(region), RegionCode(asked)
    levels = here.level - there.level
    return 1 + (2 * levels if levels > 0 else -2 * levels - (levels < 0))


def _hits(services: Services, page: Iterable[_Found]) -> tuple[Hit, ...]:
    found = list(page)
    items = services.store.read([keys.entry(one.row.code) for one in found if one.kind == "item"])
    entries = {key.sort: Entry.read(item.body) for key, item in items.items()}
    return tuple(_hit(one.row, entries.get(one.row.code)) for one in found if one.kind == "matter" or one.row.code in entries)


def _hit(row: Row, entry: Entry | None) -> Hit:
    if entry is None:
        return Hit(kind="matter", code=row.code, name=row.name, audience=tuple(row.audience))
    return Hit(
        kind="item",
        code=str(entry.code),
        name=entry.name,
        audience=entry.audience,
        region=str(entry.region),
        organ=entry.organ.name,
        case_type=entry.case_type,
        status=entry.status,
    )
