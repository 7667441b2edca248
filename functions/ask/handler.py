"""Entry of the ask function: prompts in, a question for each record that somebody waits for, the messages to redeliver out."""

import os
import random
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.ask.settings import Settings
from functions.batches import Batch, Context, Record
from functions.composition import now, services
from functions.networks import resolve
from functions.telemetry import count, logger
from miaoban.aws.outbox import SqsOutbox
from miaoban.operations.asking import Desk, put
from miaoban.operations.destinations import Gate
from miaoban.operations.inquire import Desk as InquiryDesk
from miaoban.operations.prompting import records_of
from miaoban.web.asking import WebAsker
from miaoban.web.lines import Lines

SERVICE = "ask"
MARGIN = 45_000
"""Milliseconds that must be left to begin a message: four attempts of ten seconds, and the writing."""
LOUD = frozenset({"failed", "resting"})


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch of prompts."""
    return take(desk(), event, context)


@cache
def desk() -> Desk:
    """Return what asking works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    found = services()
    asker = WebAsker(Gate(resolve, settings.source_networks), found.signer, Lines(), now)
    jitter = random.random  # spreads retries; nobody gains by guessing it
    return Desk(InquiryDesk(found, asker, time.sleep, jitter), lambda department: SqsOutbox(settings.queue(department)))


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: _taken(desk, record)).answer(event, context)


def _taken(desk: Desk, record: Record) -> str:
    outcomes = [_put(desk, one, str(record["messageId"])) for one in records_of(desk.services, record["body"])]
    return outcomes[-1] if outcomes else "nothing-to-ask"


def _put(desk: Desk, partition: str, message: str) -> str:
    asked = put(desk, partition)
    say = logger(SERVICE).warning if asked.outcome in LOUD else logger(SERVICE).info
    say("asked", extra={"correlation_id": message, **{name: value for name, value in asked._asdict().items() if value}})
    if asked.source:
        count(SERVICE, "Asked", outcome=asked.outcome, source=asked.source)
    if asked.outcome == "resting":
        count(SERVICE, "SourcesResting")
    return asked.outcome
