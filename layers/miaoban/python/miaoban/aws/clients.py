"""One client of each service for the whole process, made on first use.

They come from a botocore session: boto3 makes the same clients and adds 20 ms of imports. Region, credentials and
endpoint are the environment's, so the same code talks to AWS and to the local cloud.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS = 1
READ_SECONDS = 3
ATTEMPTS = 3
USER_AGENT = "Miaoban"


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the process's client of DynamoDB."""
    client: DynamoDBClient = connect("dynamodb")
    return client


@cache
def kms() -> "KMSClient":
    """Return the process's client of the Key Management Service."""
    client: KMSClient = connect("kms")
    return client


@cache
def secrets() -> "SecretsManagerClient":
    """Return the process's client of Secrets Manager."""
    client: SecretsManagerClient = connect("secretsmanager")
    return client


@cache
def sqs() -> "SQSClient":
    """Return the process's client of the Simple Queue Service."""
    client: SQSClient = connect("sqs")
    return client


@cache
def events() -> "EventBridgeClient":
    """Return the process's client of EventBridge."""
    client: EventBridgeClient = connect("events")
    return client


def connect(service: str, **options: Any) -> Any:
    """Make a new client; `options` are botocore's own (endpoint_url, region_name, aws_access_key_id ...)."""
    from botocore.config import Config  # noqa: PLC0415  botocore costs 300 ms: only who connects pays

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        tcp_keepalive=True,
        # The adapters build every request from typed values, and the service checks it anyway.
        parameter_validation=False,
        # botocore writes its own anew, twice for every call, in a tenth of the call's processor time.
        user_agent=USER_AGENT,
    )
    return _session().create_client(service, config=config, **options)


@cache
def _session() -> "Session":
    from botocore.session import get_session  # noqa: PLC0415  as above

    return get_session()
