"""Entry of the receive function: a batch from the department queue in, the messages to redeliver out.

The loop is our own: Powertools' BatchProcessor does the same and costs 95 ms of a cold start.
"""

import os
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from functions.composition import services
from functions.receive.settings import Settings
from functions.telemetry import count, logger
from miaoban.aws.outbox import SqsOutbox
from miaoban.errors import RetryableError
from miaoban.evidence.message import read_envelope
from miaoban.operations.receive import Desk, Received, receive

SERVICE = "receive"
FAILED = "failed"
MARGIN = 5_000
"""Milliseconds that must be left to begin a message; those not begun come again with a fresh clock."""


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until this invocation is stopped."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(desk(), event, context)


@cache
def desk() -> Desk:
    """Return what receiving works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    return Desk(services(), SqsOutbox(settings.reply_queue), settings.senders)


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    outcomes = {record["messageId"]: _outcome(desk, record, context) for record in event["Records"]}
    for outcome, number in Counter(outcomes.values()).items():
        count(SERVICE, "Messages", number, outcome=outcome)
    return {"batchItemFailures": [{"itemIdentifier": name} for name, outcome in outcomes.items() if outcome == FAILED]}


def _outcome(desk: Desk, record: Mapping[str, Any], context: Context) -> str:
    if context.get_remaining_time_in_millis() < MARGIN:
        return _failed(record, "out-of-time")
    try:
        received = receive(desk, record["body"], record["attributes"].get("SenderId"), record["messageId"])
    except RetryableError as error:
        return _failed(record, error.code)
    except Exception as error:  # noqa: BLE001 - the edge: whatever fails, the message comes again, then to the dead letters
        return _failed(record, "internal", error=type(error).__name__)
    _log(received)
    return received.outcome


def _log(received: Received) -> None:
    fields = received.model_dump(exclude_none=True)
    say = logger(SERVICE).warning if received.outcome == "quarantined" else logger(SERVICE).info
    say("received", extra={"correlation_id": received.event_id or received.message_id, **fields})


def _failed(record: Mapping[str, Any], code: str, **more: str) -> str:
    name, tries = record["messageId"], record["attributes"].get("ApproximateReceiveCount")
    fields = {"correlation_id": read_envelope(record["body"]).id or name, "message_id": name, "code": code, "tries": tries}
    logger(SERVICE).error("failed", extra={**fields, **more})
    return FAILED
