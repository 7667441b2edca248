"""Quality (数据质量): each record that comes is held to the rules of its kind, and what comes of it is counted by day.

A rule that is only noted lets the record through; one that sets aside raises. Counts are spread over a few items, so that a
flood of records does not queue at one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final

from pydantic import Field as Declared

from miaoban.catalogue.errors import ExpressionError, Problem
from miaoban.catalogue.expressions import holds
from miaoban.catalogue.quality import QualityRule
from miaoban.catalogue.source import RecordKind, Source
from miaoban.evidence.batch import Stream
from miaoban.evidence.errors import RecordQualityError
from miaoban.evidence.privacy import comparable
from miaoban.evidence.record import Record
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.gathering import record_key
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.operations.sources import Known
from miaoban.storage import Commit, Item, Key, Put, Range, Table

SHARDS: Final = 8
KEPT_DAYS: Final = 400
DIMENSIONS: Final = {"completeness": "完整", "validity": "有效", "timeliness": "及时", "referential": "关联"}


class Tally(Frozen):
    """Counts of what came of records: by outcome, by the code of what was set aside, and by the rules that were broken."""

    outcomes: Mapping[str, int] = Declared(default_factory=dict)
    codes: Mapping[str, int] = Declared(default_factory=dict)
    rules: Mapping[str, int] = Declared(default_factory=dict)

    def with_(self, other: "Tally") -> "Tally":
        """Both counts together."""
        parts = {name: Counter(getattr(self, name)) + Counter(getattr(other, name)) for name in type(self).model_fields}
        return Tally(**{name: dict(part) for name, part in parts.items()})


class RuleReport(Frozen):
    """How often a rule was broken on a day, in which dimension of quality."""

    kind: str
    rule: str
    says: str
    dimension: str
    broken: int


class QualityReport(Frozen):
    """A source's day: what came of its records, which rules they broke, and which batches are still missing."""

    source: str
    name: str
    department: str
    day: date
    received: int
    tally: Tally
    rules: tuple[RuleReport, ...]
    highest_batch: int = 0
    missing_batches: tuple[int, ...] = ()


class QualityReports(Frozen):
    """The reports of a department's sources on a day."""

    items: tuple[QualityReport, ...]


def broken(services: Services, known: Known, record: Record) -> tuple[str, ...]:
    """The rules that a record breaks and that only note it, as `kind/rule`; raises RecordQualityError for the others."""
    kind = known.kind(record.kind)
    if record.withdrawn or not kind.quality:
        return ()
    seen = comparable(kind.fields, record.values)
    found = [rule for rule in kind.quality if not _kept(services, rule, record, seen)]
    if severe := [rule for rule in found if rule.severity == "quarantine"]:
        problems = [Problem(pointer="/data/values", code=rule.id, message=rule.says) for rule in severe]
        told = "；".join(rule.says for rule in severe)
        raise RecordQualityError(f"记录不符合数源“{known.source.name}”的质量要求：{told}，请更正后重新报送", problems)
    return tuple(f"{record.kind}/{rule.id}" for rule in found)


def _kept(services: Services, rule: QualityRule, record: Record, seen: Mapping[str, Any]) -> bool:
    """Whether a record keeps a rule; an expression that cannot be told of a record is broken by it."""
    if rule.holds is not None:
        try:
            return holds(rule.holds, {"record": seen, "today": law_date(services.now()).isoformat()})
        except ExpressionError:
            return False
    if rule.timely is not None:
        return record.received_at - record.issued_at <= rule.timely.length
    return rule.refers is None or _refers(services, rule, seen)


def _refers(services: Services, rule: QualityRule, seen: Mapping[str, Any]) -> bool:
    """Whether what a record names is known; what it does not name is not missing."""
    named = rule.refers
    if named is None or any(seen.get(code) is None for code in named.key):
        return True
    found = record_key(services.vault, named.source, named.kind, (str(seen[code]) for code in named.key))
    key = keys.record(named.source, named.kind, found)
    return key in services.store.read([key])


def count(services: Services, source: str, tally: Tally, spread: str) -> None:
    """Add to the counts of a source's day; `spread` says to which of its items, such as a message's id."""
    day = law_date(services.now())
    key = _key(source, day, int(sha256(spread.encode()).hexdigest(), 16) % SHARDS)

    def attempt() -> bool:
        item = services.store.read([key]).get(key)
        after = (Tally.read(item.body) if item else Tally()).with_(tally)
        version = item.version if item else 0
        expires = int(services.now().timestamp()) + KEPT_DAYS * 86_400
        services.store.commit(Commit((Put(Item(key, after.text(), version=version + 1, expires=expires), replaces=version),)))
        return True

    retried(attempt)


def _key(source: str, day: date, shard: int) -> Key:
    return Key(Table.RECORDS, f"TALLY#{source}", f"{day.isoformat()}#{shard}")


def stream_key(source: str) -> Key:
    """How far a source's batches have come."""
    return Key(Table.RECORDS, source, "STREAM")


def reports(services: Services, department: str, day: date) -> QualityReports:
    """The reports of a department's sources on a day."""
    return QualityReports(items=tuple(_report(services, source, day) for source in _sources(services, department)))


def _sources(services: Services, department: str) -> Iterator[Source]:
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, keys.SOURCES, Table.CATALOGUE, limit=100, cursor=cursor))
        yield from (source for source in map(Source.read, (item.body for item in page.items)) if source.owner == department)
        cursor = page.cursor
        if cursor is None:
            return


def _report(services: Services, source: Source, day: date) -> QualityReport:
    asked = [*(_key(source.code, day, shard) for shard in range(SHARDS)), stream_key(source.code)]
    items = services.store.read(asked)
    tally = Tally()
    for key in asked[:-1]:
        tally = tally.with_(Tally.read(items[key].body)) if key in items else tally
    found = items.get(asked[-1])
    stream = Stream.read(found.body) if found else Stream(source=source.code)
    return QualityReport(
        source=source.code,
        name=source.name,
        department=source.owner,
        day=day,
        received=sum(tally.outcomes.values()),
        tally=tally,
        rules=tuple(_rules(source.kinds, tally)),
        highest_batch=stream.highest,
        missing_batches=stream.missing,
    )


def _rules(kinds: Mapping[str, RecordKind], tally: Tally) -> Iterable[RuleReport]:
    for code, kind in kinds.items():
        for rule in kind.quality:
            times = tally.rules.get(f"{code}/{rule.id}", 0)
            yield RuleReport(kind=code, rule=rule.id, says=rule.says, dimension=DIMENSIONS[rule.dimension], broken=times)
