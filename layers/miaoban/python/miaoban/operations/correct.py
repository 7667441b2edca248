"""Correct: take the one correction (补正), decide again, and answer."""

from collections.abc import Mapping
from typing import Any

from miaoban.case.case import Case, Status
from miaoban.case.commands import correct as corrected
from miaoban.evidence.privacy import opened, protect
from miaoban.operations.cases import Advance, Loaded, Permit, advance_once, read_again
from miaoban.operations.editions import at_version
from miaoban.operations.judging import judged, licensed
from miaoban.operations.once import Once
from miaoban.operations.ruling import rule
from miaoban.operations.services import Services, law_date
from miaoban.operations.settling import Step


def correct(services: Services, case_id: str, form: Mapping[str, Any], once: Once, permit: Permit) -> Mapping[str, Any]:
    """Replace the given fields and decide again.

    Raises CaseNotFoundError, CaseStateError, CaseOpenError, FormError, KeyReusedError, BusyError.
    """

    def act(loaded: Loaded) -> Advance:
        case = loaded.case
        values = _merged(services, case, form) if case.status is Status.CORRECTING else case.form
        found = read_again(services, case, values)
        found.refuse_second()
        if case.status is Status.CORRECTING:
            found.refuse_unready(law_date(services.now()))
        ruling = rule(found, services.now())
        licence = licensed(services, ruling) if case.status is Status.CORRECTING else None
        events = corrected(case, values, judged(ruling, licence))
        return Advance(Step(events, case, loaded.version, ruling, licence), found)

    return advance_once(services, case_id, once, permit, act)


def _merged(services: Services, case: Case, form: Mapping[str, Any]) -> dict[str, Any]:
    situation, whole = at_version(services, case.matter, case.version).situation(case.situation)
    before = opened(situation.fields, case.form, services.vault)
    checked = whole.check({**before, **form}, "/form")
    return protect(situation.fields, checked.values, services.vault)
