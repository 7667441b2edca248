"""Reading and writing: one query loads what decides, one statement writes what was decided.

Each is a transaction of its own, as PostgreSQL makes of every single statement: two round trips a filing, without BEGIN
and COMMIT. Measured in the application's processor time: BEGIN and COMMIT around the two take 1.15 times this build, an
execution for each table 1.4 times, a session with `add_all` more than twice, psycopg (async, or sync in FastAPI's
threads) 1.3 times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Insert, bindparam, exists, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from benchmarks.peer import rules
from benchmarks.peer.models import (
    LICENCE_SERIAL,
    AbnormalListing,
    AgentAuthorisation,
    Base,
    FilingGuard,
    IdempotencyRecord,
    LegalPerson,
)

POOL: Final = 8
_ONE: Final = select(literal(1).label("one")).subquery()
_LOAD: Final = select(
    func.nextval(LICENCE_SERIAL.name).label("serial"),
    LegalPerson.name,
    LegalPerson.entity_type,
    LegalPerson.status,
    LegalPerson.scope,
    LegalPerson.legal_representative,
    LegalPerson.legal_account,
    LegalPerson.registered_address,
    AgentAuthorisation.valid_until,
    exists().where(AbnormalListing.uscc == bindparam("uscc")).label("abnormal"),
    FilingGuard.case_id.label("filed"),
    IdempotencyRecord.body_sha256,
    IdempotencyRecord.answer,
).select_from(
    _ONE.outerjoin(LegalPerson, LegalPerson.uscc == bindparam("uscc"))
    .outerjoin(
        AgentAuthorisation,
        (AgentAuthorisation.uscc == bindparam("uscc")) & (AgentAuthorisation.account == bindparam("account")),
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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one query loads: the next licence serial, the departments' records, an answer given before."""

    serial: int
    records: rules.Records
    earlier_body: str | None
    earlier_answer: str | None


Row = tuple[type[Base], Mapping[str, Any]]


def open_engine(url: str) -> AsyncEngine:
    """Return a pooled engine; asyncpg prepares each statement once per connection, and each commits by itself."""
    return create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL,
        max_overflow=0,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


async def load(connection: AsyncConnection, wanted: Mapping[str, str]) -> Loaded:
    """Load by `uscc`, `county`, `matter`, `account` and idempotency `key`."""
    row = (await connection.execute(_LOAD, dict(wanted))).one()
    serial, name, entity, status, scope, legal, legal_account, address, until, abnormal, filed, body, answer = row
    person = None if name is None else rules.LegalPerson(name, entity, status, scope, legal, legal_account, address)
    return Loaded(serial, rules.Records(person, until, abnormal, filed is not None), body, answer)


async def write(connection: AsyncConnection, rows: list[Row]) -> None:
    """Insert one row into each of several tables by one statement, which is one transaction: all of them, or none."""
    statement = _insert_together(tuple(table for table, _ in rows))
    values = {_parameter(table, name): value for table, row in rows for name, value in row.items()}
    await connection.execute(statement, values)


@cache
def _insert_together(tables: tuple[type[Base], ...]) -> Insert:
    *others, last = [_insert(table) for table in tables]
    return last.add_cte(*(other.cte(f"written_{index}") for index, other in enumerate(others)))


def _insert(table: type[Base]) -> Insert:
    columns = [column for column in table.__table__.columns if column.identity is None]
    bound = {column.key: bindparam(_parameter(table, column.key), type_=column.type) for column in columns}
    return insert(table).values(bound).inline()


def _parameter(table: type[Base], column: str) -> str:
    return f"{table.__tablename__}_{column}"
