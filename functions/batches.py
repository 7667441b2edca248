"""Queue batches: each message on its own; one that fails is reported, comes again, and ends in the dead letters.

The loop is our own: Powertools' BatchProcessor does the same and costs 95 ms of a cold start.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from functions.telemetry import count, failure, logger
from miaoban.errors import MiaobanError

AGAIN = "retried"

Record = Mapping[str, Any]


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until this invocation is stopped."""


@dataclass(frozen=True)
class Batch:
    """How a service takes messages: `take` gives the outcome's word; a message is begun only with `margin` ms left."""

    service: str
    margin: int
    take: Callable[[Record], str]
    correlation: Callable[[Record], str] = lambda record: str(record["messageId"])

    def answer(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Take every message; the answer names those that SQS must deliver again (ReportBatchItemFailures)."""
        outcomes = {record["messageId"]: self._outcome(record, context) for record in event["Records"]}
        for outcome, number in Counter(outcomes.values()).items():
            count(self.service, "Messages", number, outcome=outcome)
        return {"batchItemFailures": [{"itemIdentifier": name} for name, outcome in outcomes.items() if outcome == AGAIN]}

    def _outcome(self, record: Record, context: Context) -> str:
        if context.get_remaining_time_in_millis() < self.margin:
            return self._again(record, "out-of-time")
        try:
            return self.take(record)
        except MiaobanError as error:
            return self._again(record, error.code)
        except Exception as error:  # noqa: BLE001 - the edge: whatever fails, the message comes again, then to the dead letters
            return self._again(record, "internal", **failure(error))

    def _again(self, record: Record, code: str, **more: str) -> str:
        tries = record.get("attributes", {}).get("ApproximateReceiveCount")
        fields = {"correlation_id": self.correlation(record), "message_id": record["messageId"], "code": code, "tries": tries}
        logger(self.service).error("failed", extra={**fields, **more})
        return AGAIN
