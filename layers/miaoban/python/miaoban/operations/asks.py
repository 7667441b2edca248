"""Asks (询问): what a case that waits wants to know of a source that is asked, one for each record, whoever waits for it.

An ask is written in the transaction that lets a case wait, and goes in the one that stores the answer; so nobody waits for an
answer that nobody asks for. Asks of a source stand in the order of the law's clock: the one whose case has to end first, first.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from pydantic import Field as Declared

from miaoban.evidence.record import State
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.filings import Filing
from miaoban.operations.gathering import Gathered, Wanted
from miaoban.storage import Check, Delete, Item, Items, Key, Put, Table, Write

KEPT: Final = timedelta(days=30)
"""After so long without an answer an ask is given up: its case has long gone to a person."""
PREFIX: Final = "ASK#"
SORT: Final = "ASK"
_NEVER: Final = date.max


class Ask(Frozen):
    """One question that is to be put to a source.

    `record` is the partition of the record that the answer becomes, `key` its key fields, personal numbers in private form;
    `case` began it, and the first case of those that wait must end on `law_by`. It is not put before `next_at`; `tried` counts.
    A draft wants it until `wanted_until`, a dispute only an answer of after `since`.
    """

    source: str
    kind: str
    record: str
    key: Mapping[str, Any]
    case: str
    law_by: date | None = None
    created_at: datetime
    next_at: datetime
    tried: int = Declared(default=0, ge=0)
    wanted_until: datetime | None = None
    since: datetime | None = None

    @property
    def record_key(self) -> str:
        """The record's own key, without its source and kind."""
        return self.record.rpartition("#")[2]


def ask_key(record: Key) -> Key:
    """Where the ask for a record lies."""
    return Key(Table.CASES, f"{PREFIX}{record.partition}", SORT)


def queue_of(source: str) -> str:
    """The index partition of a source's asks."""
    return f"ASKS#{source}"


def ask_item(ask: Ask, version: int) -> Item:
    """An ask as stored: listed by its source, in the order of the law's clock."""
    due = f"{(ask.law_by or _NEVER).isoformat()}#{keys.due_at(ask.created_at)}#{ask.record}"
    expires = int((ask.created_at + KEPT).timestamp())
    key = Key(Table.CASES, f"{PREFIX}{ask.record}", SORT)
    return Item(key, ask.text(), version=version, queue=queue_of(ask.source), queue_at=due, expires=expires)


def asked_keys(records: tuple[Wanted, ...]) -> Iterator[Key]:
    """The asks that may be under way for records of sources that are asked."""
    return (ask_key(record.key) for record in records if record.asked_kind)


def asks(filing: Filing, gathered: Gathered, items: Items, law_by: date | None, now: datetime) -> Iterator[Write]:
    """An ask for each record that a filing waits for and somebody must be asked for; one that is under way is kept."""
    for wanted in gathered.wanted:
        unknown = gathered.evidence[wanted.name].state is State.UNKNOWN
        if unknown and wanted.asked_kind:
            yield _ask(filing, wanted, items.get(ask_key(wanted.key)), law_by, now)


def _ask(filing: Filing, wanted: Wanted, item: Item | None, law_by: date | None, now: datetime) -> Write:
    if item is None:
        return Put(ask_item(ask_for(filing, wanted, law_by, now), 1), replaces=0)
    ask = Ask.read(item.body)
    if (law_by or _NEVER) >= (ask.law_by or _NEVER):
        return Check(item.key, item.version)
    return Put(ask_item(ask.model_copy(update={"law_by": law_by}), item.version + 1), replaces=item.version)


def ask_for(filing: Filing, wanted: Wanted, law_by: date | None, now: datetime) -> Ask:
    """The ask that a filing begins for a record."""
    return Ask(
        source=wanted.source.code,
        kind=wanted.use.kind,
        record=wanted.key.partition,
        key=wanted.stored_key(filing.form, filing.party),
        case=filing.case,
        law_by=law_by,
        created_at=now,
        next_at=now,
    )


def answered(items: Items, record: Key) -> Iterator[Write]:
    """The end of the ask for a record that is there now."""
    item = items.get(ask_key(record))
    if item is not None:
        yield Delete(item.key, item.version)
