"""Resume: takes wake-ups from a queue, one case a message, and decides or hands on."""

from collections.abc import Mapping
from typing import Any

from functions.batches import Batch, Context, Record
from functions.composition import services
from functions.telemetry import logger
from miaoban.case.errors import CaseErasedError
from miaoban.operations.handing import expire
from miaoban.operations.resume import resume
from miaoban.operations.services import Services
from miaoban.operations.watch import TIME_ENDED, Wakeup

SERVICE = "resume"
MARGIN = 5_000


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch of wake-ups."""
    return batch(services()).answer(event, context)


def batch(services: Services) -> Batch:
    """How wake-ups are taken with these services."""
    return Batch(SERVICE, MARGIN, lambda record: _taken(services, record))


def _taken(services: Services, record: Record) -> str:
    wakeup = Wakeup.read(record["body"])
    correlation = wakeup.correlation or str(record["messageId"])
    case = wake(services.caused_by(correlation), wakeup)
    logger(SERVICE).info("woken", extra={"correlation_id": correlation, "case": wakeup.case, "why": wakeup.why, "status": case})
    return case


def wake(services: Services, wakeup: Wakeup) -> str:
    """Move one case on, and say where it stands; a case that has moved on already stays as it is, or erased."""
    try:
        if wakeup.why == TIME_ENDED:
            return expire(services, wakeup.case, wakeup.at or services.now()).status.value
        return resume(services, wakeup.case).status.value
    except CaseErasedError:
        return "erased"
