"""What a supervisor does: look at flags of the region, close them with what was found, and see how sources stand."""

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import permit_flag
from functions.api.looking import write
from functions.api.models import ClosureBody, FlagList
from functions.api.routing import operation
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.identifiers import IdentifierError, RegionCode
from miaoban.operations.flagging import Flag
from miaoban.operations.handing_up import Reconciliations, reconciliations
from miaoban.operations.standing import Standings, standings
from miaoban.operations.supervise import cases_of, close_flag, open_flags, read_flag

routes = Blueprint(__name__)
_FLAGGED = ("持证主体", "线索理由")
"""What a flag shows of a person."""


@operation(routes, Action.LIST_STANDINGS, Standings)
def list_standings(call: Call) -> Standings:
    """List how sources stand, how many questions wait for each, and which matters degrade."""
    call.require(Resource.sources())
    return standings(call.services, call.query.get("cursor"))


@operation(routes, Action.LIST_RECONCILIATIONS, Reconciliations)
def list_reconciliations(call: Call) -> Reconciliations:
    """List what comparing a region's days with the upper-level platform came to, newest first."""
    region = call.query.get("region", "")
    try:
        call.require(Resource.flag(region=RegionCode(region)))
    except IdentifierError as error:
        raise call.refuse("/region", "parameter-invalid", str(error)) from None
    return reconciliations(call.services, region, call.query.get("cursor"))


@operation(routes, Action.LIST_FLAGS, FlagList)
def list_flags(call: Call) -> FlagList:
    """List the open flags of the own region."""
    flags, cursor = open_flags(call.services, str(call.principal.region), call.query.get("cursor"))
    cases = cases_of(call.services, flags)
    write(call, ((cases[flag.case], flag, _FLAGGED) for flag in flags if flag.case in cases))
    return FlagList(items=flags, cursor=cursor)


@operation(routes, Action.READ_FLAG, Flag)
def read_one_flag(call: Call) -> Flag:
    """Read one flag."""
    flag = read_flag(call.services, call.path["flag"])
    permit_flag(call)(flag)
    write(call, ((case, flag, _FLAGGED) for case in cases_of(call.services, [flag]).values()))
    return flag


@operation(routes, Action.CLOSE_FLAG, Flag, ClosureBody, once=True)
def close_one_flag(call: Call) -> Mapping[str, Any]:
    """Close a flag with what was found."""
    flag, note = call.path["flag"], call.body(ClosureBody).note
    once = call.once({"flag": flag, "note": note})
    return close_flag(call.services, flag, call.principal.subject, note, once, permit_flag(call))
