"""Redriving on a queue service that keeps its rules: nothing lost, not even when killed in the middle."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.resources import connect
from tools.redrive import Queues, RedriveError, dead_letters_of, redrive, url_of, waiting

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

pytestmark = pytest.mark.xdist_group("ministack")


@pytest.fixture
def sqs(ministack: str) -> "SQSClient":
    client: SQSClient = connect("sqs", ministack)
    return client


@pytest.fixture
def queues(sqs: "SQSClient", partition: str) -> Queues:
    name = partition[-36:]
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    return Queues(sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"], dead)


def fill(sqs: "SQSClient", url: str, count: int, size: int = 0) -> list[str]:
    texts = [f'{{"办件": {number}}}' + "x" * size for number in range(count)]
    attributes: Any = {"correlation_id": {"DataType": "String", "StringValue": "c-1"}}
    for text in texts:
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)
    return texts


def drained(sqs: "SQSClient", url: str) -> list[tuple[str, str | None]]:
    found = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages"):
        for message in batch:
            given: Any = message.get("MessageAttributes", {}).get("correlation_id", {})
            found.append((message["Body"], given.get("StringValue")))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


class Killed(Exception):  # noqa: N818  no error of ours
    """Stands for the end of the process."""


class Deadly:
    """A client whose process ends when it is about to call this operation for the nth time."""

    def __init__(self, sqs: "SQSClient", operation: str, calls: int) -> None:
        self._sqs, self._operation, self._calls = sqs, operation, calls

    def __getattr__(self, name: str) -> Any:
        if name == self._operation:
            self._calls -= 1
            if self._calls < 0:
                raise Killed
        return getattr(self._sqs, name)


@pytest.mark.parametrize("count", [0, 1, 25])
def test_all_dead_letters_move(sqs: "SQSClient", queues: Queues, count: int) -> None:
    texts = fill(sqs, queues.dead_letters, count)
    assert redrive(sqs, queues) == count
    assert waiting(sqs, queues.dead_letters) == 0
    assert Counter(drained(sqs, queues.queue)) == Counter((text, "c-1") for text in texts)


def test_no_more_than_asked_for(sqs: "SQSClient", queues: Queues) -> None:
    fill(sqs, queues.dead_letters, 25)
    assert redrive(sqs, queues, limit=12) == 12
    assert (len(drained(sqs, queues.queue)), waiting(sqs, queues.dead_letters)) == (12, 13)


def test_large_messages_go_in_several_batches(sqs: "SQSClient", queues: Queues) -> None:
    texts = fill(sqs, queues.dead_letters, 5, size=100_000)
    assert redrive(sqs, queues) == 5
    assert {text for text, _ in drained(sqs, queues.queue)} == set(texts)


@pytest.mark.parametrize("operation", ["receive_message", "send_message_batch", "delete_message_batch"])
@pytest.mark.parametrize("calls", [0, 1])
def test_killed_in_the_middle_nothing_is_lost(sqs: "SQSClient", queues: Queues, operation: str, calls: int) -> None:
    texts = fill(sqs, queues.dead_letters, 15)
    deadly: Any = Deadly(sqs, operation, calls)
    with pytest.raises(Killed):
        redrive(deadly, queues)
    moved = Counter(text for text, _ in drained(sqs, queues.queue))
    left = sqs.get_queue_attributes(
        QueueUrl=queues.dead_letters, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    assert len(moved) + sum(int(number) for number in left.values()) >= len(texts)
    assert set(moved) <= set(texts)


def test_finding_queues(sqs: "SQSClient", queues: Queues) -> None:
    assert dead_letters_of(sqs, queues.queue) == queues.dead_letters
    with pytest.raises(RedriveError, match="dlq-url"):
        dead_letters_of(sqs, queues.dead_letters)
    outputs = {"NotifyQueueUrl": "n", "DepartmentInboxQueueUrl": "d", "ApiUrl": "a"}
    assert [url_of(name, outputs) for name in ("notify", "department-inbox", "DepartmentInbox")] == ["n", "d", "d"]
    with pytest.raises(RedriveError, match="departmentinbox, notify"):
        url_of("api", outputs)
