import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from miaoban.aws.bus import EventBus
from miaoban.aws.calling import EVENTS
from miaoban.memory import MemoryBus
from miaoban.ports import Bus, Event
from tests.contract.resources import connect, service

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

Route = tuple[Bus, Callable[[], set[str]]]


def event(number: int) -> Event:
    detail = json.dumps({"id": str(number), "办件": "粮食收购企业备案 🌾"}, ensure_ascii=False)
    return Event("miaoban.cases", "cn.miaoban.case.decided.v1", detail)


@pytest.fixture
def route(place: str, partition: str) -> Route:
    """Make a bus, and the means to see the ids of what it delivered."""
    if place == "memory":
        fake = MemoryBus()
        return fake, lambda: {json.loads(event.detail)["id"] for event in fake.published}
    name = partition[-36:]
    events: EventBridgeClient = connect("events", place)
    queues: SQSClient = connect("sqs", place)
    events.create_event_bus(Name=name)
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"detail-type": ["cn.miaoban.case.decided.v1"]})
    rule = events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)["RuleArn"]
    allow(queues, queue, arn, rule)
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    return EventBus(name, service(EVENTS, place)), lambda: delivered(queues, queue)


def allow(queues: "SQSClient", queue: str, arn: str, rule: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def delivered(queues: "SQSClient", queue: str) -> set[str]:
    ids: set[str] = set()
    while batch := queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
        ids |= {json.loads(message["Body"])["detail"]["id"] for message in batch}
        for message in batch:
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return ids


@pytest.mark.parametrize("count", [0, 1, 10, 25])
def test_all_events_are_delivered(route: Route, count: int) -> None:
    bus, arrived = route
    assert bus.publish(event(number) for number in range(count)) == {}
    assert arrived() == {str(number) for number in range(count)}


def test_an_oversized_event_is_told_by_position_and_the_rest_is_delivered(route: Route) -> None:
    bus, arrived = route
    events = [event(number) for number in range(12)]
    events[3] = events[3]._replace(detail=json.dumps({"id": "粮" * 90_000}, ensure_ascii=False))
    assert bus.publish(events) == {3: "item-oversized"}
    assert arrived() == {str(number) for number in range(12) if number != 3}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (event(0)._replace(detail="{not json"), "MalformedDetail"),
        (event(0)._replace(type=""), "InvalidArgument"),
        (event(0)._replace(source=""), "InvalidArgument"),
    ],
)
def test_the_fake_is_as_strict_as_eventbridge(bad: Event, code: str) -> None:
    """Ministack takes such events; EventBridge answers with these codes (PutEventsResultEntry)."""
    assert MemoryBus().publish([event(1), bad]) == {1: code}


def test_a_fault_of_the_fake_fails_the_events_that_it_names() -> None:
    bus = MemoryBus(lambda event: "InternalFailure" if '"2"' in event.detail else None)
    assert bus.publish([event(1), event(2), event(3)]) == {1: "InternalFailure"}
    assert bus.published == [event(1), event(3)]
