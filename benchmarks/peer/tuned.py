"""The database by hand-tuned SQL: one query loads what decides, one statement writes what was decided.

Each is a transaction of its own, as PostgreSQL makes of every single statement: two round trips a filing, without BEGIN
and COMMIT. Few teams write this; it shows what the database layer of the usual build costs.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from sqlalchemy import Insert, bindparam, exists, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks.peer import rules
from benchmarks.peer.database import Loaded, Row, open_engine
from benchmarks.peer.models import (
    AbnormalListing,
    AgentAuthorisation,
    Base,
    FilingGuard,
    IdempotencyRecord,
    LegalPerson,
)

_ONE: Final = select(literal(1).label("one")).subquery()
_LOAD: Final = select(
    LegalPerson.name,
    LegalPerson.entity_type,
    LegalPerson.status,
    LegalPerson.scope,
    LegalPerson.legal_representative,
    LegalPerson.legal_pseudonym,
    LegalPerson.registered_address,
    LegalPerson.sha256,
    LegalPerson.updated_at,
    AgentAuthorisation.valid_until,
    exists().where(AbnormalListing.uscc == bindparam("uscc")).label("abnormal"),
    FilingGuard.case_id.label("filed"),
    IdempotencyRecord.body_sha256,
    IdempotencyRecord.answer,
).select_from(
    _ONE.outerjoin(LegalPerson, LegalPerson.uscc == bindparam("uscc"))
    .outerjoin(
        AgentAuthorisation,
        (AgentAuthorisation.uscc == bindparam("uscc")) & (AgentAuthorisation.agent == bindparam("agent")),
    )
    .outerjoin(
        FilingGuard,
        (FilingGuard.matter == bindparam("matter"))
        & (FilingGuard.uscc == bindparam("uscc"))
        & (FilingGuard.county == bindparam("county")),
    )
    .outerjoin(
        IdempotencyRecord,
        (IdempotencyRecord.account == bindparam("account")) & (IdempotencyRecord.key == bindparam("key")),
    )
)


class TunedDatabase:
    """A pool of connections on which each statement commits by itself."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = open_engine(url, isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["TunedTransaction"]:
        """Lend a connection to one request."""
        async with self.engine.connect() as connection:
            yield TunedTransaction(connection)


class TunedTransaction:
    """What one request reads and writes."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, wanted: Mapping[str, str]) -> Loaded:
        """Load by `uscc`, `county`, `matter`, `agent`, `account` and idempotency `key`."""
        row = (await self._connection.execute(_LOAD, dict(wanted))).one()
        *person, until, abnormal, filed, body, answer = row
        known = None if person[0] is None else rules.LegalPerson(*person)
        return Loaded(rules.Records(known, until, abnormal, filed is not None, wanted["agent"]), body, answer)

    async def write(self, rows: list[Row]) -> None:
        """Insert the rows by one statement, which is one transaction: all of them, or none."""
        statement = _insert_together(tuple(table for table, _ in rows))
        values = {_parameter(place, name): value for place, (_, row) in enumerate(rows) for name, value in row.items()}
        await self._connection.execute(statement, values)


@cache
def _insert_together(tables: tuple[type[Base], ...]) -> Insert:
    *others, last = [_insert(place, table) for place, table in enumerate(tables)]
    return last.add_cte(*(other.cte(f"written_{place}") for place, other in enumerate(others)))


def _insert(place: int, table: type[Base]) -> Insert:
    columns = [column for column in table.__table__.columns if column.identity is None]
    bound = {column.key: bindparam(_parameter(place, column.key), type_=column.type) for column in columns}
    return insert(table).values(bound).inline()


def _parameter(place: int, column: str) -> str:
    return f"row_{place}_{column}"
