"""What a department's system does: say where to be told, see what became of each delivery, and how good its data are."""

import os
import secrets
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]
from pydantic import BaseModel, ConfigDict, Field, Json

from functions.api.calls import Call
from functions.api.guards import permit_uphold
from functions.api.looking import looked_at_disputes
from functions.api.models import EmptyBody
from functions.api.routing import operation
from functions.networks import Networks, resolve
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.models import Frozen
from miaoban.operations.destinations import Gate
from miaoban.operations.disputes import DisputePage, disputes, with_keys
from miaoban.operations.disputing import correct_value, uphold
from miaoban.operations.feeds import FeedPage, read_feed
from miaoban.operations.quality import QualityReports, reports
from miaoban.operations.redeliver import redeliver_event
from miaoban.operations.services import law_date
from miaoban.operations.subscriptions import (
    DeliveryPage,
    DeliveryView,
    Desk,
    SubscriptionBody,
    SubscriptionView,
    list_deliveries,
    put_subscription,
    read_subscription,
)

routes = Blueprint(__name__)
LONGEST_NUMBER = 12


class Settings(BaseModel):
    """The private networks that webhooks may lead to, and which departments may hear of the licences of which others."""

    model_config = ConfigDict(frozen=True)

    webhook_networks: Networks = Field(alias="WEBHOOK_NETWORKS", default=())
    licence_sharing: Json[Mapping[str, tuple[str, ...]]] = Field(alias="LICENCE_SHARING", default={})


class UpholdBody(Frozen):
    """What the department found when it looked at its record again."""

    note: str = Field(min_length=1, max_length=1000)


class DisputedCase(Frozen):
    """The case whose value was disputed."""

    case: str


@cache
def gate() -> Gate:
    """The gate that a webhook's URL must pass."""
    return Gate(resolve, Settings.model_validate(os.environ).webhook_networks)


@cache
def sharing() -> Mapping[str, tuple[str, ...]]:
    """Which departments may hear of the licences of which others."""
    return Settings.model_validate(os.environ).licence_sharing


@operation(routes, Action.READ_SUBSCRIPTION, SubscriptionView)
def read_own_subscription(call: Call) -> SubscriptionView:
    """Read the own subscription; its secret is not shown again."""
    department, region = _place(call)
    return read_subscription(call.services, department, region)


@operation(routes, Action.PUT_SUBSCRIPTION, SubscriptionView, SubscriptionBody)
def put_own_subscription(call: Call) -> SubscriptionView:
    """Say where to be told of cases; the secret that signs is shown once."""
    department, region = _place(call)
    desk = Desk(call.services, gate(), secrets.token_bytes, sharing())
    return put_subscription(desk, department, region, call.body(SubscriptionBody))


@operation(routes, Action.LIST_DELIVERIES, DeliveryPage)
def list_own_deliveries(call: Call) -> DeliveryPage:
    """List the deliveries to the own webhook, newest first."""
    department, region = _place(call)
    return list_deliveries(call.services, department, region, call.query.get("cursor"))


@operation(routes, Action.REDELIVER, DeliveryView, EmptyBody, once=True)
def redeliver_own_event(call: Call) -> Mapping[str, Any]:
    """Have an event delivered once more, whatever became of it; it begins within a minute."""
    department, region = _place(call)
    call.body(EmptyBody)
    event = call.path["event"]
    return redeliver_event(call.services, department, region, event, call.once({"event": event}))


@operation(routes, Action.READ_FEED, FeedPage)
def read_own_feed(call: Call) -> FeedPage:
    """Read the own events after a number, oldest first; what lies before it counts as arrived."""
    department, region = _place(call)
    after = call.query.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= LONGEST_NUMBER):
        raise call.refuse("/after", "parameter-invalid", "after 应当是上次得到的编号，从 0 开始，请改正")
    return read_feed(call.services, department, region, int(after))


@operation(routes, Action.LIST_DISPUTES, DisputePage)
def list_disputes(call: Call) -> DisputePage:
    """List the values of the own sources that are disputed, soonest deadline first."""
    department = call.principal.department or ""
    call.require(Resource.quality(department=department))
    page = with_keys(call.services, disputes(call.services, department, call.query.get("cursor")))
    return looked_at_disputes(call, page)


@operation(routes, Action.UPHOLD_VALUE, DisputedCase, UpholdBody, once=True)
def uphold_value(call: Call) -> Mapping[str, Any]:
    """Uphold a value that is disputed; a wrong one is corrected by sending the record anew."""
    note, case = call.body(UpholdBody).note, call.path["case"]
    once = call.once({"case": case, "note": note})
    uphold(call.services, case, call.principal.subject, note, once, permit_uphold(call))
    return {"case": case}


@operation(routes, Action.CORRECT_VALUE, DisputedCase, EmptyBody, once=True)
def correct_disputed_value(call: Call) -> Mapping[str, Any]:
    """Say that a disputed value of a source that is asked has been corrected; the source is asked anew."""
    call.body(EmptyBody)
    case = call.path["case"]
    return correct_value(call.services, case, call.once({"case": case}), permit_uphold(call))


@operation(routes, Action.READ_QUALITY, QualityReports)
def read_quality(call: Call) -> QualityReports:
    """Read what came of a department's records on a day, which rules they broke, and which batches are missing."""
    department = call.query.get("department") or call.principal.department or ""
    call.require(Resource.quality(department=department))
    return reports(call.services, department, _day(call))


def _day(call: Call) -> date:
    """The day that is asked for, today by the law's clock without one."""
    told = call.query.get("day")
    try:
        return date.fromisoformat(told) if told else law_date(call.services.now())
    except ValueError:
        raise call.refuse("/day", "parameter-invalid", "day 应当是日期，例如 2026-03-02，请改正") from None


def _place(call: Call) -> tuple[str, str]:
    """The department and region that the token names; raises ForbiddenError."""
    principal = call.principal
    department = principal.department or ""
    call.require(Resource.subscription(department=department))
    return department, str(principal.region or "")
