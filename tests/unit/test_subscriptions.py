"""Subscriptions: the secret once, rotation without a gap, refused URLs, pages of deliveries and of an inbox."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.courier import signed
from miaoban.operations.deliveries import Subscription
from miaoban.operations.destinations import DestinationError
from miaoban.operations.errors import NotFoundError
from miaoban.operations.notify import read_inbox
from miaoban.operations.subscriptions import (
    RETIRING,
    Desk,
    SubscriptionBody,
    list_deliveries,
    put_subscription,
    read_subscription,
)
from miaoban.ports import CursorError
from tests import kit
from tests.receiver import DEPARTMENT, OWNER, REGION, URL, World, batch, sample


def stored(world: World) -> Subscription:
    key = keys.subscription(DEPARTMENT, REGION)
    return Subscription.read(world.services.store.read([key])[key].body)


def test_the_secret_is_shown_once() -> None:
    world = World()
    secret = world.subscribe().secret
    assert secret is not None
    assert secret.startswith("whsec_")
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32
    assert read_subscription(world.services, DEPARTMENT, REGION).secret is None
    assert world.subscribe().secret is None, "renewing the URL keeps the secret"
    assert secret not in stored(world).text()
    assert world.services.vault.unseal(stored(world).secret) == secret


def test_rotation_signs_with_both_for_a_day() -> None:
    world = World()
    random = iter([b"a" * 32, b"b" * 32, b"c" * 32])
    desk = Desk(world.services, world.gate, lambda _: next(random))
    views = [put_subscription(desk, DEPARTMENT, REGION, SubscriptionBody(url=URL, rotate=True)) for _ in range(2)]
    old, new = (str(view.secret) for view in views)
    assert old != new
    world.take(sample("duplicate"))
    assert len(world.receiver.posts[0][1]["webhook-signature"].split()) == 2
    now = world.clock.now
    for moment, secrets in ((now, [new, old]), (now + RETIRING, [new])):
        opened = [world.services.vault.unseal(sealed) for sealed in stored(world).sealed(moment)]
        assert opened == secrets
    real = datetime.now(UTC)
    for secret in (old, new):
        assert Webhook(secret).verify("{}", dict(signed("id", "{}", [new, old], real))) == {}


@pytest.mark.parametrize(
    ("url", "address", "reason"),
    [
        ("http://exchange.example/", "203.0.114.10", "not encrypted"),
        ("https://exchange.example/", "10.0.0.8", "private"),
        ("https://metadata.example/", "169.254.169.254", "the metadata service"),
    ],
)
def test_a_refused_url_is_not_stored(url: str, address: str, reason: str) -> None:
    world = World(address=address)
    with pytest.raises(DestinationError):
        world.subscribe(url)
    with pytest.raises(NotFoundError):
        read_subscription(world.services, DEPARTMENT, REGION)
    assert reason


def test_two_at_once_leave_one_secret_that_works() -> None:
    world = World()
    store = kit.CountingStore(MemoryStore())
    world.services = kit.services(store, clock=world.clock)

    def other() -> None:
        world.subscribe("https://other.example/")

    store.before_commit = other
    view = world.subscribe()
    assert view.secret is None, "the other one made it, and was told"
    assert stored(world).url == URL


def test_a_renewal_activates_again() -> None:
    world = World()
    first = world.subscribe()
    world.clock.advance(hours=1)
    again = world.subscribe("https://new.example/")
    assert (again.active, again.created_at, again.url) == (True, first.created_at, "https://new.example/")
    assert again.updated_at - first.updated_at == timedelta(hours=1)


def test_deliveries_and_inbox_in_pages_newest_first() -> None:
    world = World()
    world.subscribe()
    for place in range(60):
        body = sample("ok")["Records"][1]["body"].replace("3K7M2P9Q", f"{(place * 7) % 60:04}2P9Q")
        world.take(batch(body.replace("T10:00:00", f"T10:{place:02}:00")))
        world.clock.advance(minutes=1)
    expected = [f"211281-20260302-{(place * 7) % 60:04}2P9Q" for place in reversed(range(60))]
    first = list_deliveries(world.services, DEPARTMENT, REGION)
    rest = list_deliveries(world.services, DEPARTMENT, REGION, first.cursor)
    assert [view.event for view in (*first.items, *rest.items)] == [f"{case}-0002" for case in expected]
    letters = read_inbox(world.services, OWNER)
    more = read_inbox(world.services, OWNER, letters.cursor)
    assert [letter.case for letter in (*letters.items, *more.items)] == expected
    assert (rest.cursor, more.cursor) == (None, None)
    with pytest.raises(CursorError):
        read_inbox(world.services, "another", letters.cursor)


def test_nobody_elses_deliveries() -> None:
    world = World()
    world.subscribe()
    world.take(sample("ok"))
    assert list_deliveries(world.services, DEPARTMENT, "211282").items == ()
    assert list_deliveries(world.services, "agriculture", REGION).items == ()
    assert read_inbox(world.services, "another").items == ()
