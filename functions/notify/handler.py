"""Entry of the notify function: events and retries from its queue in, the messages to redeliver out.

An attempt at a receiver takes up to 10 s, so a message is begun only while there is time for one, and the template gives
at most two messages to one invocation. What the receiver does never fails a message: that is in the delivery's state.
"""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from functions.batches import Batch, Context, Record
from functions.composition import services
from functions.networks import resolve
from functions.notify.settings import Settings
from functions.telemetry import logger
from miaoban.aws.outbox import SqsOutbox
from miaoban.operations.courier import Courier
from miaoban.operations.destinations import Gate
from miaoban.operations.notify import Envelope, Message, notify, read_message
from miaoban.operations.services import Services
from miaoban.ports import Outbox
from miaoban.web.posting import post

SERVICE = "notify"
MARGIN = 15_000
"""Milliseconds that must be left to begin a message."""
LOUD = frozenset({"failed", "subscription-disabled", "unknown-delivery"})
"""What a person should see: an event not delivered after three days, a receiver that is gone."""


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
    return Desk(services(), Courier(gate, post, jitter, SqsOutbox(settings.notify_queue), queues(settings)))


def queues(settings: Settings) -> Callable[[str], Outbox]:
    """The queues of departments, each made on first use."""
    return cache(lambda department: SqsOutbox(settings.queue(department)))


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: _taken(desk, record)).answer(event, context)


def _taken(desk: Desk, record: Record) -> str:
    message = read_message(record["body"])
    report = notify(desk.services, desk.courier, message)
    say = logger(SERVICE).warning if report.result in LOUD else logger(SERVICE).info
    say("notified", extra={"correlation_id": _cause(message) or report.event.rsplit("-", 1)[0], **report._asdict()})
    return report.result


def _cause(message: Message) -> str | None:
    """The request that caused an event; a delivery tried again is known by its case alone."""
    return message.detail.data.correlation if isinstance(message, Envelope) else None
