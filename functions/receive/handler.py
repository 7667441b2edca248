"""Entry of the receive function: a batch from the department queue in, the messages to redeliver out."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.batches import Batch, Context, Record
from functions.composition import services
from functions.receive.settings import Settings
from functions.replies import replies
from functions.telemetry import logger
from miaoban.evidence.message import read_envelope
from miaoban.operations.receive import Desk, Received, receive

SERVICE = "receive"
MARGIN = 5_000
"""Milliseconds that must be left to begin a message; those not begun come again with a fresh clock."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(desk(), event, context)


@cache
def desk() -> Desk:
    """Return what receiving works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    return Desk(services(), replies(settings.reply_queue, settings.own_replies), settings.senders)


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: _taken(desk, record), _correlation).answer(event, context)


def _taken(desk: Desk, record: Record) -> str:
    received = receive(desk, record["body"], record["attributes"].get("SenderId"), record["messageId"])
    _log(received)
    return received.outcome


def _log(received: Received) -> None:
    fields = received.model_dump(exclude_none=True)
    say = logger(SERVICE).warning if received.outcome == "quarantined" else logger(SERVICE).info
    say("received", extra={"correlation_id": received.event_id or received.message_id, **fields})


def _correlation(record: Record) -> str:
    return read_envelope(record["body"]).id or str(record["messageId"])
