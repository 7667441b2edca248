"""Deliveries and subscriptions as stored: who receives, how often it was tried, and when it is tried next.

After a failed attempt the next follows in 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h: ten attempts over
272,105 s (3 days, 3 h, 35 min, 5 s), the schedule that Standard Webhooks recommends. Jitter makes each wait up to a tenth
longer, so that a receiver that comes back is not met by all at once: at most 83 h 9 min in all, unless the receiver itself
asks for more time (Retry-After, at most 24 h a wait).
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final, NamedTuple

from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.storage import Item, Key

MINUTE, HOUR = 60, 3600
SCHEDULE: Final = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
ATTEMPTS: Final = len(SCHEDULE) + 1
JITTER: Final = 0.1
LONGEST_WAIT: Final = 24 * HOUR
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


def wait(attempts: int, jitter: float, retry_after: str | None, now: datetime) -> timedelta | None:
    """How long to wait after so many attempts, None if that was the last; `jitter` is from 0 to 1."""
    if attempts >= ATTEMPTS:
        return None
    planned = SCHEDULE[max(attempts, 1) - 1] * (1 + JITTER * jitter)
    return timedelta(seconds=max(planned, min(asked_seconds(retry_after, now), LONGEST_WAIT)))


def asked_seconds(retry_after: str | None, now: datetime) -> float:
    """The seconds of a Retry-After header (RFC 9110 section 10.2.3: seconds or a date), 0 if it can not be read."""
    if retry_after is None:
        return 0
    try:
        if retry_after.isascii() and retry_after.isdigit():
            return float(retry_after)
        at = parsedate_to_datetime(retry_after)
        return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, LookupError, OverflowError):
        return 0
