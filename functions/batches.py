"""Queue batches: each message on its own; what may succeed later is reported as failed and comes again."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from functions.telemetry import count, logger
from miaoban.errors import FinalError, RetryableError

Take = Callable[[str, dict[str, Any]], None]


def failures(service: str, event: dict[str, Any], take: Take) -> dict[str, list[dict[str, str]]]:
    """Take every message of an SQS batch; the answer names those that must come again (ReportBatchItemFailures).

    A message that can never be taken is let go at once where `take` has put it aside (FinalError), and left to the queue's
    redrive policy where it has not (anything else).
    """
    failed = [record["messageId"] for record in event["Records"] if not _taken(service, record, take)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _taken(service: str, record: dict[str, Any], take: Take) -> bool:
    log = logger(service)
    log.set_correlation_id(_correlation(record))
    try:
        take(record["body"], record)
    except FinalError as error:
        log.warning("set aside", code=error.code)
        count(service, "SetAside", code=error.code)
    except (RetryableError, ValidationError) as error:
        log.warning("failed", error=type(error).__name__)
        return False
    return True


def _correlation(record: dict[str, Any]) -> str:
    """The correlation id that a message carries, or the message's own id."""
    attributes = record.get("messageAttributes") or {}
    given = attributes.get("correlation_id", {}).get("stringValue")
    return str(given or record["messageId"])
