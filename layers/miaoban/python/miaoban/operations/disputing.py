"""Disputing (校核纠错): a value of a department's record is held to be wrong; the department corrects it, or upholds it.

While it is disputed the case waits for that record, on the law's clock. A record that was corrected decides the case again,
pushed by the department or asked for anew at its word; one that is upheld goes with both sides to a person, and so does a
dispute that nobody answers in time.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field as Declared

from miaoban.case.case import Case
from miaoban.case.commands import dispute as disputed
from miaoban.case.commands import uphold as upheld
from miaoban.case.errors import CaseStateError
from miaoban.case.events import Disputed, Upheld, WaitedRecord
from miaoban.catalogue.errors import Problem, ProblemsError
from miaoban.evidence.record import State
from miaoban.models import Frozen
from miaoban.operations.asks import Ask, ask_for, ask_item, ask_key
from miaoban.operations.cases import Advance, Loaded, Permit, advance_once, load, read_again
from miaoban.operations.catching_up import Prompt
from miaoban.operations.consulting import consulted
from miaoban.operations.gathering import Gathered, Wanted, gather
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.ruling import Read
from miaoban.operations.services import Services, deadline
from miaoban.operations.settling import Step
from miaoban.storage import Commit, Put


class DisputeError(ProblemsError):
    """Raised when what is disputed is no value of a record that the case was compared with."""

    code = "dispute-invalid"


class DisputeBody(Frozen):
    """What is disputed: a field of a source's record, what is held to be right, and why."""

    source: str = Declared(max_length=60)
    field: str = Declared(max_length=60)
    says: str = Declared(min_length=1, max_length=500)
    reason: str = Declared(min_length=1, max_length=1000)


def dispute(services: Services, case_id: str, by: str, body: DisputeBody, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Dispute a value; raises CaseNotFoundError, CaseStateError, CaseOpenError, DisputeError, KeyReusedError."""

    def act(loaded: Loaded) -> Advance:
        found = read_again(services, loaded.case)
        found.refuse_second()
        event = _disputed(services, found, by, body)
        return Advance(Step(disputed(loaded.case, event), loaded.case, loaded.version), found)

    return advance_once(services, case_id, once, permit, act)


def correct_value(services: Services, case_id: str, once: Once, permit: Permit) -> Mapping[str, Any]:
    """The department has corrected what it answers: it is asked anew, and another answer decides the case again.

    Raises CaseNotFoundError, CaseStateError where nothing is disputed, or its source pushes its records itself.
    """

    def attempt() -> Mapping[str, Any]:
        loaded = load(services, case_id, [once.key])
        permit(loaded.case)
        answered = once.answered(loaded.items)
        if answered is not None:
            return answered
        found = read_again(services, loaded.case)
        wanted = _asked_anew(loaded.case, found)
        item, now = found.items.get(ask_key(wanted.key)), services.now()
        ask = Ask.read(item.body) if item else ask_for(found.filing, wanted, loaded.case.deadline, now)
        version = item.version if item else 0
        anew = Put(ask_item(ask.model_copy(update={"since": now, "next_at": now}), version + 1), replaces=version)
        answer = {"case": case_id}
        services.store.commit(Commit((anew, once.remember(answer))))
        services.prompts.send([Prompt(record=wanted.key.partition).text()])
        return answer

    return retried(attempt)


def _asked_anew(case: Case, found: Read) -> Wanted:
    """The record that is disputed, where its source is asked; raises CaseStateError."""
    told = case.dispute
    if told is None:
        raise CaseStateError("这个办件没有待答复的异议，请刷新列表")
    same = (one for one in found.records if one.source.code == told.source and one.record_key == told.record.key)
    wanted = next(same, None)
    if wanted is None:
        raise CaseStateError(f"这个办件不再用到{told.source_name}的这条记录，请刷新列表")
    if wanted.asked_kind is None:
        raise CaseStateError(f"{told.source_name}的记录由贵部门报送：请报送更正后的记录，收到后自动重新决定")
    return wanted


def uphold(services: Services, case_id: str, by: str, note: str, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Uphold a value that was disputed: the case goes to a person; raises CaseNotFoundError, CaseStateError."""

    def act(loaded: Loaded) -> Advance:
        case, found = loaded.case, read_again(services, loaded.case)
        filing, now = found.filing, services.now()
        limits = filing.situation.limits(filing.published.matter.limits_in(case.organ.region), case.filled)
        last = deadline(now, limits.review)
        event = Upheld(at=now, by=by, note=note, deadline=last, asked=consulted(filing, case.filled, now, last))
        return Advance(Step(upheld(case, event), case, loaded.version), found)

    return advance_once(services, case_id, once, permit, act)


def _disputed(services: Services, found: Read, by: str, body: DisputeBody) -> Disputed:
    gathered = gather(found.records, found.items, services.now())
    wanted = _wanted(gathered, body)
    evidence, filing = gathered.evidence[wanted.name], found.filing
    limits = filing.situation.limits(filing.published.matter.limits_in(filing.organ.region), filing.form)
    return Disputed(
        at=services.now(),
        by=by,
        source=wanted.source.code,
        source_name=wanted.source.name,
        department=wanted.source.owner,
        record_kind=wanted.use.kind,
        key=wanted.stored_key(filing.form, filing.party),
        field=body.field,
        label=wanted.kind.fields[body.field].label,
        says=body.says,
        reason=body.reason,
        digest=evidence.digest or "",
        record=WaitedRecord(source=wanted.source.code, key=wanted.record_key),
        deadline=deadline(services.now(), limits.wait),
    )


def _wanted(gathered: Gathered, body: DisputeBody) -> Wanted:
    """The record that is meant; raises DisputeError."""
    named = [wanted for wanted in gathered.wanted if wanted.source.code == body.source]
    held = [wanted for wanted in named if gathered.evidence[wanted.name].state is State.HELD]
    found = next((wanted for wanted in held if body.field in wanted.kind.fields), None)
    if found is None:
        pointer, says = ("/field", "记录里没有这个字段") if held else ("/source", "办件没有用到这个数源的记录")
        raise DisputeError([Problem(pointer=pointer, code="dispute-invalid", message=f"{says}，不能提出异议，请核对")])
    return found
