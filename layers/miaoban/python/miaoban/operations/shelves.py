"""The shelves that a process holds: read when they are first asked for, and again when they are not as they now are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from miaoban.catalogue.codes import AUDIENCE_CODES
from miaoban.catalogue.shelf import Held, Row, Shelf, unpacked
from miaoban.identifiers import RegionCode, RegionLevel
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.editions import Listed, listed
from miaoban.operations.services import Services
from miaoban.operations.shelving import Label
from miaoban.storage import Range, Table

MATTERS: Final = keys.MATTERS
"""The shelf of published matters, beside those of regions."""
HELD: Final = 32
"""Shelves that a process holds at most: 2 MB each, 13 the largest."""
FRESH: Final = timedelta(minutes=1)
"""For how long the list of published matters is taken for what it is."""


def shelves_of(services: Services, regions: Iterable[str]) -> Mapping[str, Shelf]:
    """The published matters and the shelves of regions that have one, nearest first; no region named is the top ones."""
    labels = _labels(services, tuple(regions))
    shelves = {MATTERS: _matters(services)}
    return shelves | {label.region: _shelf(services, label) for label in labels}


def _labels(services: Services, regions: tuple[str, ...]) -> list[Label]:
    if not regions:
        return [label for label in _all_labels(services) if RegionCode(label.region).level <= RegionLevel.PROVINCE]
    wanted = [keys.shelf(region) for region in regions]
    items = services.store.read(wanted)
    return [Label.read(items[key].body) for key in wanted if key in items]


def _all_labels(services: Services) -> Iterator[Label]:
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, keys.SHELVES, Table.CATALOGUE, limit=500, cursor=cursor))
        yield from (Label.read(item.body) for item in page.items)
        cursor = page.cursor
        if cursor is None:
            return


def _shelf(services: Services, label: Label) -> Shelf:
    held = services.shelves.get(label.region)
    if held is None or held.mark != label.digest:
        wanted = [keys.shelf_part(label.region, number) for number in range(label.parts)]
        items = services.store.read(wanted)
        held = Held(label.digest, unpacked(items[key].body for key in wanted))
    return _hold(services, label.region, held)


def _matters(services: Services) -> Shelf:
    """The published matters; a new one is found within a minute."""
    now, held = services.now(), services.shelves.get(MATTERS)
    if held is None or held.mark < (now - FRESH).isoformat():
        held = Held(now.isoformat(), Shelf([_row(line) for line in _lines(services)]))
    return _hold(services, MATTERS, held)


def _lines(services: Services) -> Iterator[Listed]:
    cursor: str | None = None
    while True:
        page = listed(services, cursor)
        yield from (Listed.read(item.body) for item in page.items)
        cursor = page.cursor
        if cursor is None:
            return


def _row(line: Listed) -> Row:
    return Row(line.code, line.name, "", "".join(AUDIENCE_CODES.get(audience, audience) for audience in line.audience))


def _hold(services: Services, name: str, held: Held) -> Shelf:
    """Keep a shelf as the one used last, and let the one go that was not used for longest."""
    services.shelves.pop(name, None)
    services.shelves[name] = held
    while len(services.shelves) > HELD:
        services.shelves.pop(next(iter(services.shelves)))
    return held.shelf
