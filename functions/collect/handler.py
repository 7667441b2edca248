"""Collect: takes files and pieces from its queue, one a message, and sends itself the pieces of a file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from functions.batches import Batch, Context
from functions.buckets import TEST, BucketLetter, LetterError, Notice
from functions.collect.settings import Settings
from functions.composition import services
from functions.replies import replies
from functions.telemetry import logger
from miaoban.aws.objects import S3Objects
from miaoban.aws.outbox import SqsOutbox
from miaoban.operations.collecting import Delivered, PieceTold, collect, plan
from miaoban.operations.receive import Desk
from miaoban.ports import Objects, Outbox

SERVICE = "collect"
MARGIN = 30_000
"""Milliseconds that must be left to begin a piece: it takes some seconds, and is read again from its start."""


@dataclass(frozen=True)
class Room:
    """What collecting works with: the desk of receiving, the nodes' files, and the queue of pieces."""

    desk: Desk
    objects: Objects
    pieces: Outbox


class _Letter(BucketLetter):
    """A message of the queue: the bucket's notice, or what belongs to a piece of a file."""

    name: str = ""
    size: int = 0
    tag: str = ""
    piece: int | None = None


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(room(), event, context)


@cache
def room() -> Room:
    """What collecting works with in this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    desk = Desk(services(), replies(settings.reply_queue, settings.own_replies), {})
    return Room(desk, S3Objects(settings.import_bucket), SqsOutbox(settings.collect_queue))


def take(room: Room, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: deliver(room, record["body"])).answer(event, context)


def deliver(room: Room, text: str) -> str:
    """Do what a message asks for; delivered again, it changes nothing. Returns the outcome's word."""
    for letter in _letters(text):
        match letter:
            case PieceTold():
                outcomes = collect(room.desk, room.objects, letter)
                logger(SERVICE).info("collected", extra={"correlation_id": letter.tag, "piece": letter.piece, **outcomes})
            case Delivered():
                pieces = plan(room.desk, room.pieces, letter)
                logger(SERVICE).info("planned", extra={"correlation_id": letter.tag, "pieces": pieces})
    return "taken"


def _letters(text: str) -> tuple[PieceTold | Delivered, ...]:
    """What a message asks for; nothing for S3's test. Raises LetterError."""
    try:
        letter = _Letter.model_validate_json(text)
    except ValidationError as error:
        raise LetterError("消息不是收件队列约定的格式，请核对发送方") from error
    if letter.piece is not None:
        return (PieceTold(name=letter.name, size=letter.size, tag=letter.tag, piece=letter.piece),)
    if letter.records or letter.event == TEST:
        return tuple(_delivered(notice) for notice in letter.records if notice.created)
    raise LetterError("消息不是收件队列约定的格式，请核对发送方")


def _delivered(notice: Notice) -> Delivered:
    return Delivered(name=notice.object_name, size=notice.size, tag=notice.tag)
