"""What the contract tests need in an emulator: clients as the functions have them, and tables."""

from typing import Any

from botocore.config import Config
from botocore.session import get_session

from miaoban.aws.calling import Dialect, Service
from miaoban.aws.items import FIELDS
from miaoban.storage import Index, Table

REGION, ROOT = "us-east-1", "test"
TABLES = {table: f"contract-{table.value}" for table in Table}


def connect(service: str, endpoint: str, config: Config | None = None) -> Any:
    """Return botocore's own client of an emulator, with its root's credentials: to make what a test needs, and to compare."""
    return get_session().create_client(service, config=config, **_where(endpoint))


def service(dialect: Dialect, endpoint: str) -> Service:
    """Return a service as the functions have it, but of an emulator and with its root's credentials."""
    session = get_session()
    session.set_config_variable("region", REGION)
    session.set_credentials(ROOT, ROOT)
    return Service(dialect, session, endpoint)


def create_tables(endpoint: str) -> None:
    """Create the three tables, the cases with their two indexes."""
    # The engine's first answer may take longer than our timeouts, and creating a table must not be repeated.
    patient = Config(read_timeout=60, retries={"total_max_attempts": 1})
    client: Any = get_session().create_client("dynamodb", config=patient, **_where(endpoint))
    for table, name in TABLES.items():
        indexes = list(Index) if table is Table.CASES else []
        names = [field for index in (None, *indexes) for field in FIELDS[index]]
        listed: Any = {"GlobalSecondaryIndexes": [_index(index) for index in indexes]} if indexes else {}
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": field, "AttributeType": "S"} for field in names],
            KeySchema=_schema(None),
            **listed,
        )


def _where(endpoint: str) -> dict[str, Any]:
    return {
        "endpoint_url": endpoint,
        "region_name": REGION,
        "aws_access_key_id": ROOT,
        "aws_secret_access_key": ROOT,
    }


def _index(index: Index) -> dict[str, Any]:
    return {"IndexName": index.value, "KeySchema": _schema(index), "Projection": {"ProjectionType": "ALL"}}


def _schema(index: Index | None) -> Any:
    partition, sort = FIELDS[index]
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
