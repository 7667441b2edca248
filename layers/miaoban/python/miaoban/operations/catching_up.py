"""Catching up: asks whose time has come go back to the ask queue, by the law's clock, and no faster than a source may be asked.

A source that rests gets the one ask that its gate lets through to try it; once it is well, a minute's quota goes out each
minute, spread over the minute, so that few are turned back at the gate.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from miaoban.catalogue.asking import Asking
from miaoban.catalogue.source import Source
from miaoban.evidence.gate import WINDOWS, Gate, State, admit
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.asks import Ask, queue_of
from miaoban.operations.services import Services
from miaoban.ports import Outbox
from miaoban.storage import Index, Range, Table

MINUTE: Final = 60
MOST: Final = 3000
"""Asks of a source that one look sends, whatever its quota."""
MOST_READ: Final = 4 * MOST
"""Asks of a source that one look reads: those that are put off stand among the others."""
SHARE: Final = 0.8
"""The share of a quota that who always asks gets for certain (see `evidence.gate`)."""


class Prompt(Frozen):
    """The message that an ask is to be put: the partition of the record that it is for."""

    record: str


def catch_up(services: Services, prompts: Outbox, now: datetime) -> int:
    """Send the asks whose time has come at `now`, and return how many. Sent twice, none is put twice."""
    return sum(_source(services, prompts, source, now) for source in asked_sources(services))


def asked_sources(services: Services) -> Iterator[Source]:
    """The published sources that are asked."""
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, keys.SOURCES, Table.CATALOGUE, limit=100, cursor=cursor))
        yield from (source for source in map(Source.read, (item.body for item in page.items)) if source.asking)
        cursor = page.cursor
        if cursor is None:
            return


def _source(services: Services, prompts: Outbox, source: Source, now: datetime) -> int:
    room = _room(services, source, now)
    due = list(islice(_due(services, source.code, now), room)) if room else []
    each = max(1, -(-room // MINUTE))
    for second in range(-(-len(due) // each)):
        some = due[second * each : (second + 1) * each]
        prompts.send((Prompt(record=ask.record).text() for ask in some), delay=min(second, MINUTE - 1))
    return len(due)


def _room(services: Services, source: Source, now: datetime) -> int:
    """How many asks a source may be sent in this minute: none while it rests, one to try it."""
    asking = source.asking
    if asking is None:
        return 0
    item = services.store.read([keys.gate(source.code)]).get(keys.gate(source.code))
    gate = Gate.read(item.body) if item else Gate(source=source.code)
    if gate.state is State.CLOSED:
        return per_minute(asking)
    return int(admit(gate, asking, now).granted)


def per_minute(asking: Asking) -> int:
    """How many calls a minute a quota is sure to let through, at least one."""
    return max(1, min(MOST, int(SHARE * asking.quota.n * (timedelta(minutes=1) / WINDOWS[asking.quota.per]))))


def _due(services: Services, source: str, now: datetime) -> Iterator[Ask]:
    cursor: str | None = None
    for _ in range(MOST_READ // 500):
        page = services.store.query(Range(Index.QUEUE, queue_of(source), limit=500, cursor=cursor))
        yield from (ask for ask in map(Ask.read, (item.body for item in page.items)) if ask.next_at <= now)
        cursor = page.cursor
        if cursor is None:
            return
