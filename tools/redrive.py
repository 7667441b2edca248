"""Move a queue's dead letters back to it; AWS China has no redrive of SQS, so this is one: receive, send, delete.

Usage: python -m tools.redrive QUEUE [--limit N]                      the local cloud, such as QUEUE=notify
       python -m tools.redrive --queue-url URL [--dlq-url URL] [--limit N]    AWS, with the shell's credentials

A message is deleted from the dead letters only after the queue has taken it. Killed in between, the message is in both:
it comes twice, which every consumer meets without harm; none is ever lost. Standard queues only.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from miaoban.messages import batches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

LIMIT = 10_000
BATCH = 10
HIDDEN_SECONDS = 60
PATIENCE_SECONDS = 2


class RedriveError(RuntimeError):
    """Raised when there is nothing to redrive from or to; its text is one sentence with the cure."""


class Queues(NamedTuple):
    """A queue and its dead letters, by URL."""

    queue: str
    dead_letters: str


def redrive(sqs: SQSClient, queues: Queues, limit: int = LIMIT) -> int:
    """Move messages until none is left or as many are moved as there were at the start; returns how many.

    The bound keeps a message that fails again at once from going round for ever. SQS counts approximately: what is left
    goes with the next run.
    """
    wanted = min(limit, waiting(sqs, queues.dead_letters))
    moved = 0
    while moved < wanted:
        found = _receive(sqs, queues.dead_letters, min(BATCH, wanted - moved))
        if not found:
            break
        moved += sum(_move(sqs, queues, batch) for batch in batches((message, _size(message)) for message in found))
    return moved


def waiting(sqs: SQSClient, url: str) -> int:
    """About how many messages can be received from a queue."""
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def dead_letters_of(sqs: SQSClient, url: str) -> str:
    """The URL of a queue's dead letters, by its redrive policy; raises RedriveError."""
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = answer.get("Attributes", {}).get("RedrivePolicy")
    if policy is None:
        raise RedriveError("the queue has no dead letters: name them with --dlq-url.")
    return sqs.get_queue_url(QueueName=json.loads(policy)["deadLetterTargetArn"].rsplit(":", 1)[1])["QueueUrl"]


def url_of(name: str, outputs: Mapping[str, str]) -> str:
    """The URL of a queue of the stack, by a name such as `notify` or `department-inbox`; raises RedriveError."""
    queues = {_plain(key.removesuffix("QueueUrl")): url for key, url in outputs.items() if key.endswith("QueueUrl")}
    try:
        return queues[_plain(name)]
    except KeyError:
        raise RedriveError(f"there is no queue {name!r}; there are: {', '.join(sorted(queues))}.") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Redrive one queue and say how many messages were moved."""
    parser = argparse.ArgumentParser(prog="python -m tools.redrive", description="Move dead letters back to their queue.")
    parser.add_argument("name", nargs="?", metavar="QUEUE", help="a queue of the local stack, such as notify")
    parser.add_argument("--queue-url", help="the queue itself, on AWS")
    parser.add_argument("--dlq-url", help="its dead letters, when its redrive policy does not name them")
    parser.add_argument("--limit", type=int, default=LIMIT, help="messages at most")
    chosen = parser.parse_args(arguments)
    if bool(chosen.name) == bool(chosen.queue_url):
        parser.error("name a queue of the local stack, or --queue-url of one on AWS")
    try:
        sqs, url = (boto3.client("sqs"), chosen.queue_url) if chosen.queue_url else _local(chosen.name)
        queues = Queues(url, chosen.dlq_url or dead_letters_of(sqs, url))
        moved = redrive(sqs, queues, chosen.limit)
        print(f"moved {moved} dead letters back; about {waiting(sqs, queues.dead_letters)} are left")
    except RedriveError as error:
        sys.exit(str(error))


def _local(name: str) -> tuple[SQSClient, str]:
    from tools import deployment  # noqa: PLC0415  whoever redrives on AWS needs no local cloud

    try:
        outputs = deployment.connect()
    except deployment.NotDeployedError as error:
        raise RedriveError(str(error)) from None
    return boto3.client("sqs"), url_of(name, outputs)


def _receive(sqs: SQSClient, url: str, count: int) -> list[MessageTypeDef]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=count,
        MessageAttributeNames=["All"],
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=PATIENCE_SECONDS,
    )
    return answer.get("Messages", [])


def _move(sqs: SQSClient, queues: Queues, messages: list[MessageTypeDef]) -> int:
    """Send, then delete what was sent; what was not taken stays and is seen again when its time is over."""
    sent = sqs.send_message_batch(
        QueueUrl=queues.queue, Entries=[_entry(str(place), message) for place, message in enumerate(messages)]
    )
    taken = [int(entry["Id"]) for entry in sent.get("Successful", [])]
    if not taken:
        raise RedriveError("the queue took none of the messages; nothing was removed from the dead letters.")
    sqs.delete_message_batch(
        QueueUrl=queues.dead_letters,
        Entries=[{"Id": str(place), "ReceiptHandle": messages[place]["ReceiptHandle"]} for place in taken],
    )
    return len(taken)


def _entry(name: str, message: MessageTypeDef) -> Any:
    kept = ("DataType", "StringValue", "BinaryValue")
    attributes = {
        name: {part: given[part] for part in kept if part in given}  # type: ignore[literal-required]
        for name, given in message.get("MessageAttributes", {}).items()
    }
    return {"Id": name, "MessageBody": message["Body"], "MessageAttributes": attributes}


def _size(message: MessageTypeDef) -> int:
    attributes = message.get("MessageAttributes", {})
    parts = (part for given in attributes.values() for part in (given["DataType"], given.get("StringValue", "")))
    binary = sum(len(given.get("BinaryValue", b"")) for given in attributes.values())
    return len(message["Body"].encode()) + sum(len(part.encode()) for part in (*attributes, *parts)) + binary


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


if __name__ == "__main__":
    main()
