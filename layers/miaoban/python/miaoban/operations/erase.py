"""Erase: find, by index, the cases whose retention has passed, and remove all that was kept of them (个人信息保护法 art. 47).

Of a case go its state, events and receipts, its licence version with a proposal to set that aside, its hold on the unique
key and on its files, its flags, the messages to its owner, the deliveries to departments, and what is remembered of its
idempotency keys.
The leaves of its decisions stay, for they hold digests only; a leaf of the erasure joins them. An ordinary case goes in one
commit. A longer one goes in several, its oldest events first and the case itself last, so that whatever breaks off is found
and gone on with.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from miaoban.case.case import Case
from miaoban.errors import MiaobanError
from miaoban.identifiers import LicenceNumber
from miaoban.ledger.erasure import Erasure
from miaoban.licence.licence import Licence, series
from miaoban.operations import keys
from miaoban.operations.deliveries import moment as at_moment
from miaoban.operations.dropping import released
from miaoban.operations.happened import Happened
from miaoban.operations.holds import freed
from miaoban.operations.licensing import licence_key
from miaoban.operations.relay import licence_event
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.storage import Commit, Delete, Index, Item, Key, Put, Range, Write, key_of

LIMIT: Final = 200
"""Cases of one look: they take a third of the watch function's 30 s, and it looks again within a minute."""
STEP: Final = 12
"""Events of one commit: each has at most seven writes, and the case itself eight more."""


class Erasures(NamedTuple):
    """How many cases were erased, and the errors that kept others: they are tried again."""

    erased: int
    failed: tuple[MiaobanError, ...]


def erase_due(services: Services, moment: datetime) -> Erasures:
    """Erase the cases whose last day has passed, longest overdue first, at most `LIMIT`; done twice, nothing happens twice.

    `moment` is what a schedule says; where the clock says less, the clock holds: nothing is erased before its time.
    """
    now = min(moment, services.now())
    erased, failed = 0, list[MiaobanError]()
    for key in _due(services, now):
        try:
            erased += retried(partial(_erase, services, key, now))
        except MiaobanError as error:
            failed.append(error)
    return Erasures(erased, tuple(failed))


def _due(services: Services, now: datetime) -> tuple[Key, ...]:
    question = Range(Index.QUEUE, keys.ERASURES, end=law_date(now).isoformat(), limit=LIMIT)
    return tuple(item.key for item in services.store.query(question).items)


def _erase(services: Services, key: Key, now: datetime) -> bool:
    """Erase one case; False if it is gone already or not due, for an index may be behind."""
    item = services.store.read([key]).get(key)
    case = Case.read(item.body) if item else None
    erasure = _erasure(case, now) if case else None
    if item is None or case is None or erasure is None:
        return False
    for first in range(1, case.events + 1, STEP):
        numbers = range(first, min(first + STEP, case.events + 1))
        writes = [*_events(services, case, numbers)]
        if numbers.stop > case.events:
            writes += _case(services, case, item, erasure)
        services.store.commit(Commit(tuple({key_of(write): write for write in writes}.values())))
    return True


def _events(services: Services, case: Case, numbers: range) -> Iterator[Write]:
    """Some events with what each left elsewhere, and the receipts and flags that are counted like them."""
    items = services.store.read(keys.event(case.id, number) for number in numbers)
    happened = [Happened.read(item.body) for item in items.values()]
    for event in happened:
        yield from map(Delete, _traces(event))
    guards = {event.traces.unique for event in happened if event.traces}
    for guard in services.store.read(guards).values() if guards else ():
        free = freed(guard, case.id, case.licence)
        if free:
            yield free
    files = (key for event in happened if event.traces for key in event.traces.files or ())
    yield from released(services, case.id, files, law_date(services.now()).isoformat())
    for number in numbers:
        flag = keys.flag(f"{case.id}-{number:04}")
        yield from map(Delete, (flag, keys.receipt(case.id, number), keys.event(case.id, number)))


def _traces(event: Happened) -> Iterator[Key]:
    yield keys.inbox(event.owner, at_moment(event.at), event.id)
    yield keys.delivery(event.department, event.region, event.id)
    if event.also:
        yield keys.delivery(event.also, event.region, event.id)
    if event.change:
        yield keys.delivery(event.department, event.region, licence_event(event.id))
    if event.traces and event.traces.answered:
        yield event.traces.answered


def _case(services: Services, case: Case, item: Item, erasure: Erasure) -> Iterator[Write]:
    """The case itself and its licence; in their places, and in the ledger, stands the erasure."""
    yield Delete(item.key, item.version)
    yield Put(Item(keys.erased(item.key), erasure.text()))
    leaf = keys.leaf(case.organ.region, law_date(erasure.at), case.id, case.receipts + 1)
    yield Put(Item(leaf, erasure.text()))
    if case.licence is not None:
        yield from _licence(services, case, case.licence, erasure)


def _licence(services: Services, case: Case, number: str, erasure: Erasure) -> Iterator[Write]:
    """The licence that the case brought; what it only cancelled was brought by another case, and goes with that."""
    item = services.store.read([licence_key(number)]).get(licence_key(number))
    if item is not None and Licence.read(item.body).terms.case == case.id:
        yield Delete(item.key, item.version)
        yield Delete(keys.proposal(series(number), LicenceNumber(number).version))
        yield Put(Item(keys.erased(item.key), erasure.text()))


def _erasure(case: Case, now: datetime) -> Erasure | None:
    """What stays of a case that is due; None of one that is not."""
    rule, kept_until = case.erase_after, case.kept_until
    if rule is None or kept_until is None or law_date(now) <= kept_until:
        return None
    return Erasure(
        case=case.id,
        matter=case.matter,
        version=case.version,
        basis=rule.basis,
        days=rule.days,
        kept_until=kept_until,
        at=now,
        events=case.events,
        receipts=case.receipts,
        licence=case.licence,
    )
