from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from miaoban.aws.calling import SQS
from miaoban.aws.outbox import SqsOutbox
from miaoban.memory import MemoryOutbox
from miaoban.ports import Outbox, OversizedError, QueueMissingError, RefusedError
from tests.contract.resources import connect, service

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Box = tuple[Outbox, Callable[[], list[str]]]


@pytest.fixture
def box(place: str, partition: str) -> Box:
    """Make an outbox, and the means to see what arrived in its queue."""
    if place == "memory":
        fake = MemoryOutbox()
        return fake, lambda: [message.text for message in fake.sent]
    client: SQSClient = connect("sqs", place)
    queue = client.create_queue(QueueName=partition[-36:])["QueueUrl"]
    return SqsOutbox(queue, service(SQS, place)), lambda: received(client, queue)


def received(client: "SQSClient", queue: str) -> list[str]:
    texts: list[str] = []
    while batch := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        texts += [message["Body"] for message in batch]
        for message in batch:
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return texts


@pytest.mark.parametrize("count", [0, 1, 10, 11, 25])
def test_all_messages_arrive(box: Box, count: int) -> None:
    outbox, arrived = box
    texts = [f'{{"办件":"{number}","🌾":"<&>"}}' for number in range(count)]
    outbox.send(text for text in texts)
    assert sorted(arrived()) == sorted(texts)


def test_large_messages_are_split_into_more_batches(box: Box) -> None:
    outbox, arrived = box
    outbox.send(["粮" * 30_000] * 7)
    assert len(arrived()) == 7


@pytest.mark.parametrize(
    ("bad", "error"),
    [("", RefusedError), ("\x00", RefusedError), ("\ufffe", RefusedError), ("粮" * 90_000, OversizedError)],
)
def test_a_message_that_no_queue_takes_stops_all(box: Box, bad: str, error: type[Exception]) -> None:
    outbox, arrived = box
    with pytest.raises(error):
        outbox.send([*["{}"] * 12, bad])
    assert arrived() == []


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_beyond_the_queue_is_refused(box: Box, delay: int) -> None:
    with pytest.raises(RefusedError):
        box[0].send(["{}"], delay)


def test_the_delay_is_kept() -> None:
    outbox = MemoryOutbox()
    outbox.send(["{}"], 900)
    assert outbox.sent == [("{}", 900)]


@pytest.mark.xdist_group("ministack")
def test_a_delayed_message_does_not_arrive_at_once(ministack: str, partition: str) -> None:
    client: SQSClient = connect("sqs", ministack)
    queue = client.create_queue(QueueName=partition[-36:])["QueueUrl"]
    SqsOutbox(queue, service(SQS, ministack)).send(["{}"], 900)
    assert received(client, queue) == []


@pytest.mark.xdist_group("ministack")
def test_a_queue_that_is_not_there_is_told_apart(ministack: str) -> None:
    with pytest.raises(QueueMissingError):
        SqsOutbox(f"{ministack}/000000000000/nobody-made-this", service(SQS, ministack)).send(["{}"])
