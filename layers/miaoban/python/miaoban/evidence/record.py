"""Records (数源记录) as kept, and the evidence (核验事实) that a record, or its absence, gives at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic_core import to_jsonable_python

from miaoban.catalogue.source import Purpose, Source
from miaoban.models import CLOSED, Frozen, given


class Record(Frozen):
    """The newest state of one record. Personal numbers in `values` are in their `Private` form.

    `response` is the digest of the very bytes that a source which was asked has answered.
    """

    source: str
    kind: str
    key: str
    sequence: int
    issued_at: datetime
    received_at: datetime
    withdrawn: bool = False
    values: Mapping[str, Any] = {}
    digest: str
    response: str | None = None


class Watermark(Frozen):
    """When a source last spoke."""

    source: str
    heard_at: datetime


class State(StrEnum):
    """What is known of a record: it is held, there is none, or nothing can be said."""

    HELD = "held"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one record says at the moment of a decision, with its source, digest and times. Grade A: issued by the source."""

    __pydantic_config__ = CLOSED

    source: str
    source_name: str
    state: State
    why: str | None = None
    digest: str | None = None
    sequence: int | None = None
    issued_at: datetime | None = None
    received_at: datetime | None = None
    grade: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The evidence as plain JSON values, without what is not known."""
        told = {
            "source": self.source,
            "source_name": self.source_name,
            "state": self.state.value,
            "why": self.why,
            "digest": self.digest,
            "sequence": self.sequence,
            "issued_at": self.issued_at and to_jsonable_python(self.issued_at),
            "received_at": self.received_at and to_jsonable_python(self.received_at),
            "grade": self.grade,
            "values": self.values,
        }
        return given(told)


def assess(
    source: Source,
    record: Record | None,
    watermark: Watermark | None,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> Evidence:
    """Say what is known: a source that has been silent too long, or a record too old, makes it unknown, never absent.

    `values` are what a held record says to those who ask; without them, what is kept.
    """
    if record is None or record.withdrawn:
        return _absence(source, record, watermark, now)
    heard_at = watermark.heard_at if source.absence == "none" and watermark else record.received_at
    if _stale(source, heard_at, now):
        return _unknown(source, "silent" if source.absence == "none" else "stale")
    return Evidence(
        source=source.code,
        source_name=source.name,
        state=State.HELD,
        digest=record.digest,
        sequence=record.sequence,
        issued_at=record.issued_at,
        received_at=record.received_at,
        grade="A",
        values=record.values if values is None else values,
    )


def _absence(source: Source, record: Record | None, watermark: Watermark | None, now: datetime) -> Evidence:
    if source.absence == "none":
        silent = watermark is None or _stale(source, watermark.heard_at, now)
        return _unknown(source, "silent") if silent else _none(source, record)
    if record is None:
        return _unknown(source, "no-record")
    return _unknown(source, "stale") if _stale(source, record.received_at, now) else _none(source, record)


def _none(source: Source, record: Record | None) -> Evidence:
    return _nothing(source.code, source.name, State.NONE, digest=record.digest if record else None)


def _unknown(source: Source, why: str) -> Evidence:
    return _nothing(source.code, source.name, State.UNKNOWN, why=why)


@lru_cache(maxsize=1024)
def _nothing(source: str, name: str, state: State, *, why: str | None = None, digest: str | None = None) -> Evidence:
    """Evidence without a record's values: mostly the same for everybody, so made once."""
    return Evidence(source=source, source_name=name, state=state, why=why, digest=digest)


def _stale(source: Source, heard_at: datetime, now: datetime) -> bool:
    return now - heard_at > source.fresh_for[Purpose.DECIDE]
