"""The load's made-up enterprises: department records for the tables, and signed requests to file for them."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

import orjson
from joserfc.jwk import ECKey
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.peer import uscc, vault
from benchmarks.peer.keys import canonical, digest, issue_token
from benchmarks.peer.models import AgentAuthorisation, Base, LegalPerson

COUNTY: Final = "211281"
# Rows besides the load's own, so that the planner sees tables worth an index.
BACKGROUND: Final = 5000
# Added to an enterprise's serial, this names its legal representative.
LEGAL: Final = 50_000
Request = tuple[bytes, dict[str, str]]


async def prepare(url: str, pepper: bytes, enterprises: int) -> None:
    """Create the tables and fill the departments' records."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        serials = range(enterprises + BACKGROUND)
        await connection.execute(insert(LegalPerson), [_person(serial, pepper) for serial in serials])
        await connection.execute(insert(AgentAuthorisation), [_authorisation(serial, pepper) for serial in serials])
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()


def requests(key: ECKey, serials: range) -> list[Request]:
    """Return one request for each enterprise: body and headers."""
    return [request(key, serial) for serial in serials]


def request(key: ECKey, serial: int) -> Request:
    """Return the request of enterprise `serial`, with a token and an idempotency key of its own."""
    headers = {
        "Authorization": f"Bearer {issue_token(key, _account(serial))}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
    }
    return orjson.dumps(_form(serial)), headers


def _account(serial: int) -> str:
    return f"account-{serial:08d}"


def _person(serial: int, pepper: bytes) -> dict[str, Any]:
    values = {
        "uscc": uscc.synthetic(serial, COUNTY),
        "name": f"调兵山市示例{serial}号粮食贸易有限公司",
        "entity_type": "91",
        "status": "存续",
        "scope": "粮食收购；谷物销售；粮食加工食品生产；货物进出口；仓储服务（不含危险化学品）",
        "legal_representative": "示例甲",
        "legal_pseudonym": vault.pseudonym(pepper, "111", _number(serial + LEGAL)),
        "registered_address": f"辽宁省铁岭市调兵山市示例路{serial}号",
    }
    return values | {"sha256": digest(canonical(values)), "updated_at": datetime(2026, 1, 5, 8, tzinfo=UTC)}


def _authorisation(serial: int, pepper: bytes) -> dict[str, Any]:
    agent = vault.pseudonym(pepper, "111", _number(serial))
    return {"uscc": uscc.synthetic(serial, COUNTY), "agent": agent, "valid_until": date(9999, 12, 31)}


def _number(serial: int) -> str:
    digits = f"2112021990{serial // 1000 % 100:02d}99{serial % 1000:03d}"
    return digits + vault.check(digits)


def _form(serial: int) -> dict[str, Any]:
    return {
        "uscc": uscc.synthetic(serial, COUNTY),
        "enterprise_name": f"调兵山市示例{serial}号粮食贸易有限公司",
        "legal_representative": "示例甲",
        "agent": {"name": "示例乙", "number": _number(serial), "account": _account(serial)},
        "county": COUNTY,
        "warehouses": [
            _warehouse("P1", "flat_bulk", 3905.9),
            _warehouse("P2", "flat_packed", 2940.0) | {"ownership": "lease", "lease_until": "9999-12-31"},
        ],
        "grains": ["maize", "rice"],
        "sites": [{"name": "示例收购点", "address": "调兵山市示例村 1 组", "manager": "示例甲", "phone": "13900000001"}],
        "contact_phone": "13800000000",
        "contact_address": f"辽宁省铁岭市调兵山市示例路{serial}号",
        "planned_tonnes": 5000,
        "cross_province": False,
        "promise": True,
    }


def _warehouse(code: str, kind: str, capacity: float) -> dict[str, Any]:
    size = {"area_m2": 1000.0, "grain_height_m": 5.6, "capacity_t": capacity}
    return {"code": code, "county": COUNTY, "ownership": "own", "kind": kind} | size
