"""Handing up: each decision goes to the upper-level platform, and each night it is found out what did not arrive.

53 handled, 23 visible upstream is what happens when nobody compares. A region's day is compared by the digest tree of its
ledger leaves; what the platform does not have, or has otherwise, is handed up again, and the numbers are kept.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from miaoban.canonical import digest_of, parse
from miaoban.case.case import Case
from miaoban.ledger.tree import Tree, compare
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.editions import Listed, current
from miaoban.operations.relay import CloudEvent
from miaoban.operations.services import Services, law_date
from miaoban.operations.upper import Handed, UpperPlatform
from miaoban.ports import Outbox
from miaoban.storage import Commit, Item, Key, Put, Range, Table

AFTER: Final = timedelta(hours=3)
"""How long after a day's end it is compared: what was decided at midnight has been handed up by then."""
BATCH: Final = 100
"""Items handed up at once."""
RECONCILED: Final = "RECONCILED"


class Compare(Frozen):
    """The message that a region's day is to be compared."""

    region: str
    day: date


class Reconciliation(Frozen):
    """What comparing a region's day came to: how many items there are, how many were missing or altered, and were resent.

    `beyond` are items that only the platform has; `exchanges` and `bytes` are what finding out took.
    """

    region: str
    day: date
    at: datetime
    items: int
    missing: int
    altered: int
    beyond: int
    resent: int
    exchanges: int
    bytes: int
    root: str


class Reconciliations(Frozen):
    """A page of a region's reconciliations, newest day first."""

    items: tuple[Reconciliation, ...]
    cursor: str | None = None


def hand_up(services: Services, upper: UpperPlatform, event: CloudEvent) -> int:
    """Hand up what was decided of a case on the day of an event, and return how many items; raises UpperError."""
    told = event.data
    day = law_date(told.at)
    leaves = list(_leaves(services, told.region, day, f"{told.case}#"))
    upper.take(list(_items(services, told.region, day, leaves)))
    return len(leaves)


def reconcile(services: Services, upper: UpperPlatform, region: str, day: date) -> Reconciliation:
    """Compare a region's day, hand up again what is missing or altered, and keep the numbers; raises UpperError."""
    leaves = {item.key.sort: item for item in _leaves(services, region, day)}
    tree = Tree({id_: digest_of(item.body) for id_, item in leaves.items()})
    before = upper.told
    found = compare(tree, lambda prefixes: upper.nodes(region, day.isoformat(), prefixes))
    compared = upper.told - before
    wanted = [leaves[id_] for id_ in (*found.missing, *found.altered)]
    for first in range(0, len(wanted), BATCH):
        upper.take(list(_items(services, region, day, wanted[first : first + BATCH])))
    result = Reconciliation(
        region=region,
        day=day,
        at=services.now(),
        items=len(leaves),
        missing=len(found.missing),
        altered=len(found.altered),
        beyond=len(found.beyond),
        resent=len(wanted),
        exchanges=found.exchanges,
        bytes=compared,
        root=tree.digest(""),
    )
    services.store.commit(Commit((Put(Item(_key(region, day), result.text()), replaces=None),)))
    return result


def reconciliations(services: Services, region: str, cursor: str | None = None) -> Reconciliations:
    """The reconciliations of a region, newest day first; raises CursorError."""
    partition = _key(region, date.min).partition
    page = services.store.query(Range(None, partition, descending=True, cursor=cursor))
    return Reconciliations(items=tuple(Reconciliation.read(item.body) for item in page.items), cursor=page.cursor)


def compare_yesterday(services: Services, exchange: Outbox, now: datetime) -> int:
    """Ask once for each region's last closed day to be compared; how many were asked for at this look."""
    day = law_date(now - AFTER) - timedelta(days=1)
    marker = Key(Table.CASES, RECONCILED, day.isoformat())
    if services.store.read([marker]):
        return 0
    regions = sorted(_regions(services))
    exchange.send(Compare(region=region, day=day).text() for region in regions)
    services.store.commit(Commit((Put(Item(marker, "{}"), replaces=None),)))
    return len(regions)


def _key(region: str, day: date) -> Key:
    return Key(Table.CASES, f"RECONCILIATION#{region}", day.isoformat())


def _regions(services: Services) -> set[str]:
    """Every region that has an organ of a published matter."""
    editions = (current(services, code).edition for code in _matters(services))
    return {organ.region for edition in editions for organ in edition.matter.all_organs}


def _matters(services: Services) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, "MATTERS", Table.CATALOGUE, limit=200, cursor=cursor))
        yield from (Listed.read(item.body).code for item in page.items)
        cursor = page.cursor
        if cursor is None:
            return


def _leaves(services: Services, region: str, day: date, prefix: str = "") -> Iterator[Item]:
    partition, cursor = keys.leaf(region, day, "", 0).partition, None
    while True:
        page = services.store.query(Range(None, partition, start=prefix, end=f"{prefix}\U0010ffff", limit=500, cursor=cursor))
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def _items(services: Services, region: str, day: date, leaves: Iterable[Item]) -> Iterator[Handed]:
    """Leaves as they are handed up, each with its case as it stands, where it has not been erased."""
    listed = list(leaves)
    names = {item.key.sort: keys.case(item.key.sort.rpartition("#")[0]) for item in listed}
    found = services.store.read(dict.fromkeys(names.values())) if names else {}
    for item in listed:
        case_item = found.get(names[item.key.sort])
        about = _about(Case.read(case_item.body)) if case_item else {}
        leaf, digest = parse(item.body), digest_of(item.body)
        yield Handed(id=item.key.sort, region=region, day=day.isoformat(), digest=digest, leaf=leaf, **about)


def _about(case: Case) -> dict[str, str | None]:
    return {
        "matter": case.matter,
        "matter_name": case.matter_name,
        "department": case.organ.department,
        "status": case.status.value,
        "licence": case.licence,
    }
