"""The state of a case, folded from its events."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field as Declared

from miaoban.case.events import (
    CaseEvent,
    Corrected,
    Disputed,
    Handed,
    Judged,
    Opined,
    Party,
    SetAside,
    Submitted,
    Upheld,
    WaitedRecord,
    Withdrawn,
)
from miaoban.case.opinion import Opinion, given, sought
from miaoban.catalogue.layout import Retention
from miaoban.catalogue.regions import Organ
from miaoban.decision.conclusion import Concluded
from miaoban.decision.facts import LAW_TIME
from miaoban.decision.outcome import Direction, Outcome
from miaoban.decision.verdict import Verdict
from miaoban.evidence.proof import Vouched
from miaoban.models import Frozen


class Status(StrEnum):
    """Where a case stands. The first four are closed for the machine, the next three are open."""

    APPROVED = "approved"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    CORRECTING = "correcting"
    WAITING = "waiting"
    REVIEWING = "reviewing"


OPEN = frozenset({Status.CORRECTING, Status.WAITING, Status.REVIEWING})


class Case(Frozen):
    """One filing as it stands.

    `form` is what was sent, `filled` the form as last decided on; `events` counts what happened, `receipts` the decisions.
    """

    id: str
    matter: str
    matter_name: str
    version: int
    edition: str
    organ: Organ
    situation: Mapping[str, str]
    party: Party
    form: Mapping[str, Any]
    filled: Mapping[str, Any] = Declared(default_factory=dict)
    assisted_by: str | None = None
    vouched: Mapping[str, Vouched] = Declared(default_factory=dict)
    erase_after: Retention | None = None
    status: Status
    opened_at: datetime
    updated_at: datetime
    reasons: tuple[Verdict, ...] = ()
    waiting_for: tuple[str, ...] = ()
    waiting_on: tuple[WaitedRecord, ...] = ()
    direction: Direction | None = None
    licence: str | None = None
    valid_until: date | None = None
    decided_by: str | None = None
    reason: str | None = None
    conclusion: Concluded | None = None
    deadline: date | None = None
    corrected: bool = False
    opinions: tuple[Opinion, ...] = ()
    dispute: Disputed | None = None
    events: int = 1
    receipts: int = 0

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen."""
        return self.status in OPEN

    @property
    def kept_until(self) -> date | None:
        """The last day on which the case is kept; None while it is open, and where its matter keeps cases as archives.

        It counts from the last day of the licence, or from the day on which the case ended, whichever is later.
        """
        if self.erase_after is None or self.is_open:
            return None
        ended = self.updated_at.astimezone(LAW_TIME).date()
        return self.erase_after.last_day(max(ended, self.valid_until or ended))

    @property
    def missing(self) -> tuple[Opinion, ...]:
        """The opinions that a person's decision still waits for."""
        return tuple(one for one in self.opinions if one.agree is None) if self.status is Status.REVIEWING else ()


def evolve(case: Case | None, event: CaseEvent) -> Case:
    """The case after one more event."""
    if isinstance(event, Submitted):
        return _opened(event)
    if case is None:
        raise ValueError("a case begins with its submission")
    return case.model_copy(update={"updated_at": event.at, "events": case.events + 1, **_changes(case, event)})


def fold(case: Case | None, events: Iterable[CaseEvent]) -> Case:
    """The case after some events, at least one if there is no case yet."""
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ValueError("no events, no case")
    return case


def _opened(event: Submitted) -> Case:
    opening = event.opening
    return Case(
        id=opening.case,
        status=Status.WAITING,
        opened_at=event.at,
        updated_at=event.at,
        **{name: getattr(opening, name) for name in type(opening).model_fields if name != "case"},
    )


def _changes(case: Case, event: CaseEvent) -> dict[str, Any]:
    match event:
        case Corrected():
            return {"form": event.form, "corrected": True}
        case Judged():
            return _judged(case, event)
        case Opined():
            return {"opinions": tuple(given(one, event) for one in case.opinions)}
        case SetAside() | Submitted():
            return {}
        case Disputed():
            return {"status": Status.WAITING, "dispute": event, **_waits(event)}
        case _:
            return {"waiting_on": (), "dispute": None, **_moved(event)}


def _waits(event: Disputed) -> dict[str, Any]:
    return {"deadline": event.deadline, "waiting_for": (event.source_name,), "waiting_on": (event.record,)}


def _moved(event: Handed | Upheld | Withdrawn) -> dict[str, Any]:
    """What becomes of a case that goes to a person, or ends by its applicant."""
    if isinstance(event, Withdrawn):
        return {"status": Status.WITHDRAWN, "deadline": None, "reason": event.reason or event.why}
    why = event.note if isinstance(event, Upheld) else event.why
    moved = {"status": Status.REVIEWING, "deadline": event.deadline, "reason": why, "conclusion": None}
    return moved | {"opinions": sought(event.asked)}


def _judged(case: Case, event: Judged) -> dict[str, Any]:
    return {
        "status": Status(event.outcome.value),
        "reasons": event.reasons,
        "waiting_for": event.waiting_for,
        "waiting_on": event.waiting_on,
        "direction": event.direction,
        "licence": event.licence,
        "valid_until": event.valid_until,
        "decided_by": event.by,
        "reason": event.reason,
        "conclusion": event.conclusion,
        "deadline": event.deadline,
        "filled": event.filled,
        "receipts": case.receipts + 1,
        "dispute": None,
        "opinions": sought(event.asked) if event.outcome is Outcome.REVIEWING else case.opinions,
    }
