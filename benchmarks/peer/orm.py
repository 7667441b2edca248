"""The usual way to the database: SQLAlchemy's ORM, an async session on asyncpg, one transaction for each request."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from benchmarks.peer import rules
from benchmarks.peer.database import Loaded, Row, open_engine
from benchmarks.peer.models import (
    AbnormalListing,
    AgentAuthorisation,
    Case,
    FilingGuard,
    IdempotencyRecord,
    LegalPerson,
    OfCase,
)


class OrmDatabase:
    """A pool of connections, and sessions on it."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = open_engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["OrmTransaction"]:
        """Begin on first use, and commit at the end unless something was raised."""
        async with self._sessions.begin() as session:
            yield OrmTransaction(session)


class OrmTransaction:
    """What one request reads and writes."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def load(self, wanted: Mapping[str, str]) -> Loaded:
        """Load by `uscc`, `county`, `matter`, `agent`, `account` and idempotency `key`."""
        get, uscc = self._session.get, wanted["uscc"]
        earlier = await get(IdempotencyRecord, (wanted["account"], wanted["key"]))
        if earlier is not None:
            return Loaded(rules.NOTHING, earlier.body_sha256, earlier.answer)
        person = await get(LegalPerson, uscc)
        authorisation = await get(AgentAuthorisation, (uscc, wanted["agent"]))
        abnormal = await self._session.scalar(select(exists().where(AbnormalListing.uscc == uscc)))
        guard = await get(FilingGuard, (wanted["matter"], uscc, wanted["county"]))
        until = authorisation.valid_until if authorisation else None
        records = rules.Records(_plain(person), until, bool(abnormal), guard is not None, wanted["agent"])
        return Loaded(records, None, None)

    async def write(self, rows: list[Row]) -> None:
        """Add the objects; the commit flushes them, the case before what refers to it."""
        (_, opened), *others = rows
        case = Case(**opened)
        self._session.add_all([case, *(_object(table, row, case) for table, row in others)])


def _object(table: Any, row: Mapping[str, Any], case: Case) -> Any:
    if not issubclass(table, OfCase):
        return table(**row)
    return table(case=case, **{name: value for name, value in row.items() if name != "case_id"})


def _plain(person: LegalPerson | None) -> rules.LegalPerson | None:
    if person is None:
        return None
    return rules.LegalPerson(
        name=person.name,
        entity_type=person.entity_type,
        status=person.status,
        scope=person.scope,
        legal_representative=person.legal_representative,
        legal_pseudonym=person.legal_pseudonym,
        registered_address=person.registered_address,
        sha256=person.sha256,
        updated_at=person.updated_at,
    )
