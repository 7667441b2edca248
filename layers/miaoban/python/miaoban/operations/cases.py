"""Cases as operations meet them: loaded, permitted, advanced by one step, answered once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from miaoban.case.case import Case
from miaoban.case.errors import CaseErasedError, CaseNotFoundError
from miaoban.operations import keys
from miaoban.operations.editions import at_version
from miaoban.operations.erasures import erasure_of
from miaoban.operations.filings import Filing, filing_of
from miaoban.operations.looks import decision_looks
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.ruling import Read, read
from miaoban.operations.services import Services
from miaoban.operations.settling import Step, settle
from miaoban.operations.views import case_view, view
from miaoban.storage import Commit, Items, Key

Permit = Callable[[Case], None]
Act = Callable[["Loaded"], "Advance | None"]


@dataclass(frozen=True)
class Loaded:
    """A case as stored, its item's version, and what else was read with it."""

    case: Case
    version: int
    items: Items


@dataclass(frozen=True)
class Advance:
    """One step to take, and the read that it was decided on."""

    step: Step
    read: Read


def load(services: Services, case_id: str, more: Iterable[Key] = ()) -> Loaded:
    """Read a case; raises CaseErasedError, CaseNotFoundError."""
    items = services.store.read([keys.case(case_id), *more])
    item = items.get(keys.case(case_id))
    if item is None:
        erasure = erasure_of(services, keys.case(case_id))
        if erasure:
            raise CaseErasedError(f"这个办件的{erasure.says}")
        raise CaseNotFoundError("没有这个办件，请核对办件编号")
    return Loaded(Case.read(item.body), item.version, items)


def read_again(services: Services, case: Case, form: Mapping[str, Any] | None = None) -> Read:
    """Read all that a new ruling on a case needs, by the edition that the case began with."""
    return read(services, filing(services, case, form), before=None if form is None else case.form)


def filing(services: Services, case: Case, form: Mapping[str, Any] | None = None) -> Filing:
    """The filing of a case, or of its correction."""
    return filing_of(case, at_version(services, case.matter, case.version), form)


def advance(services: Services, case_id: str, act: Act) -> Case:
    """Take one step of a case, on fresh data after a conflict; the case as it then stands."""
    return retried(lambda: _advance(services, load(services, case_id), act, None)[0])


def advance_once(services: Services, case_id: str, once: Once, permit: Permit, act: Act) -> Mapping[str, Any]:
    """Take one step asked for by a person who may, and answer the same to the same Idempotency-Key."""

    def attempt() -> Mapping[str, Any]:
        loaded = load(services, case_id, [once.key])
        permit(loaded.case)
        answered = once.answered(loaded.items)
        return answered if answered is not None else _advance(services, loaded, act, once)[1]

    return retried(attempt)


def _advance(services: Services, loaded: Loaded, act: Act, once: Once | None) -> tuple[Case, Mapping[str, Any]]:
    taken = act(loaded)
    if taken is None:
        return loaded.case, {}
    after = taken.step.after
    answer = view(case_view(after))
    remembered = (once.remember(answer),) if once else ()
    step = replace(taken.step, correlation=services.correlation, answered=once.key if once else None)
    looks = decision_looks(services, step)
    services.store.commit(Commit((*settle(step, taken.read).writes, *looks, *remembered)))
    return after, answer
