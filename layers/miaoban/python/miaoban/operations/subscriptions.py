"""Subscriptions: where a department's system is told of the cases of its organ, and what became of each delivery."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import Field as Declared

from miaoban.catalogue.errors import Problem, ProblemsError
from miaoban.evidence.attributes import Code
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.deliveries import Attempt, Delivery, State, Subscription, Way, subscription_item
from miaoban.operations.destinations import DestinationError, Gate
from miaoban.operations.errors import NotFoundError
from miaoban.operations.feeds import feed_of
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.subscribers import listed
from miaoban.storage import Commit, Index, Put, Range

SECRET_BYTES = 32
RETIRING = timedelta(days=1)
"""How long a replaced secret signs beside the new one."""


class SubscriptionBody(Frozen):
    """What a department asks for: how it is told, its URL for a webhook, and a new secret if the old one should go.

    `licences_of` are other departments of whose licences it wants to hear, in its region and below.
    """

    way: Way = Way.WEBHOOK
    url: str = Declared(default="", max_length=2000)
    rotate: bool = False
    licences_of: tuple[Code, ...] = Declared(default=(), max_length=50)


class SharingError(ProblemsError):
    """Raised when a department wants to hear of licences that are not shared with it."""

    code = "sharing-refused"


class SubscriptionView(Frozen):
    """A subscription as its department sees it; `secret` is shown once, when it is made.

    Of a feed, `newest` is the number of its last entry and `read_to` that to which it was read.
    """

    department: str
    region: str
    way: Way
    url: str
    licences_of: tuple[str, ...] = ()
    active: bool
    disabled_reason: str | None = None
    secret: str | None = None
    newest: int | None = None
    read_to: int | None = None
    created_at: datetime
    updated_at: datetime


class DeliveryView(Frozen):
    """A delivery as its department sees it."""

    event: str
    type: str
    state: State
    attempts: int
    created_at: datetime
    next_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    history: tuple[Attempt, ...]


class DeliveryPage(Frozen):
    """A page of deliveries, newest first."""

    items: tuple[DeliveryView, ...]
    cursor: str | None = None


class Desk(NamedTuple):
    """What storing subscriptions needs: the services, the gate for URLs, and random bytes (`secrets.token_bytes`).

    `sharing` says which departments may hear of the licences of which others.
    """

    services: Services
    gate: Gate
    random: Callable[[int], bytes]
    sharing: Mapping[str, tuple[str, ...]] = {}


def put_subscription(desk: Desk, department: str, region: str, body: SubscriptionBody) -> SubscriptionView:
    """Store or renew a subscription, active from now on; the answer names the secret if one was made.

    A lost answer is cured by `rotate`. Raises DestinationError for a URL that is no place to deliver to, SharingError,
    BusyError.
    """
    if body.way is Way.WEBHOOK:
        desk.gate.target(body.url)
    elif body.url:
        raise DestinationError("只有回调（webhook）填写 url，请删除，或者把 way 改为 webhook")
    _check_sharing(desk, department, region, body.licences_of)
    return retried(lambda: _put(desk, department, region, body))


def _check_sharing(desk: Desk, department: str, region: str, wanted: tuple[str, ...]) -> None:
    """Raise SharingError for licences of which a department may not hear."""
    allowed = desk.sharing.get(department, ())
    problems = [
        Problem(
            pointer=f"/licences_of/{place}", code="sharing-refused", message=f"没有约定可以共享 {one} 的证照，请先办理共享审批"
        )
        for place, one in enumerate(wanted)
        if one not in allowed
    ]
    if wanted and not region:
        problems.append(
            Problem(pointer="/licences_of", code="region-missing", message="令牌没有区划，不能订阅，请以所在区划的身份登录")
        )
    if problems:
        raise SharingError(problems)


def read_subscription(services: Services, department: str, region: str) -> SubscriptionView:
    """Read a subscription without its secret; raises NotFoundError."""
    found, _ = _found(services, department, region)
    if found is None:
        raise NotFoundError("贵部门在该区划还没有登记回调地址")
    feed = feed_of(services, department, region) if found.way is Way.PULL else None
    return _view(found).model_copy(update={"newest": feed.newest, "read_to": feed.read_to} if feed else {})


def list_deliveries(services: Services, department: str, region: str, cursor: str | None = None) -> DeliveryPage:
    """List what was delivered or is to be, newest first; raises CursorError."""
    partition = keys.delivery_partition(department, region)
    page = services.store.query(Range(Index.OWNER, partition, descending=True, cursor=cursor))
    return DeliveryPage(items=tuple(delivery_view(Delivery.read(item.body)) for item in page.items), cursor=page.cursor)


def _put(desk: Desk, department: str, region: str, body: SubscriptionBody) -> SubscriptionView:
    found, version = _found(desk.services, department, region)
    signs = body.way is Way.WEBHOOK and (found is None or not found.secret or body.rotate)
    secret = _secret(desk.random) if signs else None
    wanted = _wanted(desk.services, found or _unsealed(desk.services, department, region), body, secret)
    put = Put(subscription_item(wanted, version + 1), replaces=version)
    desk.services.store.commit(Commit((put, *listed(found, wanted))))
    return _view(wanted, secret)


def _found(services: Services, department: str, region: str) -> tuple[Subscription | None, int]:
    key = keys.subscription(department, region)
    item = services.store.read((key,)).get(key)
    return (Subscription.read(item.body), item.version) if item else (None, 0)


def _unsealed(services: Services, department: str, region: str) -> Subscription:
    """A subscription before it says how."""
    now = services.now()
    return Subscription(department=department, region=region, created_at=now, updated_at=now)


def _wanted(services: Services, old: Subscription, body: SubscriptionBody, secret: str | None) -> Subscription:
    now = services.now()
    changes: dict[str, Any] = {"way": body.way, "url": body.url, "licences_of": body.licences_of, "updated_at": now}
    changes |= {"active": True, "disabled_reason": None}
    if secret is not None:
        changes["secret"] = services.vault.seal(secret)
        changes |= {"retiring": old.secret, "retires_at": now + RETIRING} if old.secret else {}
    return old.model_copy(update=changes)


def _secret(random: Callable[[int], bytes]) -> str:
    return f"whsec_{b64encode(random(SECRET_BYTES)).decode()}"


def _view(subscription: Subscription, secret: str | None = None) -> SubscriptionView:
    shown = subscription.model_dump(include=set(SubscriptionView.model_fields) - {"secret", "newest", "read_to"})
    return SubscriptionView(**shown, secret=secret)


def delivery_view(delivery: Delivery) -> DeliveryView:
    """A delivery as its department sees it."""
    return DeliveryView(**delivery.model_dump(include=set(DeliveryView.model_fields)))
