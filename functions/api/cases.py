"""Looking at cases and licences: the owner, and those whose work needs it."""

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import case_resource, permit_case, permit_licence
from functions.api.looking import labels, looked, looked_at_licence
from functions.api.models import CaseAnswer, Happening, LicenceList, Timeline
from functions.api.routing import operation
from miaoban.access.policy import policy
from miaoban.access.routes import Action
from miaoban.decision.receipt import Proof
from miaoban.operations.cases import load
from miaoban.operations.disputing import DisputeBody, dispute
from miaoban.operations.notify import InboxPage, read_inbox
from miaoban.operations.reading import case_in_words, happenings, own_licences, proof, read_licence
from miaoban.operations.services import law_date
from miaoban.operations.views import LicenceView, licence_view

routes = Blueprint(__name__)


@operation(routes, Action.READ_CASE, CaseAnswer)
def read_case(call: Call) -> Mapping[str, Any]:
    """Read a case, its reasons and its form."""
    case = load(call.services, call.path["case"]).case
    permit_case(call)(case)
    phones = policy().permits(call.principal, Action.READ_PHONE, case_resource(case))
    return looked(call, case, case_in_words(call.services, case, phones=phones), *labels(call, case))


@operation(routes, Action.DISPUTE_VALUE, CaseAnswer, DisputeBody, once=True)
def dispute_value(call: Call) -> Mapping[str, Any]:
    """Dispute a value that a department's record says; the case waits for the department's answer."""
    body, case = call.body(DisputeBody), call.path["case"]
    once = call.once({"case": case, **body.model_dump()})
    return dispute(call.services, case, call.principal.subject, body, once, permit_case(call))


@operation(routes, Action.READ_TIMELINE, Timeline)
def read_timeline(call: Call) -> Timeline:
    """Read what happened to a case."""
    case = load(call.services, call.path["case"]).case
    permit_case(call)(case)
    items, cursor = happenings(call.services, case.id, call.query.get("cursor"))
    told = Timeline(items=tuple(Happening.model_validate(item) for item in items), cursor=cursor)
    return looked(call, case, told, "办理过程")


@operation(routes, Action.READ_RECEIPT, Proof)
def read_receipt(call: Call) -> Proof:
    """Read the last receipt of a case, with all that deciding it again needs."""
    case = load(call.services, call.path["case"]).case
    permit_case(call)(case)
    return looked(call, case, proof(call.services, case), "决定回执", *labels(call, case))


@operation(routes, Action.LIST_LICENCES, LicenceList)
def list_licences(call: Call) -> LicenceList:
    """List the own licences, newest first."""
    views, cursor = own_licences(call.services, call.owner, call.query.get("cursor"))
    return LicenceList(items=views, cursor=cursor)


@operation(routes, Action.READ_LICENCE, LicenceView)
def read_one_licence(call: Call) -> LicenceView:
    """Read a licence with its QR text."""
    licence = read_licence(call.services, call.path["licence"])
    permit_licence(call)(licence)
    return looked_at_licence(call, licence, licence_view(licence, law_date(call.services.now())))


@operation(routes, Action.READ_INBOX, InboxPage)
def read_own_inbox(call: Call) -> InboxPage:
    """Read the own inbox, newest first."""
    return read_inbox(call.services, call.owner, call.query.get("cursor"))
