"""Looking: what is answered of another's data is written down before it leaves, and what is refused is written down too."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from functions.api.calls import Call
from miaoban.access.routes import Action
from miaoban.canonical import digest
from miaoban.case.case import Case
from miaoban.case.events import Party
from miaoban.catalogue.condition import Basis
from miaoban.catalogue.regions import Organ
from miaoban.evidence.look import Look, Reader, Seen
from miaoban.licence.licence import Licence
from miaoban.operations.disputes import DisputePage
from miaoban.operations.draft import Draft
from miaoban.operations.editions import at_version
from miaoban.operations.looking import Taken, write_down

Answer = TypeVar("Answer", bound=BaseModel | Mapping[str, Any])

STATUTE: Final = (Basis(law="中华人民共和国个人信息保护法", article="第三十四条"),)
"""State organs handle personal information for their statutory duties, within their powers and by their procedures."""
PURPOSES: Final[Mapping[Action, str]] = {
    Action.CREATE_DRAFT: "窗口代为填报",
    Action.SUBMIT_APPLICATION: "窗口代为提交",
    Action.READ_CASE: "办理或者答复办件",
    Action.READ_MATERIAL: "查看材料",
    Action.READ_TIMELINE: "了解办理过程",
    Action.READ_RECEIPT: "核对决定的依据",
    Action.READ_LICENCE: "核对证照",
    Action.LIST_TASKS: "领取任务",
    Action.READ_TASK: "审核办件",
    Action.LIST_FLAGS: "处理监察线索",
    Action.LIST_DISPUTES: "核对有异议的数据",
    Action.READ_FLAG: "处理监察线索",
}
"""To what end an operation reads another's data; others are refused under their own name."""
CASE, STAFF_LETTERS = "办件", 16


def looked(call: Call, case: Case, answer: Answer, *fields: str) -> Answer:
    """The answer about a case, once it is written down who got it; the owner itself leaves no trace."""
    write(call, [(case, answer, fields)])
    return answer


def write(call: Call, several: Iterable[tuple[Case, BaseModel | Mapping[str, Any], Iterable[str]]]) -> None:
    """Write down who gets several answers about cases of others."""
    taken = [
        Taken(case.party.owner, case.organ, _look(call, case, fields, digest(_document(answer))))
        for case, answer, fields in several
        if case.party.owner != call.owner
    ]
    if taken:
        write_down(call.services, taken)


def looked_at_licence(call: Call, licence: Licence, answer: Answer) -> Answer:
    """The answer about a licence, once it is written down who got it."""
    terms = licence.terms
    if terms.owner != call.owner:
        seen = Seen(name="证照", fields=tuple(line.label for line in terms.contents))
        told = {"case": terms.case, "matter": terms.matter, "matter_name": terms.name, "seen": (seen,)}
        look = _made(call, digest=digest(_document(answer)), **told)
        write_down(call.services, [Taken(terms.owner, terms.organ, look)])
    return answer


def looked_at_draft(call: Call, party: Party, organ: Organ, answer: Draft) -> Draft:
    """The draft for somebody who stands at a window, once it is written down what the window was shown."""
    if party.owner != call.owner:
        shown: dict[tuple[str, str], list[str]] = {}
        for field in answer.fields:
            if field.value is not None and field.source:
                shown.setdefault((field.source, field.source_name or field.source), []).append(field.label)
        seen = tuple(Seen(source=source, name=name, fields=tuple(some)) for (source, name), some in shown.items())
        look = _made(call, matter=answer.matter, seen=seen, digest=digest(_document(answer)))
        write_down(call.services, [Taken(party.owner, organ, look)])
    return answer


def looked_at_disputes(call: Call, page: DisputePage) -> DisputePage:
    """The disputes for a department, once it is written down of each person that it was shown."""
    for task in page.items:
        seen = Seen(source=task.source, name="数据异议", fields=(task.label,))
        look = _made(call, case=task.case, matter_name=task.matter_name, seen=(seen,), digest=digest(_document(task)))
        write_down(call.services, [Taken(task.owner, task.organ, look)])
    items = tuple(task.model_copy(update={"owner": ""}) for task in page.items)
    return page.model_copy(update={"items": items})


def refused(call: Call, case: Case) -> None:
    """Write down that somebody was refused what it wanted of another's case."""
    if case.party.owner != call.owner:
        look = _look(call, case, (), None).model_copy(update={"outcome": "refused", "seen": ()})
        write_down(call.services, [Taken(case.party.owner, case.organ, look)])


def labels(call: Call, case: Case) -> tuple[str, ...]:
    """The labels of what a case's form holds."""
    fields = at_version(call.services, case.matter, case.version).matter.fields
    return tuple(fields[code].label for code, value in case.filled.items() if code in fields and value is not None)


def _look(call: Call, case: Case, fields: Iterable[str], answer: str | None) -> Look:
    seen = (Seen(name=CASE, fields=tuple(fields)),)
    return _made(call, case=case.id, matter=case.matter, matter_name=case.matter_name, seen=seen, digest=answer)


def _made(call: Call, **told: Any) -> Look:
    services = call.services
    purpose = PURPOSES.get(call.action, call.action.value)
    return Look(id=services.new_id(12), at=services.now(), reader=_reader(call), purpose=purpose, basis=STATUTE, **told)


def _reader(call: Call) -> Reader:
    principal = call.principal
    staff = call.services.vault.pseudonym("staff", principal.subject)[:STAFF_LETTERS]
    region = str(principal.region) if principal.region else None
    return Reader(role=principal.roles[0].value, department=principal.department, region=region, staff=staff)


def _document(answer: BaseModel | Mapping[str, Any]) -> Any:
    return answer.model_dump(mode="json", exclude_none=True) if isinstance(answer, BaseModel) else answer
