"""Resume: a source has spoken, so a waiting case is decided again."""

from miaoban.case.case import Case, Status
from miaoban.case.commands import resume as resumed
from miaoban.operations.cases import Advance, Loaded, advance, read_again
from miaoban.operations.disputes import answered
from miaoban.operations.judging import judged, licensed
from miaoban.operations.ruling import rule
from miaoban.operations.services import Services
from miaoban.operations.settling import Step


def resume(services: Services, case_id: str) -> Case:
    """Decide a waiting case on what is known now; any other case, or a case none the wiser, stays as it is.

    Raises CaseNotFoundError, BusyError.
    """

    def act(loaded: Loaded) -> Advance | None:
        case = loaded.case
        if case.status is not Status.WAITING:
            return None
        found = read_again(services, case)
        ruling = rule(found, services.now())
        if not answered(case, ruling.gathered):
            return None
        licence = licensed(services, ruling)
        events = resumed(case, judged(ruling, licence))
        return Advance(Step(events, case, loaded.version, ruling, licence), found) if events else None

    return advance(services, case_id, act)
