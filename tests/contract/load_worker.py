"""A worker of the load queue in a process of its own, until the import is finished: whoever starts it may kill it.

Usage: python -m tests.contract.load_worker ENDPOINT TABLE BUCKET QUEUE
"""

import sys
from typing import TYPE_CHECKING

from functions.load.handler import deliver
from miaoban.aws.calling import DYNAMODB, SQS
from miaoban.aws.objects import S3Objects
from miaoban.aws.outbox import SqsOutbox
from miaoban.aws.store import DynamoStore
from miaoban.operations.dock import Dock
from miaoban.operations.progress import recent
from miaoban.storage import Table
from tests.contract.resources import connect, service

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def dock_at(endpoint: str, table: str, bucket: str, queue: str) -> Dock:
    """What loading works with: the real adapters, at an emulator."""
    store = DynamoStore({Table.CATALOGUE: table}, service(DYNAMODB, endpoint))
    return Dock(store, S3Objects(bucket, connect("s3", endpoint)), SqsOutbox(queue, service(SQS, endpoint)))


def main(endpoint: str, table: str, bucket: str, queue: str) -> None:
    """Take messages one at a time, and delete each when it is done, as Lambda does."""
    dock, client = dock_at(endpoint, table, bucket, queue), connect("sqs", endpoint)
    while not finished(dock):
        take(dock, client, queue)


def finished(dock: Dock) -> bool:
    """Whether the one import is over."""
    return any(progress.state != "loading" for progress in recent(dock.store, None)[0])


def take(dock: Dock, client: "SQSClient", queue: str) -> None:
    """Take what waits, a second at most."""
    for message in client.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
        deliver(dock, message["Body"])
        client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main(*sys.argv[1:])
