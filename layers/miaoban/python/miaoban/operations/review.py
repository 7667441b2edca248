"""Review: a person decides what a machine must not, on the same facts, and gives the reason."""

from collections.abc import Mapping
from typing import Any

from miaoban.case.case import Status
from miaoban.case.commands import review as reviewed
from miaoban.decision.conclusion import Conclusions, Said, said
from miaoban.models import Frozen
from miaoban.operations.cases import Advance, Loaded, Permit, advance_once, read_again
from miaoban.operations.judging import judged, licensed
from miaoban.operations.once import Once
from miaoban.operations.ruling import rule
from miaoban.operations.services import Services
from miaoban.operations.settling import Step


class PersonalDecision(Frozen):
    """What an officer decided, and why: to approve or not, or the code of a conclusion where the matter has them.

    `without_opinions` says why opinions that are late are not waited for.
    """

    officer: str
    approve: bool | None = None
    conclusion: str | None = None
    reason: str
    without_opinions: str | None = None

    def of(self, conclusions: Conclusions) -> Said:
        """What it makes of a case with these conclusions, or none; raises PersonalDecisionError."""
        return said(conclusions, self.approve, self.conclusion)


def review(services: Services, case_id: str, decided: PersonalDecision, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Decide a case that is with a person.

    Raises CaseNotFoundError, CaseStateError, OpinionsMissingError, KeyReusedError, PersonalDecisionError.
    """

    def act(loaded: Loaded) -> Advance:
        case = loaded.case
        found = read_again(services, case)
        word = decided.of(found.filing.published.matter.reviewer.conclusions)
        ruling = rule(found, services.now()).by_person(decided.officer, word, decided.reason)
        licence = licensed(services, ruling) if case.status is Status.REVIEWING else None
        events = reviewed(case, judged(ruling, licence, decided.without_opinions if case.missing else None))
        return Advance(Step(events, case, loaded.version, ruling, licence), found)

    return advance_once(services, case_id, once, permit, act)
