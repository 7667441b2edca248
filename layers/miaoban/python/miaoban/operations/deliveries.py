"""Deliveries and subscriptions as stored: who receives, how often it was tried, and when it is tried next."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.storage import Item, Key

LEASE: Final = timedelta(seconds=60)
"""How long an attempt may take before another may begin: longer than the notify function lives."""
HISTORY: Final = 12
KEPT: Final = timedelta(days=400)
QUEUE: Final = "DELIVERIES"


class State(StrEnum):
    """Where a delivery stands; all but the first are final."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"


class Way(StrEnum):
    """How a recipient is told: its webhook is called, its queue is sent to, or it reads its feed."""

    WEBHOOK = "webhook"
    QUEUE = "queue"
    PULL = "pull"


class DeliveryRef(Frozen):
    """Which delivery: one event to one recipient."""

    department: str
    region: str
    event: str

    @property
    def key(self) -> Key:
        """The key of the delivery."""
        return keys.delivery(self.department, self.region, self.event)

    @property
    def subscription(self) -> Key:
        """The key of the recipient's subscription."""
        return keys.subscription(self.department, self.region)


class Redelivery(Frozen):
    """The message that asks for the next attempt of a delivery."""

    delivery: DeliveryRef


class Tried(NamedTuple):
    """What came of one attempt: the receiver's status, or why there is none."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None


class Attempt(Frozen):
    """One entry of a delivery's history."""

    at: datetime
    status: int | None = None
    error: str | None = None


class Delivery(Frozen):
    """One event on its way to one recipient; `claim` names the attempt under way."""

    event: str
    type: str
    department: str
    region: str
    state: State = State.PENDING
    attempts: int = 0
    created_at: datetime
    next_at: datetime | None = None
    claim: str | None = None
    last_status: int | None = None
    last_error: str | None = None
    body: str
    history: tuple[Attempt, ...] = ()

    @property
    def ref(self) -> DeliveryRef:
        """Which delivery this is."""
        return DeliveryRef(department=self.department, region=self.region, event=self.event)

    def is_due(self, now: datetime) -> bool:
        """Whether an attempt may begin."""
        return self.state is State.PENDING and self.next_at is not None and self.next_at <= now

    def claimed(self, claim: str, now: datetime) -> "Delivery":
        """With an attempt under way, which another may repeat when the lease is over."""
        return self.model_copy(update={"attempts": self.attempts + 1, "claim": claim, "next_at": now + LEASE})

    def again(self, now: datetime) -> "Delivery":
        """As if it had never been tried, but for its history: its recipient asks for it once more."""
        return self.model_copy(update={"state": State.PENDING, "attempts": 0, "claim": None, "next_at": now})

    def tried(self, tried: Tried, state: State, now: datetime, next_at: datetime | None) -> "Delivery":
        """After an attempt, or after it was found that there will be none."""
        attempt = Attempt(at=now, status=tried.status, error=tried.error)
        return self.model_copy(
            update={
                "state": state,
                "next_at": next_at,
                "claim": None,
                "last_status": tried.status,
                "last_error": tried.error,
                "history": (*self.history, attempt)[-HISTORY:],
            }
        )


class Subscription(Frozen):
    """How a department is told in one region; a webhook's secrets are sealed, the old one signs too until `retires_at`.

    `licences_of` are other departments of whose licences it hears.
    """

    department: str
    region: str
    way: Way = Way.WEBHOOK
    url: str = ""
    secret: str = ""
    licences_of: tuple[str, ...] = ()
    retiring: str | None = None
    retires_at: datetime | None = None
    active: bool = True
    disabled_reason: str | None = None
    created_at: datetime
    updated_at: datetime

    def sealed(self, now: datetime) -> tuple[str, ...]:
        """The sealed secrets that sign at this moment."""
        retiring = self.retiring if self.retires_at and now < self.retires_at else None
        return (self.secret, retiring) if retiring else (self.secret,)


def delivery_item(delivery: Delivery, version: int) -> Item:
    """A delivery as stored: listed by recipient, newest first, and by when it is due."""
    recipient = keys.delivery_partition(delivery.department, delivery.region)
    due = delivery.next_at
    return Item(
        delivery.ref.key,
        delivery.text(),
        version=version,
        owner=recipient,
        owner_at=f"{moment(delivery.created_at)}#{delivery.event}",
        queue=QUEUE if due else None,
        queue_at=f"{moment(due)}#{recipient}#{delivery.event}" if due else None,
        expires=int((delivery.created_at + KEPT).timestamp()),
    )


def subscription_item(subscription: Subscription, version: int) -> Item:
    """A subscription as stored."""
    key = keys.subscription(subscription.department, subscription.region)
    return Item(key, subscription.text(), version=version)


def moment(at: datetime) -> str:
    """A moment as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
