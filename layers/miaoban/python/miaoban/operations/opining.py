"""Opining: a department that was asked says whether it agrees, and why."""

from collections.abc import Mapping
from typing import Any

from miaoban.case.commands import opine as opined
from miaoban.case.events import Opined
from miaoban.models import Frozen
from miaoban.operations.cases import Advance, Loaded, Permit, advance_once, read_again
from miaoban.operations.once import Once
from miaoban.operations.services import Services
from miaoban.operations.settling import Step


class DepartmentOpinion(Frozen):
    """What an officer of a department says of its items, and why."""

    officer: str
    department: str
    agree: bool
    reason: str


def opine(services: Services, case_id: str, told: DepartmentOpinion, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Take a department's opinion on a case; raises CaseNotFoundError, CaseStateError, KeyReusedError."""

    def act(loaded: Loaded) -> Advance:
        said = {"by": told.officer, "department": told.department, "agree": told.agree, "reason": told.reason}
        events = opined(loaded.case, Opined(at=services.now(), **said))
        return Advance(Step(events, loaded.case, loaded.version), read_again(services, loaded.case))

    return advance_once(services, case_id, once, permit, act)
