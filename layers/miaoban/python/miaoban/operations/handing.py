"""Withdrawing a case, asking for a person, and ending what has waited long enough."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from miaoban.case.case import Case, Status
from miaoban.case.commands import ask_for_person, end_wait, lapse
from miaoban.case.commands import withdraw as withdrawn
from miaoban.case.events import Asked, CaseEvent
from miaoban.operations.cases import Advance, Loaded, Permit, advance, advance_once, filing, read_again
from miaoban.operations.consulting import consulted
from miaoban.operations.once import Once
from miaoban.operations.services import Services, deadline, law_date
from miaoban.operations.settling import Step

Happen = Callable[[Case], tuple[CaseEvent, ...]]


def withdraw(services: Services, case_id: str, reason: str | None, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Withdraw an open case; raises CaseNotFoundError, CaseStateError."""
    return advance_once(services, case_id, once, permit, _act(services, lambda case: withdrawn(case, services.now(), reason)))


def transfer(services: Services, case_id: str, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Hand a case to a person at the applicant's wish; raises CaseNotFoundError, CaseStateError."""
    return advance_once(services, case_id, once, permit, _act(services, lambda case: _to_person(services, case)))


def expire(services: Services, case_id: str, now: datetime) -> Case:
    """End a wait or a correction whose last day has passed at `now`; any other case stays as it is."""
    return advance(services, case_id, _act(services, lambda case: _expired(services, case, now)))


def _to_person(services: Services, case: Case) -> tuple[CaseEvent, ...]:
    return ask_for_person(case, services.now(), *_review(services, case, services.now()))


def _expired(services: Services, case: Case, now: datetime) -> tuple[CaseEvent, ...]:
    if case.deadline is None or law_date(now) <= case.deadline:
        return ()
    if case.status is Status.CORRECTING:
        return lapse(case, now)
    return end_wait(case, now, *_review(services, case, now))


def _review(services: Services, case: Case, now: datetime) -> tuple[date | None, tuple[Asked, ...]]:
    """The last day of a review, and the departments whose opinions it needs."""
    found = filing(services, case)
    limits = found.situation.limits(found.published.matter.limits_in(case.organ.region), case.filled)
    last = deadline(now, limits.review)
    return last, consulted(found, case.filled, now, last)


def _act(services: Services, happen: Happen) -> Callable[[Loaded], Advance | None]:
    def act(loaded: Loaded) -> Advance | None:
        events = happen(loaded.case)
        step = Step(events, loaded.case, loaded.version)
        return Advance(step, read_again(services, loaded.case)) if events else None

    return act
