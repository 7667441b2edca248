"""Setting a licence aside (撤销, 行政许可法 art. 69): proposed by one officer, decided by another."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from miaoban.canonical import digest_of
from miaoban.case.errors import CaseStateError
from miaoban.case.events import SetAside
from miaoban.catalogue.regions import Organ
from miaoban.decision.conclusion import Conclusions
from miaoban.decision.outcome import Outcome
from miaoban.identifiers import LicenceNumber
from miaoban.ledger.leaf import Leaf
from miaoban.licence.errors import LicenceNotFoundError, LicenceStateError
from miaoban.licence.licence import Licence, LicenceStatus, series
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.cases import load, read_again
from miaoban.operations.errors import NotFoundError
from miaoban.operations.holds import freed
from miaoban.operations.licensing import licence_key, replaced
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.review import PersonalDecision
from miaoban.operations.services import Services, law_date
from miaoban.operations.settling import Step, happening
from miaoban.operations.views import view
from miaoban.storage import Commit, Item, Items, Key, Put, Write


class Proposal(Frozen):
    """A proposal to set a licence aside, until another officer decides it."""

    task: str
    licence: str
    organ: Organ
    matter_name: str
    holder_name: str
    proposer: str
    reason: str
    proposed_at: datetime
    approver: str | None = None
    approved: bool | None = None
    decision_reason: str | None = None


PREFIX = "set-aside:"
NO_CONCLUSIONS: Final[Conclusions] = {}
"""A proposal is approved or not."""
PermitLicence = Callable[[Licence], None]
PermitProposal = Callable[[Proposal], None]


def proposal_key(number: str) -> Key:
    """Where the proposal for a licence lies."""
    return keys.proposal(series(number), LicenceNumber(number).version)


def leaf_key(region: str, day: date, leaf: Leaf) -> Key:
    """Where the ledger has the setting aside: beside the case's decisions, under the number of the case's event."""
    return keys.leaf(region, day, leaf.case, 0)._replace(sort=f"{leaf.case}#S{leaf.sequence:04}")


def propose(services: Services, number: str, officer: str, reason: str, once: Once, permit: PermitLicence) -> Mapping[str, Any]:
    """Propose to set a licence aside; raises LicenceNotFoundError, LicenceStateError."""

    def attempt() -> Mapping[str, Any]:
        items = services.store.read([licence_key(number), proposal_key(number), once.key])
        licence = _licence(items, number)
        permit(licence)
        answered = once.answered(items)
        if answered is not None:
            return answered
        _refuse_second(licence, items, number)
        proposal = _proposal(licence, officer, reason, services.now())
        answer = view(proposal)
        replaces = items[proposal_key(number)].version if proposal_key(number) in items else 0
        item = _item(proposal, replaces + 1)
        services.store.commit(Commit((Put(item, replaces), once.remember(answer))))
        return answer

    return retried(attempt)


def decide_proposal(
    services: Services, task: str, decided: PersonalDecision, once: Once, permit: PermitProposal
) -> Mapping[str, Any]:
    """Decide a proposal by a second officer; raises NotFoundError, CaseStateError, LicenceStateError, PersonalDecisionError."""
    number = task.removeprefix(PREFIX)

    def attempt() -> Mapping[str, Any]:
        items = services.store.read([licence_key(number), proposal_key(number), once.key])
        proposal = read_proposal(items, number)
        permit(proposal)
        answered = once.answered(items)
        if answered is not None:
            return answered
        if proposal.approved is not None:
            raise CaseStateError("这个撤销建议已经有人决定，请刷新后查看结果")
        return _decide(services, items, proposal, decided, once)

    return retried(attempt)


def read_proposal(items: Items, number: str) -> Proposal:
    """The proposal among what was read; raises NotFoundError."""
    item = items.get(proposal_key(number))
    if item is None:
        raise NotFoundError("没有这个任务，请核对任务编号")
    return Proposal.read(item.body)


def _decide(services: Services, items: Items, proposal: Proposal, decided: PersonalDecision, once: Once) -> Mapping[str, Any]:
    approved = decided.of(NO_CONCLUSIONS).outcome is Outcome.APPROVED
    done = proposal.model_copy(update={"approver": decided.officer, "approved": approved, "decision_reason": decided.reason})
    answer = view(done)
    version = items[proposal_key(proposal.licence)].version
    writes: list[Write] = [Put(_item(done, version + 1), version), once.remember(answer)]
    if approved:
        writes += _set_aside(services, items, done)
    services.store.commit(Commit(tuple(writes)))
    return answer


def _set_aside(services: Services, items: Items, done: Proposal) -> list[Write]:
    """The licence ends, its unique key is free, and the case that brought it says so, in the ledger too."""
    number, now = done.licence, services.now()
    licence = _licence(items, number)
    loaded = load(services, licence.terms.case)
    found = read_again(services, loaded.case)
    told = {"licence": number, "proposer": done.proposer, "by": done.approver, "reason": done.decision_reason}
    event = SetAside.model_validate({"at": now, **told})
    step = Step((event,), loaded.case, loaded.version, correlation=services.correlation)
    leaf = Leaf(case=licence.terms.case, sequence=step.after.events, receipt=digest_of(done.text()), at=now)
    region, day = licence.terms.organ.region, law_date(now)
    guard = found.items.get(found.unique)
    free = freed(guard, number) if guard else None
    return [
        *happening(step, found.unique),
        Put(Item(leaf_key(region, day, leaf), leaf.text())),
        replaced(items[licence_key(number)], licence.set_aside(day)),
        *([free] if free else []),
    ]


def _refuse_second(licence: Licence, items: Items, number: str) -> None:
    if licence.status is not LicenceStatus.VALID:
        raise LicenceStateError(f"证照{number}已不在有效状态，无需撤销")
    if proposal_key(number) in items and read_proposal(items, number).approved is None:
        raise LicenceStateError(f"证照{number}已有待决定的撤销建议，请由另一名审批人决定")


def _licence(items: Items, number: str) -> Licence:
    item = items.get(licence_key(number))
    if item is None:
        raise LicenceNotFoundError("没有这个证照，请核对证照编号")
    return Licence.read(item.body)


def _proposal(licence: Licence, officer: str, reason: str, now: datetime) -> Proposal:
    terms = licence.terms
    return Proposal(
        task=PREFIX + licence.number,
        licence=licence.number,
        organ=terms.organ,
        matter_name=terms.matter_name,
        holder_name=terms.holder.name,
        proposer=officer,
        reason=reason,
        proposed_at=now,
    )


def _item(proposal: Proposal, version: int) -> Item:
    waiting = proposal.approved is None
    queue = keys.tasks_of(proposal.organ) if waiting else None
    queue_at = f"{law_date(proposal.proposed_at).isoformat()}#{proposal.task}" if waiting else None
    return Item(proposal_key(proposal.licence), proposal.text(), version=version, queue=queue, queue_at=queue_at)
