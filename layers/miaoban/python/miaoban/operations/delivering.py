"""Delivering: one attempt at a time to hand one event to one department's system: its webhook, its queue, or its feed.

An attempt is claimed before it is made: the claim counts it, names it and moves the due time behind its lease, on the
condition of the version that was read. So two workers never try at once, and an attempt whose worker died is made again.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from math import ceil
from typing import NamedTuple

from miaoban.errors import MiaobanError
from miaoban.messages import LONGEST_DELAY
from miaoban.operations.courier import Courier, Report, signed
from miaoban.operations.deliveries import (
    Delivery,
    DeliveryRef,
    Redelivery,
    State,
    Subscription,
    Tried,
    Way,
    delivery_item,
    subscription_item,
)
from miaoban.operations.feeds import entry_puts
from miaoban.operations.pauses import ATTEMPTS, wait
from miaoban.operations.relay import CloudEvent
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.ports import ConflictError
from miaoban.storage import Commit, Item, Put

TAKEN = range(200, 300)
GONE = 410
ACCEPTED = 202
"""What is noted of an event that a queue took (RFC 9110: taken, and not worked on yet)."""
REASON_GONE = "receiver-gone"


class _Found(NamedTuple):
    delivery: Delivery
    version: int
    subscription: Subscription | None
    subscription_version: int
    event: CloudEvent | None = None


def deliver(services: Services, courier: Courier, ref: DeliveryRef, event: CloudEvent | None = None) -> Report:
    """Make an attempt at a delivery if it is due; with an event, a delivery that is not there yet begins.

    Raises UnavailableError when the store, the vault or the queue fails, SealError when a secret does not open; what the
    receiver does is in the report.
    """
    found = _found(services, ref, event)
    if found is None:
        return Report("not-subscribed" if event else "unknown-delivery", ref.event)
    if not found.delivery.is_due(services.now()):
        return _report(f"already-{found.delivery.state}", found.delivery)
    try:
        if found.subscription is None or not found.subscription.active:
            return _end(services, found, State.DISABLED, "subscription-disabled")
        if found.delivery.attempts >= ATTEMPTS:
            return _end(services, found, State.FAILED, "no-outcome")
        return _attempt(services, courier, found, found.subscription)
    except ConflictError:
        return Report("taken-by-another", ref.event)


def _found(services: Services, ref: DeliveryRef, event: CloudEvent | None) -> _Found | None:
    items = services.store.read((ref.key, ref.subscription))
    item, subscribed = items.get(ref.key), items.get(ref.subscription)
    subscription = Subscription.read(subscribed.body) if subscribed else None
    version = subscribed.version if subscribed else 0
    if item is not None:
        return _Found(Delivery.read(item.body), item.version, subscription, version, event)
    if event is None or subscription is None:
        return None
    return _Found(_new(ref, event, services.now()), 0, subscription, version, event)


def _new(ref: DeliveryRef, event: CloudEvent, now: datetime) -> Delivery:
    return Delivery(**ref.model_dump(), type=event.type, created_at=now, next_at=now, body=event.told().text())


def _fed(services: Services, ref: DeliveryRef, event: CloudEvent | None) -> Report:
    """Put an event into its recipient's feed: there it is delivered, and is read when its recipient likes."""
    found = _found(services, ref, event)
    if found is None or not found.delivery.is_due(services.now()):
        return Report("taken-by-another", ref.event)
    fed = found.delivery.claimed("", services.now()).tried(Tried(), State.DELIVERED, services.now(), None)
    put = Put(delivery_item(fed, found.version + 1), replaces=found.version)
    services.store.commit(Commit((put, *entry_puts(services, fed))))
    return _report(State.DELIVERED.value, fed)


def _attempt(services: Services, courier: Courier, found: _Found, subscription: Subscription) -> Report:
    if subscription.way is Way.PULL:
        return retried(partial(_fed, services, found.delivery.ref, found.event))
    # What can fail on this side fails before the claim: it is not counted as the receiver's failure.
    webhook = subscription.way is Way.WEBHOOK
    secrets = [services.vault.unseal(sealed) for sealed in subscription.sealed(services.now())] if webhook else []
    delivery = found.delivery.claimed(services.new_id(12), services.now())
    _put(services, delivery_item(delivery, found.version + 1))
    if webhook:
        tried = _tried(courier, delivery, subscription.url, signed(delivery.event, delivery.body, secrets, services.now()))
    else:
        tried = _queued(courier, delivery)
    claimed = found._replace(delivery=delivery, version=found.version + 1)
    if tried.status in TAKEN:
        return _settle(services, claimed, tried, State.DELIVERED)
    if tried.status == GONE and _disabled(services, claimed, subscription, tried):
        return Report("subscription-disabled", delivery.event, delivery.attempts, tried.status)
    return _again(services, courier, claimed, tried)


def _tried(courier: Courier, delivery: Delivery, url: str, headers: Mapping[str, str]) -> Tried:
    try:
        answer = courier.post(courier.gate.target(url), delivery.body.encode(), headers)
    except MiaobanError as error:
        return Tried(error=error.code)
    return Tried(answer.status, retry_after=answer.retry_after)


def _queued(courier: Courier, delivery: Delivery) -> Tried:
    """Send an event to the department's own queue, whose rights say who reads it."""
    queue = courier.queues(delivery.department)
    try:
        queue.send([delivery.body])
    except MiaobanError as error:
        return Tried(error=error.code)
    return Tried(ACCEPTED)


def _again(services: Services, courier: Courier, found: _Found, tried: Tried) -> Report:
    """Plan the next attempt: soon by the queue's own delay, later by the index that the watch function reads."""
    now = services.now()
    pause = wait(found.delivery.attempts, courier.jitter(), tried.retry_after, now)
    if pause is None:
        return _settle(services, found, tried, State.FAILED)
    report = _settle(services, found, tried, State.PENDING, now + pause)
    delay = ceil(pause.total_seconds())
    if delay <= LONGEST_DELAY:
        courier.retries.send([Redelivery(delivery=found.delivery.ref).text()], delay=delay)
    return report


def _disabled(services: Services, found: _Found, subscription: Subscription, tried: Tried) -> bool:
    """Stop the subscription with the delivery that was told so, unless it has just been renewed."""
    now = services.now()
    ended = found.delivery.tried(tried, State.DISABLED, now, None)
    stopped = subscription.model_copy(update={"active": False, "disabled_reason": REASON_GONE, "updated_at": now})
    version = found.subscription_version + 1
    try:
        _put(services, delivery_item(ended, found.version + 1), subscription_item(stopped, version))
    except ConflictError:
        return False
    return True


def _end(services: Services, found: _Found, state: State, error: str) -> Report:
    return _settle(services, found, Tried(error=error), state)


def _settle(services: Services, found: _Found, tried: Tried, state: State, next_at: datetime | None = None) -> Report:
    after = found.delivery.tried(tried, state, services.now(), next_at)
    _put(services, delivery_item(after, found.version + 1))
    return _report(state.value, after)


def _report(result: str, delivery: Delivery) -> Report:
    return Report(result, delivery.event, delivery.attempts, delivery.last_status, delivery.last_error)


def _put(services: Services, *items: Item) -> None:
    services.store.commit(Commit(tuple(Put(item, replaces=item.version - 1) for item in items)))
