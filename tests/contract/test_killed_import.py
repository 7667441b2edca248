"""An import whose worker is killed while it works, again and again: on a table, a bucket and a queue that keep promises."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.imports import Counts
from miaoban.operations.progress import recent
from tests.contract.load_worker import dock_at
from tests.contract.resources import connect
from tools.generate import items, lines
from tools.killing import notice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

ITEMS, MALFORMED, REPEATED = 6000, 6, 30
KILLS = 6
PATIENCE = 60.0
NAME = "imports/示例.jsonl"


def place_in(endpoint: str, name: str) -> tuple[str, str, str, str]:
    """A table, a bucket and a queue of this test's own; the queue gives a message again after a second."""
    dynamodb: DynamoDBClient = connect("dynamodb", endpoint)
    s3: S3Client = connect("s3", endpoint)
    sqs: SQSClient = connect("sqs", endpoint)
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    s3.create_bucket(Bucket=name)
    queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    data = b"".join(lines(ITEMS, malformed=MALFORMED, repeated=REPEATED))
    tag = s3.put_object(Bucket=name, Key=NAME, Body=data)["ETag"].strip('"')
    sqs.send_message(QueueUrl=queue, MessageBody=notice(NAME, len(data), tag, datetime.now(UTC)))
    return endpoint, name, name, queue


def worker(place: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command: list[Any] = [sys.executable, "-m", "tests.contract.load_worker", *place]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stdout=subprocess.DEVNULL)  # noqa: S603  ours


def lines_done(dock: Dock) -> int:
    """How many lines the import has taken so far."""
    return sum(progress.counts.lines for progress in recent(dock.store, None)[0])


def progressed(dock: Dock, process: subprocess.Popen[bytes], before: int) -> int:
    """How many lines are taken as soon as there are more than before; looks again at once, for a worker is quick."""
    end = time.monotonic() + PATIENCE
    while (done := lines_done(dock)) <= before and process.poll() is None:
        assert time.monotonic() < end, f"nothing has moved since line {done}"
    return done


@pytest.mark.xdist_group("ministack")
def test_killed_again_and_again_nothing_is_lost_and_nothing_doubled(ministack: str, partition: str) -> None:
    place = place_in(ministack, partition[-36:])
    dock, seen = dock_at(*place), 0
    for _ in range(KILLS):
        with worker(place) as process:
            seen = progressed(dock, process, seen)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL, "it was killed while it worked"
    with worker(place) as process:
        assert process.wait(timeout=60) == 0
    (progress,), _ = recent(dock.store, None)
    assert (progress.state, progress.counts) == (
        "finished",
        Counts(lines=ITEMS + MALFORMED + REPEATED, written=ITEMS, unchanged=REPEATED, refused=MALFORMED),
    )
    wanted = {keys.entry(item["code"]) for item in items(ITEMS)}
    assert len(dock.store.read(wanted)) == ITEMS
