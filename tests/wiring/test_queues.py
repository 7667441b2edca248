"""Queues, their consumers, their dead letters and alarms; the stream, the bus and what they hand on."""

import json
from typing import Any

import pytest

from functions.notify.handler import MARGIN
from miaoban.operations.deliveries import Redelivery
from miaoban.operations.notify import read_message
from miaoban.operations.prompting import records_of
from miaoban.operations.relay import SOURCE, relayed
from miaoban.web.posting import TOTAL_SECONDS
from tests import kit
from tests.wiring.templates import ROOT, Function, Json, everywhere, functions, leads_to, listed, nested

READ_BY_OTHERS = [
    ("ReplyQueue", "departments read there what could not be taken"),
    ("RelayDeadLetters", "the relay's dead letters: references, which a person reads"),
]
QUEUES = everywhere("AWS::SQS::Queue")
RULES = everywhere("AWS::Events::Rule")
FORTNIGHT = 1_209_600
"""Seconds; the longest that SQS keeps a message."""


def dead_letters() -> dict[str, str]:
    """Queues of dead letters, by the queue or function whose they are."""
    found = {name: leads_to(queue["RedrivePolicy"]["deadLetterTargetArn"], "Messaging") for name, queue in QUEUES.items()
             if "RedrivePolicy" in queue}  # fmt: skip
    streams = [(function, event) for function in functions().values() for event in function.events("DynamoDB")]
    found |= {fn.name: leads_to(event["DestinationConfig"]["OnFailure"]["Destination"]) for fn, event in streams}
    return {name: target.removesuffix(".Arn") for name, target in found.items()}


def working() -> list[str]:
    """Queues that are no dead letters."""
    return sorted(set(QUEUES) - set(dead_letters().values()))


def consumers(queue: str) -> list[tuple[Function, Json]]:
    """The functions that a queue triggers, with the trigger."""
    triggers = [(function, event) for function in functions().values() for event in function.events("SQS")]
    return [(function, event) for function, event in triggers if leads_to(event["Queue"]) == f"{queue}.Arn"]


def alarms(metric: str) -> set[str]:
    """What alarms on one metric watch: the values of their dimensions."""
    found = everywhere("AWS::CloudWatch::Alarm").values()
    dimensions = [alarm["Dimensions"] for alarm in found if alarm["MetricName"] == metric]
    return {leads_to(dimension["Value"], "Alarms") for given in dimensions for dimension in given}


@pytest.mark.parametrize("queue", working())
def test_a_queue_has_one_consumer_or_is_read_by_others(queue: str) -> None:
    others = {f"Messaging/{name}" for name, _ in READ_BY_OTHERS}
    assert len(consumers(queue)) == (0 if queue in others else 1)


@pytest.mark.parametrize("queue", working())
def test_a_queue_gives_up_after_some_tries_to_dead_letters_of_its_own(queue: str) -> None:
    assert list(dead_letters().values()).count(dead_letters()[queue]) == 1
    assert 3 <= int(QUEUES[queue]["RedrivePolicy"]["maxReceiveCount"]) <= 10


@pytest.mark.parametrize("queue", sorted(set(dead_letters().values())))
def test_dead_letters_are_kept_as_long_as_they_can_be_and_ring(queue: str) -> None:
    assert QUEUES[queue]["MessageRetentionPeriod"] == FORTNIGHT
    assert "RedrivePolicy" not in QUEUES[queue], "dead letters of dead letters go round"
    assert f"{queue}.QueueName" in alarms("ApproximateNumberOfMessagesVisible")


@pytest.mark.parametrize("queue", working())
def test_old_messages_ring(queue: str) -> None:
    assert f"{queue}.QueueName" in alarms("ApproximateAgeOfOldestMessage")


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_queues_are_encrypted_and_their_names_not_chosen(queue: str) -> None:
    assert QUEUES[queue]["SqsManagedSseEnabled"] is True
    assert "QueueName" not in QUEUES[queue], "two stacks in one account would meet"


@pytest.mark.parametrize("queue", working())
def test_a_message_stays_hidden_for_six_times_its_functions_timeout(queue: str) -> None:
    for function, _ in consumers(queue):
        assert QUEUES[queue]["VisibilityTimeout"] >= 6 * function.properties["Timeout"]


@pytest.mark.parametrize("folder", sorted(functions()))
def test_what_fails_in_a_batch_is_named(folder: str) -> None:
    """The handlers answer with batchItemFailures; without this, Lambda takes every answer for a success."""
    function = functions()[folder]
    for event in (*function.events("SQS"), *function.events("DynamoDB")):
        assert event.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]


def test_notify_takes_no_more_messages_than_it_has_time_for() -> None:
    """A message that is not begun counts as received; after five times it is dead, though nothing was wrong with it."""
    ((function, event),) = consumers("Messaging/NotifyQueue")
    last_begins = (event["BatchSize"] - 1) * TOTAL_SECONDS
    assert last_begins <= function.properties["Timeout"] - MARGIN / 1000


@pytest.mark.parametrize(
    ("name", "sort", "wanted", "reason"),
    [
        ("INSERT", "EVENT#0001", True, "a case's event"),
        ("MODIFY", "EVENT#0001", True, "an event that was repaired and is written again"),
        ("REMOVE", "EVENT#0001", False, "nothing has happened"),
        ("INSERT", "CASE", False, "a state, which its events tell"),
        ("INSERT", "KEY", False, "an idempotency record"),
    ],
)
def test_the_stream_wakes_the_relay_for_events_alone(name: str, sort: str, wanted: bool, reason: str) -> None:  # noqa: FBT001
    ((event),) = functions()["relay"].events("DynamoDB")
    patterns = [json.loads(found["Pattern"]) for found in event["FilterCriteria"]["Filters"]]
    record = {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": "CASE#1"}, "sk": {"S": sort}}}}
    assert any(matches(pattern, record) for pattern in patterns) is wanted, reason


def test_the_relay_goes_on_until_the_records_are_too_old() -> None:
    """Nothing is lost: 20 tries are over within an hour of a bus that is down, and their records are then passed over."""
    (event,) = functions()["relay"].events("DynamoDB")
    assert event["MaximumRetryAttempts"] == -1
    assert event["MaximumRecordAgeInSeconds"] == 24 * 3600
    assert event["BisectBatchOnFunctionError"] is True


def test_the_rule_matches_what_the_relay_publishes_and_notify_reads_what_it_hands_on() -> None:
    rule = RULES["Messaging/CaseEventsToNotify"]
    (target,) = rule["Targets"]
    records = json.loads((ROOT / "events" / "relay" / "ok.json").read_text(encoding="utf-8"))["Records"]
    for record in records:
        event = relayed(record["dynamodb"]["NewImage"]["body"]["S"])[0]
        envelope = {"source": event.source, "detail-type": event.type, "detail": json.loads(event.detail)}
        assert matches(rule["EventPattern"], envelope), f"{SOURCE} passes the rule"
        assert not isinstance(read_message(json.dumps(handed_on(target, envelope))), Redelivery)


@pytest.mark.parametrize(("word", "wanted"), [("waiting", True), ("approved", False), ("submitted", False)])
def test_a_case_that_waits_prompts_what_it_waits_for(word: str, wanted: bool) -> None:  # noqa: FBT001
    rule = RULES["Messaging/WaitsToAsk"]
    (target,) = rule["Targets"]
    document = json.loads((ROOT / "events" / "relay" / "ok.json").read_text(encoding="utf-8"))
    body = json.loads(document["Records"][0]["dynamodb"]["NewImage"]["body"]["S"])
    event = relayed(json.dumps({**body, "type": f"cn.miaoban.case.{word}.v1"}))[0]
    envelope = {"source": event.source, "detail-type": event.type, "detail": json.loads(event.detail)}
    assert matches(rule["EventPattern"], envelope) is wanted
    assert list(records_of(kit.services(), json.dumps(handed_on(target, envelope)))) == [], "a case that nobody knows"


def handed_on(target: Json, envelope: Json) -> Any:
    """What a target gets of an event: all, or the part that its InputPath names."""
    path = target.get("InputPath", "$")
    assert path in {"$", "$.detail"}, "no other path is needed"
    return envelope["detail"] if path == "$.detail" else envelope


SENDERS = [
    ("Notify", "events", {"ArnEquals": "aws:SourceArn"}, "Messaging/CaseEventsToNotify.Arn", "case events, by the one rule"),
    ("Ask", "events", {"ArnEquals": "aws:SourceArn"}, "Messaging/WaitsToAsk.Arn", "cases that begin to wait, by the one rule"),
    ("Exchange", "events", {"ArnEquals": "aws:SourceArn"}, "Messaging/DecisionsToExchange.Arn", "decisions, by the one rule"),
    ("Load", "s3", {"StringEquals": "aws:SourceAccount"}, "${AWS::AccountId}", "uploads; the account's own buckets alone"),
    ("Collect", "s3", {"StringEquals": "aws:SourceAccount"}, "${AWS::AccountId}", "uploads; the account's own buckets alone"),
    ("Scan", "s3", {"StringEquals": "aws:SourceAccount"}, "${AWS::AccountId}", "uploads; the account's own buckets alone"),
]
POLICIES = everywhere("AWS::SQS::QueuePolicy")


def test_who_sends_to_queues_from_outside_is_listed_here() -> None:
    assert set(POLICIES) == {f"Messaging/{name}QueuePolicy" for name, *_ in SENDERS}


@pytest.mark.parametrize(("name", "service", "condition", "source", "reason"), SENDERS)
def test_only_the_listed_sender_sends(name: str, service: str, condition: dict[str, str], source: str, reason: str) -> None:
    (statement,) = POLICIES[f"Messaging/{name}QueuePolicy"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    ((operator, key),) = condition.items()
    assert {op: list(keys) for op, keys in statement["Condition"].items()} == {operator: [key]}
    assert leads_to(statement["Condition"][operator][key], "Messaging") == source, reason
    targets = {leads_to(resource, "Messaging") for resource in listed(statement["Resource"])}
    assert targets <= {f"Messaging/{name}Queue.Arn", f"Messaging/{name}DeadLetters.Arn"}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_the_bus_can_not_hand_on_is_kept_with_the_queues_dead_letters(rule: str) -> None:
    """Redriven, it goes where the bus could not bring it."""
    (target,) = RULES[rule]["Targets"]
    queue, kept = (leads_to(arn, "Messaging") for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"]))
    assert kept.removesuffix(".Arn") == dead_letters()[queue.removesuffix(".Arn")]


def test_every_queue_says_its_address_and_name() -> None:
    said = {leads_to(output["Value"], "Messaging") for output in nested()["Messaging"]["Outputs"].values()}
    assert {f"{queue}.QueueName" for queue in QUEUES} <= said


def matches(pattern: Json, event: Json) -> bool:
    """Whether an event matches a pattern of EventBridge's language, as far as our patterns use it."""
    return all(name in event and _value(wanted, event[name]) for name, wanted in pattern.items())


def _value(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        return matches(wanted, value)
    return any(value.startswith(one["prefix"]) if isinstance(one, dict) else value == one for one in wanted)
