"""Resume: takes wake-ups from a queue, one case a message, and decides or hands on."""

from typing import Any

from functions.batches import failures
from functions.composition import services
from miaoban.operations.handing import expire
from miaoban.operations.resume import resume
from miaoban.operations.watch import TIME_ENDED, Wakeup


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a batch of wake-ups; those that failed for now are reported and come again."""
    return failures("resume", event, lambda body, _: wake(Wakeup.read(body)))


def wake(wakeup: Wakeup) -> None:
    """Move one case on; a case that has moved on already stays as it is."""
    if wakeup.why == TIME_ENDED:
        expire(services(), wakeup.case, wakeup.at or services().now())
    else:
        resume(services(), wakeup.case)
