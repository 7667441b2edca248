"""Reading: cases, licences, timelines, receipts and queues as pages of views."""

from collections.abc import Mapping
from typing import Any

from miaoban.case.case import Case
from miaoban.case.errors import CaseNotFoundError
from miaoban.case.events import CaseEvent, Disputed, Handed, Judged, Opined, SetAside, Upheld, Withdrawn
from miaoban.catalogue.fields import FieldType
from miaoban.decision.receipt import Proof, proof_of
from miaoban.identifiers import IdentifierError
from miaoban.licence.errors import LicenceErasedError, LicenceNotFoundError
from miaoban.licence.licence import Licence
from miaoban.operations import keys
from miaoban.operations.editions import at_version
from miaoban.operations.erasures import erasure_of
from miaoban.operations.happened import Happened
from miaoban.operations.licensing import licence_key
from miaoban.operations.services import Services, law_date
from miaoban.operations.views import CaseView, LicenceView, case_view, licence_view, reason, view
from miaoban.storage import Index, Page, Range


def own_cases(services: Services, owner: str, cursor: str | None) -> tuple[tuple[CaseView, ...], str | None]:
    """A person's cases, newest first."""
    page = _owned(services, owner, "CASE#", cursor)
    return tuple(case_view(Case.read(item.body)) for item in page.items), page.cursor


def own_licences(services: Services, owner: str, cursor: str | None) -> tuple[tuple[LicenceView, ...], str | None]:
    """A person's licences, newest first."""
    page = _owned(services, owner, "LICENCE#", cursor)
    today = law_date(services.now())
    return tuple(licence_view(Licence.read(item.body), today) for item in page.items), page.cursor


def _owned(services: Services, owner: str, prefix: str, cursor: str | None) -> Page:
    end = prefix[:-1] + "$"
    return services.store.query(Range(Index.OWNER, owner, start=prefix, end=end, descending=True, cursor=cursor))


def page_of_queue(services: Services, partition: str, cursor: str | None) -> Page:
    """A page of what somebody must act on, soonest first."""
    return services.store.query(Range(Index.QUEUE, partition, cursor=cursor))


def case_in_words(services: Services, case: Case, *, phones: bool) -> Mapping[str, Any]:
    """A case with its form; without telephone numbers for those whose work does not need them."""
    published = at_version(services, case.matter, case.version)
    words = case_view(case, published)
    if phones or words.form is None:
        return view(words)
    hidden = {code for code, field in published.matter.fields.items() if field.type is FieldType.MOBILE}
    form = {code: value for code, value in words.form.items() if code not in hidden}
    return view(words.model_copy(update={"form": form}))


def happenings(services: Services, case_id: str, cursor: str | None) -> tuple[tuple[Mapping[str, Any], ...], str | None]:
    """What happened to a case, oldest first."""
    partition = keys.case(case_id).partition
    page = services.store.query(Range(None, partition, start="EVENT#", end="EVENT$", cursor=cursor))
    return tuple(_happening(Happened.read(item.body)) for item in page.items), page.cursor


def _happening(happened: Happened) -> Mapping[str, Any]:
    told = {"number": happened.number, "type": happened.type, "status": happened.status, "at": happened.at}
    return {**told, **_told(happened.event)}


def _told(event: CaseEvent) -> Mapping[str, Any]:
    """What people see of an event beside its kind."""
    match event:
        case Judged():
            return {
                "by": event.by,
                "reason": event.reason,
                "conclusion": event.conclusion,
                "waiting_for": event.waiting_for,
                "reasons": tuple(reason(verdict) for verdict in event.reasons),
                "direction": event.direction,
                "without_opinions": event.without,
            }
        case Opined() | SetAside():
            return {name: getattr(event, name) for name in ("by", "department", "agree", "reason") if hasattr(event, name)}
        case Disputed():
            return {"by": event.by, "reason": f"{event.source_name}“{event.label}”有异议：{event.reason}"}
        case Upheld():
            return {"by": event.by, "reason": event.note}
        case Handed():
            return {"reason": event.why}
        case _:
            return {"reason": event.reason or event.why} if isinstance(event, Withdrawn) else {}


def read_licence(services: Services, number: str) -> Licence:
    """A licence version; raises LicenceErasedError, LicenceNotFoundError."""
    try:
        key = licence_key(number)
    except IdentifierError as error:
        raise LicenceNotFoundError(f"证照编号不正确：{error}") from error
    item = services.store.read([key]).get(key)
    if item is None:
        erasure = erasure_of(services, key)
        if erasure:
            raise LicenceErasedError(f"这个证照的{erasure.says}")
        raise LicenceNotFoundError("没有这个证照，请核对证照编号")
    return Licence.read(item.body)


def proof(services: Services, case: Case) -> Proof:
    """The last receipt of a case with the edition that decided it; raises CaseNotFoundError before any decision."""
    key = keys.receipt(case.id, case.receipts)
    item = services.store.read([key]).get(key)
    if item is None:
        raise CaseNotFoundError("这个办件还没有决定回执")
    return proof_of(item.body, at_version(services, case.matter, case.version).edition)
