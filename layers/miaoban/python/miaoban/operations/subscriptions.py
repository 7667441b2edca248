"""Subscriptions: where a department's system is told of the cases of its organ, and what became of each delivery."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.deliveries import Attempt, Delivery, State, Subscription, subscription_item
from miaoban.operations.destinations import Gate
from miaoban.operations.errors import NotFoundError
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.storage import Commit, Index, Put, Range

SECRET_BYTES = 32
RETIRING = timedelta(days=1)
"""How long a replaced secret signs beside the new one."""


class SubscriptionBody(Frozen):
    """What a department asks for: its URL, and a new secret if the old one should go."""

    url: str
    rotate: bool = False


class SubscriptionView(Frozen):
    """A subscription as its department sees it; `secret` is shown once, when it is made."""

    department: str
    region: str
    url: str
    active: bool
    disabled_reason: str | None = None
    secret: str | None = None
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
    """What storing subscriptions needs: the services, the gate for URLs, and random bytes (`secrets.token_bytes`)."""

    services: Services
    gate: Gate
    random: Callable[[int], bytes]


def put_subscription(desk: Desk, department: str, region: str, body: SubscriptionBody) -> SubscriptionView:
    """Store or renew a subscription, active from now on; the answer names the secret if one was made.

    A lost answer is cured by `rotate`. Raises DestinationError for a URL that is no place to deliver to, BusyError.
    """
    desk.gate.target(body.url)
    return retried(lambda: _put(desk, department, region, body))


def read_subscription(services: Services, department: str, region: str) -> SubscriptionView:
    """Read a subscription without its secret; raises NotFoundError."""
    found, _ = _found(services, department, region)
    if found is None:
        raise NotFoundError("贵部门在该区划还没有登记回调地址")
    return _view(found)


def list_deliveries(services: Services, department: str, region: str, cursor: str | None = None) -> DeliveryPage:
    """List what was delivered or is to be, newest first; raises CursorError."""
    partition = keys.delivery_partition(department, region)
    page = services.store.query(Range(Index.OWNER, partition, descending=True, cursor=cursor))
    return DeliveryPage(items=tuple(_delivery(Delivery.read(item.body)) for item in page.items), cursor=page.cursor)


def _put(desk: Desk, department: str, region: str, body: SubscriptionBody) -> SubscriptionView:
    found, version = _found(desk.services, department, region)
    secret = _secret(desk.random) if found is None or body.rotate else None
    wanted = _wanted(desk.services, found or _unsealed(desk.services, department, region), body.url, secret)
    desk.services.store.commit(Commit((Put(subscription_item(wanted, version + 1), replaces=version),)))
    return _view(wanted, secret)


def _found(services: Services, department: str, region: str) -> tuple[Subscription | None, int]:
    key = keys.subscription(department, region)
    item = services.store.read((key,)).get(key)
    return (Subscription.read(item.body), item.version) if item else (None, 0)


def _unsealed(services: Services, department: str, region: str) -> Subscription:
    """A subscription before it has a place or a secret."""
    now = services.now()
    return Subscription(department=department, region=region, url="", secret="", created_at=now, updated_at=now)


def _wanted(services: Services, old: Subscription, url: str, secret: str | None) -> Subscription:
    now = services.now()
    changes = {"url": url, "active": True, "disabled_reason": None, "updated_at": now}
    if secret is not None:
        changes["secret"] = services.vault.seal(secret)
        changes |= {"retiring": old.secret, "retires_at": now + RETIRING} if old.secret else {}
    return old.model_copy(update=changes)


def _secret(random: Callable[[int], bytes]) -> str:
    return f"whsec_{b64encode(random(SECRET_BYTES)).decode()}"


def _view(subscription: Subscription, secret: str | None = None) -> SubscriptionView:
    shown = subscription.model_dump(include=set(SubscriptionView.model_fields) - {"secret"})
    return SubscriptionView(**shown, secret=secret)


def _delivery(delivery: Delivery) -> DeliveryView:
    return DeliveryView(**delivery.model_dump(include=set(DeliveryView.model_fields)))
