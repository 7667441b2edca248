"""Load: takes uploads, chunks and shelves from its queue, one a message, and sends itself what they lead to."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.batches import Batch, Context
from functions.composition import services
from functions.load.letters import read_letter
from functions.load.settings import Settings
from functions.telemetry import logger
from miaoban.aws.objects import S3Objects
from miaoban.aws.outbox import SqsOutbox
from miaoban.operations.dock import Dock
from miaoban.operations.imports import ChunkTold, Created, ShelfTold, plan
from miaoban.operations.loading import load
from miaoban.operations.shelving import shelve

SERVICE = "load"
MARGIN = 20_000
"""Milliseconds that must be left to begin a message: a chunk takes some seconds, and goes on where it was stopped."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(dock(), event, context)


@cache
def dock() -> Dock:
    """Return what loading works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    return Dock(services().store, S3Objects(settings.import_bucket), SqsOutbox(settings.load_queue))


def take(dock: Dock, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this dock; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: deliver(dock, record["body"])).answer(event, context)


def deliver(dock: Dock, text: str) -> str:
    """Do what a message asks for; delivered again, it changes nothing. Returns the outcome's word."""
    for letter in read_letter(text):
        _done(dock, letter)
    return "taken"


def _done(dock: Dock, letter: Created | ChunkTold | ShelfTold) -> None:
    match letter:
        case Created():
            planned = plan(dock, letter)
            _say("planned", planned.id, chunks=planned.chunks, refused=planned.refused is not None)
        case ChunkTold():
            chunk = load(dock, letter)
            _say("loaded", letter.import_id, chunk=chunk.number, **chunk.counts.model_dump())
        case ShelfTold():
            label = shelve(dock.store, letter.region)
            _say("shelved", letter.region, rows=label.rows)


def _say(what: str, correlation: str, **fields: int | str) -> None:
    logger(SERVICE).info(what, extra={"correlation_id": correlation, **fields})
