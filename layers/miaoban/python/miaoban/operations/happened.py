"""What happened to a case, as kept: the event, who it concerns, and where it left traces."""

from datetime import datetime
from typing import Any

from miaoban.case.case import Status
from miaoban.case.events import CaseEvent
from miaoban.models import Frozen
from miaoban.operations.relay import Change
from miaoban.storage import Key


class Traces(Frozen):
    """Where a step left data that the case's number does not lead to: the unique key's guard, the idempotency record, files."""

    unique: Key
    answered: Key | None = None
    files: tuple[Key, ...] | None = None


class Happened(Frozen):
    """A case's event: who it concerns and where. All but `event` is free of personal data, and only that is relayed.

    `traces` stand only where the case is to be erased one day: without them nobody could find what it left elsewhere.
    """

    id: str
    case: str
    number: int
    matter: str
    matter_name: str
    region: str
    department: str
    owner: str
    type: str
    status: Status
    licence: str | None = None
    change: Change | None = None
    also: str | None = None
    correlation: str | None = None
    at: datetime
    event: CaseEvent
    traces: Traces | None = None

    def relayed(self) -> dict[str, Any]:
        """What may leave the table: everything but the event's own content and its traces."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"event", "traces"})
