"""What an applicant does: fill, file, look, correct, withdraw, ask for a person. A window does the first two for him."""

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import permit_case
from functions.api.looking import looked_at_draft
from functions.api.materials import viewer
from functions.api.models import (
    ApplicationBody,
    CaseAnswer,
    CaseList,
    CorrectionBody,
    DraftBody,
    EmptyBody,
    PresentPerson,
    WithdrawalBody,
)
from functions.api.routing import operation
from miaoban.access.principal import Role
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.case.events import Party
from miaoban.catalogue.regions import Organ
from miaoban.identifiers import RegionCode
from miaoban.operations.correct import correct
from miaoban.operations.draft import Draft, draft
from miaoban.operations.handing import transfer, withdraw
from miaoban.operations.looks import LookPage, looks_of
from miaoban.operations.reading import own_cases
from miaoban.operations.submit import receiving, submit

routes = Blueprint(__name__)


@operation(routes, Action.CREATE_DRAFT, Draft, DraftBody)
def create_draft(call: Call) -> Draft:
    """Fill a form from what departments hold; writes nothing."""
    body = call.body(DraftBody)
    party = _party(call, body.applicant)
    organ = _require(call, body.matter, body.region, party)
    return looked_at_draft(
        call, party, organ, draft(call.services, body, party, viewer(call) if party.owner == call.owner else None)
    )


@operation(routes, Action.SUBMIT_APPLICATION, CaseAnswer, ApplicationBody, status=201, once=True)
def submit_application(call: Call) -> Mapping[str, Any]:
    """Send an application and have it decided."""
    body = call.body(ApplicationBody)
    party = _party(call, body.applicant)
    _require(call, body.matter, body.region, party)
    if body.checked and not call.principal.has(Role.WINDOW):
        raise call.refuse("/checked", "field-unknown", "只有综合窗口可以说明核对过原件，请删除 checked")
    assisted_by = call.principal.subject if body.applicant else None
    return submit(call.services, body, party, call.key, assisted_by)


@operation(routes, Action.LIST_CASES, CaseList)
def list_cases(call: Call) -> CaseList:
    """List the own cases, newest first."""
    views, cursor = own_cases(call.services, call.owner, call.query.get("cursor"))
    return CaseList(items=views, cursor=cursor)


@operation(routes, Action.READ_DATA_USE, LookPage)
def read_data_use(call: Call) -> LookPage:
    """Read who looked at the own data, newest first."""
    call.require(Resource.data_use(owner=call.owner))
    return looks_of(call.services, call.owner, call.query.get("cursor"))


@operation(routes, Action.CORRECT_CASE, CaseAnswer, CorrectionBody, once=True)
def correct_case(call: Call) -> Mapping[str, Any]:
    """Send the one correction and have the case decided again."""
    form = call.body(CorrectionBody).form
    case = call.path["case"]
    return correct(call.services, case, form, call.once({"case": case, "form": dict(form)}), permit_case(call))


@operation(routes, Action.WITHDRAW_CASE, CaseAnswer, WithdrawalBody, once=True)
def withdraw_case(call: Call) -> Mapping[str, Any]:
    """Withdraw an open case."""
    reason = call.body(WithdrawalBody).reason
    case = call.path["case"]
    return withdraw(call.services, case, reason, call.once({"case": case, "reason": reason}), permit_case(call))


@operation(routes, Action.TRANSFER_TO_PERSON, CaseAnswer, EmptyBody, once=True)
def transfer_to_person(call: Call) -> Mapping[str, Any]:
    """Ask that a person decide instead of a machine."""
    call.body(EmptyBody)
    case = call.path["case"]
    return transfer(call.services, case, call.once({"case": case}), permit_case(call))


def _party(call: Call, present: PresentPerson | None) -> Party:
    """The applicant: who calls, or who stands before the window that calls."""
    if call.principal.has(Role.WINDOW):
        if present is None:
            raise call.refuse("/applicant", "field-missing", "窗口代为提交时，请填写在场申请人的姓名和证件号码")
        return call.party_of(present.number, present.name)
    if present is not None:
        raise call.refuse("/applicant", "field-unknown", "只有综合窗口可以代他人提交，请删除 applicant")
    return call.party


def _require(call: Call, matter: str, region: str, party: Party) -> Organ:
    """The organ that receives, where the caller may file for the party."""
    organ = receiving(call.services, matter, region)
    call.require(Resource.case(owner=party.owner, department=organ.department, region=RegionCode(region)))
    return organ
