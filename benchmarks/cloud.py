"""A private local cloud for one run: ministack on a free port, with the tables, the key and the secret of the template."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from botocore.session import get_session

HOST: Final = "127.0.0.1"
REGION: Final = "us-east-1"
START_SECONDS: Final = 60
TABLES: Final = {"CASE_TABLE": "cases", "RECORD_TABLE": "records", "CATALOGUE_TABLE": "catalogue"}
INDEXES: Final = {"by_owner": ("owner", "owner_at"), "by_queue": ("queue", "queue_at")}
ROOT_SECRET: Final = "a benchmark's root key: no secret, never in production"  # noqa: S105 (as it says)


class CloudError(Exception):
    """Raised when the local cloud does not start; holds the end of its log."""


@contextmanager
def cloud() -> Iterator[Mapping[str, str]]:
    """Run the cloud; yields the environment of a function in it, the same variables that template.yaml sets."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        port = _free_port()
        with _server(port, Path(folder)):
            access = access_to(f"http://{HOST}:{port}")
            yield access | _resources(access)


def access_to(endpoint: str) -> dict[str, str]:
    """The environment in which any AWS client talks to a local cloud as its root."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def _server(port: int, folder: Path) -> Iterator[None]:
    settings = {"AUTH": "true", "BIND_HOST": HOST, "GATEWAY_PORT": str(port), "STATE_DIR": str(folder), "HOME": str(folder)}
    quiet = {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "PATH": os.environ["PATH"]}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], cwd=folder, env=settings | quiet, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CloudError(f"ministack did not start; its log ends with:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _resources(access: Mapping[str, str]) -> dict[str, str]:
    for name, table in TABLES.items():
        _create_table(access, table, INDEXES if name == "CASE_TABLE" else {})
    key = client(access, "kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    secret = client(access, "secretsmanager").create_secret(Name="pepper", SecretString=ROOT_SECRET)["ARN"]
    return {**TABLES, "SIGNING_KEY": key, "SECRET": secret, "SUITE": "p256", "RESUME_QUEUE": ""}


def _create_table(access: Mapping[str, str], table: str, indexes: Mapping[str, tuple[str, str]]) -> None:
    names = ["pk", "sk", *(name for pair in indexes.values() for name in pair)]
    listed = [
        {"IndexName": index, "KeySchema": _keys(*pair), "Projection": {"ProjectionType": "ALL"}}
        for index, pair in indexes.items()
    ]
    client(access, "dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_keys("pk", "sk"),
        **({"GlobalSecondaryIndexes": listed} if listed else {}),
    )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def client(access: Mapping[str, str], service: str) -> Any:
    """A plain client of the cloud, for setting up."""
    return get_session().create_client(
        service,
        endpoint_url=access["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=access["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=access["AWS_SECRET_ACCESS_KEY"],
    )
