"""What a steward does: bring a matter's content, see what stands against it and what it changes, publish it by two, end it."""

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.guards import permit_release
from functions.api.models import EmptyBody
from functions.api.release_models import ReasonBody, ReleaseAnswer, ReleaseList, line_of
from functions.api.routing import operation
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.catalogue.release import Release
from miaoban.operations.activating import read_release
from miaoban.operations.releases import Drafting, Said, confirm, draft, listed, propose, retire, withdraw
from miaoban.operations.shadowing import ShadowStep, impact_of, run_shadow

routes = Blueprint(__name__)


@operation(routes, Action.LIST_RELEASES, ReleaseList)
def list_releases(call: Call) -> ReleaseList:
    """List the releases of all matters, newest first."""
    call.require(Resource.release())
    page = listed(call.services, call.query.get("cursor"))
    return ReleaseList(items=tuple(line_of(Release.read(item.body)) for item in page.items), cursor=page.cursor)


@operation(routes, Action.DRAFT_RELEASE, Release, Drafting, status=201, once=True)
def draft_release(call: Call) -> Mapping[str, Any]:
    """Bring a matter's content with its examples, and have it checked."""
    call.require(Resource.release())
    content = call.body(Drafting)
    once = call.once(content.model_dump(mode="json"))
    return draft(call.services, content, call.principal.subject, once)


@operation(routes, Action.READ_RELEASE, ReleaseAnswer)
def read_one_release(call: Call) -> ReleaseAnswer:
    """Read a release: its findings, what it changes, and what its shadow run came to."""
    release = read_release(call.services, call.path["release"])
    permit_release(call)(release)
    impact = impact_of(call.services, release)
    return ReleaseAnswer(release=release, impact=impact, lines=impact.lines)


@operation(routes, Action.RUN_SHADOW, ShadowStep, EmptyBody, once=True)
def run_a_shadow(call: Call) -> Mapping[str, Any]:
    """Decide the next page of past receipts again under a release, which keeps what the whole run came to."""
    call.body(EmptyBody)
    release, by = call.path["release"], call.principal.subject
    return run_shadow(call.services, release, by, call.once({"release": release}), permit_release(call))


@operation(routes, Action.PROPOSE_RELEASE, Release, EmptyBody, once=True)
def propose_release(call: Call) -> Mapping[str, Any]:
    """Propose to publish a release; another steward confirms."""
    call.body(EmptyBody)
    release, by = call.path["release"], call.principal.subject
    return propose(call.services, release, by, call.once({"release": release}), permit_release(call))


@operation(routes, Action.CONFIRM_RELEASE, Release, EmptyBody, once=True)
def confirm_release(call: Call) -> Mapping[str, Any]:
    """Confirm a proposed release; it takes effect from its date."""
    call.body(EmptyBody)
    release, by = call.path["release"], call.principal.subject
    return confirm(call.services, release, by, call.once({"release": release}), permit_release(call))


@operation(routes, Action.WITHDRAW_RELEASE, Release, ReasonBody, once=True)
def withdraw_release(call: Call) -> Mapping[str, Any]:
    """Take back a proposal, or a confirmation that has not taken effect."""
    release, reason = call.path["release"], call.body(ReasonBody).reason
    once = call.once({"release": release, "reason": reason})
    return withdraw(call.services, release, Said(call.principal.subject, reason), once, permit_release(call))


@operation(routes, Action.RETIRE_RELEASE, Release, ReasonBody, once=True)
def retire_release(call: Call) -> Mapping[str, Any]:
    """End the version in force: no new applications; open cases go on with theirs."""
    release, reason = call.path["release"], call.body(ReasonBody).reason
    once = call.once({"release": release, "reason": reason})
    return retire(call.services, release, Said(call.principal.subject, reason), once, permit_release(call))
