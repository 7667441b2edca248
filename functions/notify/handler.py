"""Entry of the notify function: events and retries from its queue in, the messages to redeliver out.

An attempt at a receiver takes up to 10 s, so a message is begun only while there is time for one, and the template gives
at most two messages to one invocation. What the receiver does never fails a message: that is in the delivery's state.
"""

import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from pydantic import ValidationError

from functions.composition import services
from functions.networks import resolve
from functions.notify.posting import post
from functions.notify.settings import Settings
from functions.telemetry import count, logger
from miaoban.aws.outbox import SqsOutbox
from miaoban.errors import MiaobanError, RetryableError
from miaoban.operations.courier import Courier
from miaoban.operations.destinations import Gate
from miaoban.operations.notify import notify, read_message
from miaoban.operations.services import Services

SERVICE = "notify"
MARGIN = 15_000
"""Milliseconds that must be left to begin a message."""
LOUD = frozenset({"failed", "subscription-disabled", "unknown-delivery"})
"""What a person should see: an event not delivered after three days, a receiver that is gone."""


class OutOfTimeError(RetryableError):
    """Raised when too little of an invocation is left to begin a message."""

    code = "out-of-time"


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until this invocation is stopped."""


@dataclass(frozen=True)
class Desk:
    """What notifying works with."""

    services: Services
    courier: Courier


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(desk(), event, context)


@cache
def desk() -> Desk:
    """Return what notifying works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    gate = Gate(resolve, settings.webhook_networks)
    jitter = random.random  # spreads retries; nobody gains by guessing it
    return Desk(services(), Courier(gate, post, jitter, SqsOutbox(settings.notify_queue)))


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    results = {record["messageId"]: _result(desk, record, context) for record in event["Records"]}
    for outcome, number in Counter(result or "retried" for result in results.values()).items():
        count(SERVICE, "Messages", number, outcome=outcome)
    return {"batchItemFailures": [{"itemIdentifier": name} for name, result in results.items() if result is None]}


def _result(desk: Desk, record: Mapping[str, Any], context: Context) -> str | None:
    """What became of a message, or None when it must come again: five times, then to the dead letters."""
    try:
        return _taken(desk, record, context)
    except ValidationError:
        code = "unreadable"
    except MiaobanError as error:
        code = error.code
    except Exception as error:  # noqa: BLE001 - the edge: whatever fails, the message comes again, then to the dead letters
        code = f"internal: {type(error).__name__}"
    tries = record["attributes"].get("ApproximateReceiveCount")
    fields = {"correlation_id": record["messageId"], "message": record["messageId"], "code": code, "tries": tries}
    logger(SERVICE).error("failed", extra=fields)
    return None


def _taken(desk: Desk, record: Mapping[str, Any], context: Context) -> str:
    if context.get_remaining_time_in_millis() < MARGIN:
        raise OutOfTimeError("本次调用剩余时间不足，消息稍后再处理")
    report = notify(desk.services, desk.courier, read_message(record["body"]))
    say = logger(SERVICE).warning if report.result in LOUD else logger(SERVICE).info
    say("notified", extra={"correlation_id": report.event.rsplit("-", 1)[0], **report._asdict()})
    return report.result
