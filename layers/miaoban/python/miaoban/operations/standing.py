"""Standing: how each source stands, how many questions wait for it, and which matters degrade while it is not well."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from miaoban.catalogue.nodes import Kind, Node
from miaoban.catalogue.source import Purpose, Source
from miaoban.evidence.gate import Gate
from miaoban.evidence.gate import State as GateState
from miaoban.evidence.record import Watermark
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.asks import queue_of
from miaoban.operations.lineage import page_of_uses
from miaoban.operations.services import Services
from miaoban.storage import Index, Items, Range, Table

PAGE: Final = 50
"""Sources on a page."""
MOST: Final = 1000
"""Questions and matters that are counted or named of one source."""


class State(StrEnum):
    """A source is well; it rests, because calls to it failed; or it is silent for longer than its data may decide."""

    WELL = "well"
    RESTING = "resting"
    SILENT = "silent"


class Degraded(Frozen):
    """A matter that degrades: its cases wait, or are flagged, for what the source would say."""

    matter: str
    name: str


class Standing(Frozen):
    """How a source stands: since when it was not heard, until when it rests, how many records are to be asked for."""

    source: str
    name: str
    owner: str
    access: str
    state: State
    heard_at: datetime | None = None
    resting_until: datetime | None = None
    failures: int = 0
    waiting: int = 0
    degraded: tuple[Degraded, ...] = ()


class Standings(Frozen):
    """A page of sources, in the order of their codes."""

    items: tuple[Standing, ...]
    cursor: str | None = None


def standings(services: Services, cursor: str | None = None) -> Standings:
    """How the published sources stand, a page at a time."""
    page = services.store.query(Range(None, keys.SOURCES, Table.CATALOGUE, limit=PAGE, cursor=cursor))
    sources = [Source.read(item.body) for item in page.items]
    asked = [place(source.code) for source in sources for place in (keys.gate, keys.watermark)]
    items = services.store.read(asked) if asked else {}
    return Standings(items=tuple(_standing(services, source, items) for source in sources), cursor=page.cursor)


def _standing(services: Services, source: Source, items: Items) -> Standing:
    now = services.now()
    gate, heard_at = _gate(source, items), _heard_at(source, items)
    state = _state(source, gate, heard_at, now)
    return Standing(
        source=source.code,
        name=source.name,
        owner=source.owner,
        access=source.access.value,
        state=state,
        heard_at=heard_at,
        resting_until=gate.until if state is State.RESTING else None,
        failures=gate.failures,
        waiting=_waiting(services, source) if source.asking else 0,
        degraded=() if state is State.WELL else tuple(_matters(services, source)),
    )


def _gate(source: Source, items: Items) -> Gate:
    item = items.get(keys.gate(source.code))
    return Gate.read(item.body) if item else Gate(source=source.code)


def _heard_at(source: Source, items: Items) -> datetime | None:
    item = items.get(keys.watermark(source.code))
    return Watermark.read(item.body).heard_at if item else None


def _state(source: Source, gate: Gate, heard_at: datetime | None, now: datetime) -> State:
    if source.asking:
        return State.WELL if gate.state is GateState.CLOSED else State.RESTING
    lately = heard_at is not None and now - heard_at <= source.fresh_for[Purpose.DECIDE]
    return State.WELL if lately else State.SILENT


def _waiting(services: Services, source: Source) -> int:
    """How many records are to be asked for, as far as is counted."""
    return len(services.store.query(Range(Index.QUEUE, queue_of(source.code), limit=MOST)).items)


def _matters(services: Services, source: Source) -> Iterator[Degraded]:
    """The matters that use a source, from the lineage index."""
    uses, _ = page_of_uses(services, Node(Kind.SOURCE, source.code), None, MOST)
    yield from (Degraded(matter=use.matter, name=use.matter_name) for use in uses)
