"""What an officer does: take tasks, decide them or give an opinion with a reason, propose to set a licence aside."""

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import permit_licence, permit_look, permit_opinion, permit_proposal, permit_review
from functions.api.looking import labels, looked, write
from functions.api.models import CaseAnswer, DecidedTask, DecisionBody, OpinionBody, SetAsideBody, Task, TaskList
from functions.api.routing import operation
from miaoban.access.routes import Action
from miaoban.case.case import Case, Status
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.consulting import Consultation
from miaoban.operations.editions import at_version
from miaoban.operations.errors import NotFoundError
from miaoban.operations.opining import DepartmentOpinion, opine
from miaoban.operations.reading import page_of_queue
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.set_aside import PREFIX, Proposal, decide_proposal, proposal_key, propose, read_proposal
from miaoban.operations.views import case_view
from miaoban.storage import Item

routes = Blueprint(__name__)
_LISTED = ("申请人", "理由")
"""What a list of tasks shows of a person."""


@operation(routes, Action.LIST_TASKS, TaskList)
def list_tasks(call: Call) -> TaskList:
    """List the tasks of the own department in the own region, soonest deadline first."""
    principal = call.principal
    partition = keys.tasks(principal.department or "", str(principal.region))
    page = page_of_queue(call.services, partition, call.query.get("cursor"))
    listed = [(item, task) for item in page.items if (task := _task(call, item)) is not None]
    write(call, ((Case.read(item.body), task, _LISTED) for item, task in listed if item.key.sort == "CASE"))
    return TaskList(items=tuple(task for _, task in listed), cursor=page.cursor)


@operation(routes, Action.READ_TASK, Task)
def read_task(call: Call) -> Task:
    """Read one task: for a case, with its form and both values of every comparison."""
    task = call.path["task"]
    if task.startswith(PREFIX):
        proposal = _proposal(call, task)
        permit_proposal(call)(proposal)
        return _set_aside(proposal)
    case = load(call.services, task).case
    permit_look(call)(case)
    if case.status is not Status.REVIEWING:
        raise NotFoundError("这个任务已经办结，请刷新任务列表")
    return looked(call, case, _review(call, case, with_form=True), *labels(call, case))


@operation(routes, Action.DECIDE_TASK, DecidedTask, DecisionBody, once=True)
def decide_task(call: Call) -> Mapping[str, Any]:
    """Decide a task, by a conclusion where it has them, with a reason."""
    body, task = call.body(DecisionBody), call.path["task"]
    said = body.model_dump(exclude_none=True)
    decided = PersonalDecision(officer=call.principal.subject, **said)
    once = call.once({"task": task, **said})
    if task.startswith(PREFIX):
        return decide_proposal(call.services, task, decided, once, permit_proposal(call))
    return review(call.services, task, decided, once, permit_review(call))


@operation(routes, Action.GIVE_OPINION, CaseAnswer, OpinionBody, once=True)
def give_opinion(call: Call) -> Mapping[str, Any]:
    """Give the own department's opinion on a case that another decides, with a reason."""
    body, case = call.body(OpinionBody), call.path["task"]
    told = DepartmentOpinion(officer=call.principal.subject, department=call.principal.department or "", **body.model_dump())
    return opine(call.services, case, told, call.once({"task": case, **body.model_dump()}), permit_opinion(call))


@operation(routes, Action.PROPOSE_SET_ASIDE, Proposal, SetAsideBody, status=201, once=True)
def propose_set_aside(call: Call) -> Mapping[str, Any]:
    """Propose to set a licence aside; another officer decides."""
    number, reason = call.path["licence"], call.body(SetAsideBody).reason
    once = call.once({"licence": number, "reason": reason})
    return propose(call.services, number, call.principal.subject, reason, once, permit_licence(call))


def _task(call: Call, item: Item) -> Task | None:
    """A task as it stands in the queue; None for what an older index entry still shows."""
    if item.key.sort == "CASE":
        return _review(call, Case.read(item.body), with_form=False)
    if item.key.sort.startswith("CONSULTATION#"):
        return _opinion(Consultation.read(item.body))
    proposal = Proposal.read(item.body)
    return _set_aside(proposal) if proposal.approved is None else None


def _review(call: Call, case: Case, *, with_form: bool) -> Task:
    published = at_version(call.services, case.matter, case.version)
    view = case_view(case, published if with_form else None)
    department = call.principal.department
    if department != case.organ.department:
        (opinion,) = (one for one in case.opinions if one.department == department)
        asked = Consultation(case=case.id, matter_name=case.matter_name, organ=case.organ, opinion=opinion)
        return _opinion(asked).model_copy(update={"case": view})
    return Task(
        task=case.id,
        kind="review",
        matter_name=case.matter_name,
        organ=case.organ,
        role=published.matter.reviewer.name,
        conclusions=published.matter.reviewer.conclusions,
        deadline=case.deadline.isoformat() if case.deadline else None,
        case=view,
        opinions=case.opinions,
    )


def _opinion(asked: Consultation) -> Task:
    return Task(
        task=asked.case,
        kind="opinion",
        matter_name=asked.matter_name,
        organ=asked.organ,
        role=asked.opinion.by,
        deadline=asked.opinion.deadline.isoformat() if asked.opinion.deadline else None,
        opinions=(asked.opinion,),
    )


def _set_aside(proposal: Proposal) -> Task:
    return Task(
        task=proposal.task,
        kind="set-aside",
        matter_name=proposal.matter_name,
        organ=proposal.organ,
        licence=proposal.licence,
        proposer=proposal.proposer,
        reason=proposal.reason,
    )


def _proposal(call: Call, task: str) -> Proposal:
    number = task.removeprefix(PREFIX)
    return read_proposal(call.services.store.read([proposal_key(number)]), number)
