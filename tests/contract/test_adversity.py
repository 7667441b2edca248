"""What a healthy emulator does not show: throttling, partial answers, conflicts in flight, silence."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from miaoban.aws.bus import EventBus
from miaoban.aws.calling import DYNAMODB, EVENTS, SQS
from miaoban.aws.outbox import SqsOutbox
from miaoban.aws.store import DynamoStore
from miaoban.errors import MiaobanError
from miaoban.ports import ConflictError, Event, OversizedError, RefusedError, UnavailableError
from miaoban.storage import Commit, Item, Key, Put, Range, Table
from tests.contract.resources import TABLES, service
from tests.scripted import Scripted

# The port of `discard`: nothing listens there.
NOWHERE = "http://127.0.0.1:9"
NAME = TABLES[Table.CASES]
ITEMS = [Item(Key(Table.CASES, "件", str(number)), "{}") for number in range(3)]
COMMIT = Commit(tuple(Put(item) for item in ITEMS))
EVENT = Event("miaoban.cases", "cn.miaoban.case.decided.v1", "{}")


def row(item: Item) -> dict[str, Any]:
    texts = {"pk": item.key.partition, "sk": item.key.sort, "body": item.body}
    return {name: {"S": text} for name, text in texts.items()} | {"version": {"N": "1"}}


def asked(*items: Item) -> dict[str, Any]:
    keys = [{"pk": {"S": item.key.partition}, "sk": {"S": item.key.sort}} for item in items]
    return {NAME: {"Keys": keys, "ConsistentRead": True}}


@pytest.fixture
def dynamo() -> tuple[DynamoStore, Scripted]:
    script = Scripted(DYNAMODB)
    return DynamoStore(TABLES, script), script


def test_unprocessed_keys_are_read_again(dynamo: tuple[DynamoStore, Scripted]) -> None:
    store, script = dynamo
    first = {"Responses": {NAME: [row(ITEMS[1])]}, "UnprocessedKeys": asked(ITEMS[0], ITEMS[2])}
    second = {"Responses": {}, "UnprocessedKeys": asked(ITEMS[2])}
    script.answer("BatchGetItem", first, {"RequestItems": asked(*ITEMS)})
    script.answer("BatchGetItem", second, {"RequestItems": asked(ITEMS[0], ITEMS[2])})
    script.answer("BatchGetItem", {"Responses": {NAME: [row(ITEMS[2])]}}, {"RequestItems": asked(ITEMS[2])})
    keys = [item.key for item in ITEMS]
    assert store.read(keys) == {ITEMS[1].key: ITEMS[1], ITEMS[2].key: ITEMS[2]}
    assert script.done()


def test_keys_that_stay_unprocessed_make_the_read_fail(dynamo: tuple[DynamoStore, Scripted]) -> None:
    store, script = dynamo
    for _ in range(5):
        script.answer("BatchGetItem", {"Responses": {}, "UnprocessedKeys": asked(ITEMS[0])})
    with pytest.raises(UnavailableError):
        store.read([ITEMS[0].key])
    assert script.done()


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["None", "TransactionConflict", "None"], ConflictError),
        (["ThrottlingError", "ConditionalCheckFailed", "None"], ConflictError),
        (["None", "ThrottlingError", "None"], UnavailableError),
        (["ProvisionedThroughputExceeded", "None", "None"], UnavailableError),
        (["None", "ValidationError", "None"], RefusedError),
    ],
)
def test_a_cancelled_transaction_says_why(
    dynamo: tuple[DynamoStore, Scripted], codes: list[str], error: type[MiaobanError]
) -> None:
    store, script = dynamo
    reasons = [{"Code": code} for code in codes]
    script.refuse("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
    with pytest.raises(error) as raised:
        store.commit(COMMIT)
    if isinstance(raised.value, ConflictError):
        assert raised.value.keys == (ITEMS[1].key,)


def test_a_reason_of_size_is_oversized(dynamo: tuple[DynamoStore, Scripted]) -> None:
    store, script = dynamo
    reason = {"Code": "ValidationError", "Message": "Item size to update has exceeded the maximum allowed size"}
    reasons = [{"Code": "None"}, reason, {"Code": "None"}]
    script.refuse("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
    with pytest.raises(OversizedError):
        store.commit(COMMIT)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("TransactionInProgressException", 400),
        ("Whatever", 503),
    ],
)
def test_throttling_and_server_faults_may_pass(dynamo: tuple[DynamoStore, Scripted], code: str, status: int) -> None:
    store, script = dynamo
    for method in ("BatchGetItem", "TransactWriteItems", "Query"):
        script.refuse(method, code, status)
    with pytest.raises(UnavailableError):
        store.read([ITEMS[0].key])
    with pytest.raises(UnavailableError):
        store.commit(COMMIT)
    with pytest.raises(UnavailableError):
        store.query(Range(None, "件"))


def test_what_the_ports_do_not_know_keeps_its_type_and_says_where(dynamo: tuple[DynamoStore, Scripted]) -> None:
    store, script = dynamo
    script.refuse("TransactWriteItems", "AccessDeniedException", 400)
    with pytest.raises(ClientError) as raised:
        store.commit(COMMIT)
    assert raised.value.__notes__ == ["while calling TransactWriteItems"]


def test_silence_is_unavailable_or_told_by_position() -> None:
    with pytest.raises(UnavailableError):
        DynamoStore(TABLES, service(DYNAMODB, NOWHERE)).read([ITEMS[0].key])
    assert EventBus("x", service(EVENTS, NOWHERE)).publish([EVENT, EVENT]) == dict.fromkeys((0, 1), "service-unavailable")


def sent(*numbers: int, failed: tuple[int, ...] = (), fault: bool = False) -> dict[str, Any]:
    return {
        "Successful": [{"Id": str(number), "MessageId": "m", "MD5OfMessageBody": ""} for number in numbers],
        "Failed": [{"Id": str(number), "SenderFault": fault, "Code": "X"} for number in failed],
    }


@pytest.fixture
def outbox() -> tuple[SqsOutbox, Scripted]:
    script = Scripted(SQS)
    return SqsOutbox("https://queue", script), script


def entries(*numbers: int) -> dict[str, Any]:
    listed = [{"Id": str(number), "MessageBody": f"文{number}", "DelaySeconds": 0} for number in numbers]
    return {"QueueUrl": "https://queue", "Entries": listed}


def test_messages_that_failed_are_sent_again(outbox: tuple[SqsOutbox, Scripted]) -> None:
    box, script = outbox
    script.answer("SendMessageBatch", sent(0, failed=(1, 2)), entries(0, 1, 2))
    script.answer("SendMessageBatch", sent(2, failed=(1,)), entries(1, 2))
    script.answer("SendMessageBatch", sent(1), entries(1))
    box.send(["文0", "文1", "文2"])
    assert script.done()


def test_messages_that_keep_failing_are_told(outbox: tuple[SqsOutbox, Scripted]) -> None:
    box, script = outbox
    for _ in range(5):
        script.answer("SendMessageBatch", sent(failed=(0,)))
    with pytest.raises(UnavailableError):
        box.send(["文0"])


def test_a_message_at_fault_is_not_sent_again(outbox: tuple[SqsOutbox, Scripted]) -> None:
    box, script = outbox
    script.answer("SendMessageBatch", sent(failed=(0,), fault=True))
    with pytest.raises(RefusedError):
        box.send(["文0"])


def test_events_that_failed_are_published_again_or_told() -> None:
    script = Scripted(EVENTS)
    busy, bad = {"ErrorCode": "ThrottlingException"}, {"ErrorCode": "MalformedDetail"}
    script.answer("PutEvents", {"FailedEntryCount": 3, "Entries": [busy, {"EventId": "1"}, bad, busy]})
    script.answer("PutEvents", {"FailedEntryCount": 1, "Entries": [{"EventId": "0"}, busy]})
    for _ in range(3):
        script.answer("PutEvents", {"FailedEntryCount": 1, "Entries": [busy]})
    assert EventBus("x", script).publish([EVENT] * 4) == {2: "MalformedDetail", 3: "ThrottlingException"}
    assert script.done()
