"""Watch: on a schedule, hands on what has waited long enough, lets releases take effect, erases what was kept long enough."""

import os
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from functions.composition import services
from functions.telemetry import count, edge, logger
from miaoban.aws.outbox import SqsOutbox
from miaoban.calendar import VALID_THROUGH
from miaoban.operations.activating import activate_due
from miaoban.operations.catching_up import catch_up
from miaoban.operations.dropping import drop_due
from miaoban.operations.erase import erase_due
from miaoban.operations.handing_up import compare_yesterday
from miaoban.operations.redeliver import redeliver
from miaoban.operations.services import law_date
from miaoban.operations.watch import watch
from miaoban.ports import Outbox

SERVICE = "watch"


class Settings(BaseModel):
    """The queues that take deliveries to try again, records to ask for, and days to compare if there is somebody above."""

    model_config = ConfigDict(frozen=True)

    notify_queue: str = Field(alias="NOTIFY_QUEUE", min_length=1)
    ask_queue: str = Field(alias="ASK_QUEUE", min_length=1)
    exchange_queue: str = Field(default="", alias="EXCHANGE_QUEUE")


@cache
def deliveries() -> Outbox:
    """Where deliveries to try again go."""
    return SqsOutbox(Settings.model_validate(os.environ).notify_queue)


@cache
def prompts() -> Outbox:
    """Where records to ask for go."""
    return SqsOutbox(Settings.model_validate(os.environ).ask_queue)


@cache
def exchange() -> Outbox | None:
    """Where days to compare go; None where there is no upper-level platform."""
    queue = Settings.model_validate(os.environ).exchange_queue
    return SqsOutbox(queue) if queue else None


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Look at the clocks as of the schedule's own `time`, so that a late or repeated run finds the same."""
    with edge(SERVICE):
        moment = datetime.fromisoformat(event["time"])
        ended = watch(services(), moment)
        redelivered = redeliver(services(), deliveries(), moment)
        asked = catch_up(services(), prompts(), moment)
        above = exchange()
        compared = compare_yesterday(services(), above, moment) if above else 0
        activated, failed = activate_due(services(), moment)
        erased, kept = erase_due(services(), moment)
        dropped, held = drop_due(services(), moment)
        found = {
            "ended": ended,
            "redelivered": redelivered,
            "asked": asked,
            "compared": compared,
            "activated": activated,
            "erased": erased,
            "dropped": dropped,
        }
        logger(SERVICE).info("watched", extra=found)
        count(SERVICE, "CalendarDaysLeft", (VALID_THROUGH - law_date(moment)).days)
        if failed or kept or held:
            raise (*failed, *kept, *held)[0]  # after all else is done; the function's alarm tells
        return found
