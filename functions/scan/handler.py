"""Scan: takes the bucket's notices of uploads from its queue, one file a message."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from functions.batches import Batch, Context
from functions.buckets import TEST, BucketLetter, LetterError
from functions.composition import services
from functions.scan.settings import Settings
from functions.telemetry import logger
from miaoban.operations.scanning import Arrived, scan
from miaoban.ports import Scanner
from miaoban.web.clamd import ClamdScanner

SERVICE = "scan"
MARGIN = 45_000
"""Milliseconds that must be left to begin a file: the scanner may take forty seconds."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch; answers with the messages that SQS must deliver again (ReportBatchItemFailures)."""
    return take(scanner(), event, context)


@cache
def scanner() -> Scanner:
    """The scanner of this environment, made on first use."""
    return ClamdScanner(Settings.model_validate(os.environ).scanner)


def take(scanner: Scanner, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch with this scanner; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: deliver(scanner, record["body"])).answer(event, context)


def deliver(scanner: Scanner, text: str) -> str:
    """Scan what a message tells of; delivered again, it changes nothing. Returns the outcome's word."""
    for arrived in _arrivals(text):
        found = scan(services().caused_by(arrived.tag), scanner, arrived)
        said = "stray" if found is None else found.why or "clean"
        logger(SERVICE).info("scanned", extra={"correlation_id": arrived.tag, "found": said, "size": arrived.size})
    return "taken"


def _arrivals(text: str) -> tuple[Arrived, ...]:
    try:
        letter = BucketLetter.model_validate_json(text)
    except ValidationError as error:
        raise LetterError("消息不是存储桶的上传通知，请核对发送方") from error
    if not letter.records and letter.event != TEST:
        raise LetterError("消息不是存储桶的上传通知，请核对发送方")
    created = (notice for notice in letter.records if notice.created)
    return tuple(Arrived(name=notice.object_name, size=notice.size, tag=notice.tag) for notice in created)
