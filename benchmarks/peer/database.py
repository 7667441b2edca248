"""What both ways to the database share: the pool, what is loaded, what is written."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.peer import rules
from benchmarks.peer.models import Base

POOL: Final = 8
Row = tuple[type[Base], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The departments' records that decide, and an answer given before."""

    records: rules.Records
    earlier_body: str | None
    earlier_answer: str | None


class Transaction(Protocol):
    """What one request reads and writes."""

    async def load(self, wanted: Mapping[str, str]) -> Loaded:
        """Load by `uscc`, `county`, `matter`, `agent`, `account` and idempotency `key`."""

    async def write(self, rows: list[Row]) -> None:
        """Write the rows, the case first: all of them, or none."""


class Database(Protocol):
    """A pool of connections that requests use one after the other."""

    engine: AsyncEngine

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Let one request read and write."""


def open_engine(url: str, **options: Any) -> AsyncEngine:
    """Return a pooled engine; asyncpg prepares each statement once per connection."""
    return create_async_engine(
        url, pool_size=POOL, max_overflow=0, json_serializer=_to_json, json_deserializer=orjson.loads, **options
    )


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()
