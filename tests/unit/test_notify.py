"""Notify: inbox and webhook, once for each event, whatever the queue and the receiver do."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from miaoban.memory import MemoryOutbox
from miaoban.operations import keys
from miaoban.operations.courier import Answer, UnreachableError
from miaoban.operations.deliveries import LEASE, Redelivery, State
from miaoban.operations.destinations import Target
from miaoban.operations.notify import NEWS, WORDS, notify, read_inbox, read_message
from miaoban.operations.pauses import ATTEMPTS, JITTER, LONGEST_WAIT, SCHEDULE, wait
from miaoban.operations.redeliver import due, redeliver
from miaoban.operations.subscriptions import list_deliveries, read_subscription
from miaoban.ports import UnavailableError
from miaoban.storage import Commit, Key, Put
from tests import kit
from tests.receiver import CASE, DEPARTMENT, EVENTS, OWNER, REGION, URL, Context, Receiver, World, batch, down_for, sample

DAYS = timedelta(days=5)
PERSONAL = (*kit.REPRESENTATIVE, *kit.AGENT, "2112**", "139****", "示例路", OWNER, "whsec_")


@pytest.fixture
def world() -> World:
    subscribed = World()
    subscribed.subscribe()
    return subscribed


@pytest.mark.parametrize(
    ("name", "again", "letters", "posts", "reason"),
    [
        ("ok", 0, 2, 2, "each event to the person and to the department"),
        ("duplicate", 0, 1, 1, "the second copy finds the first"),
        ("malformed", 3, 0, 0, "not JSON, no owner, empty: back to the queue, then to the dead letters"),
        ("unknown-type", 0, 1, 1, "a word of a later version is told in general terms"),
        ("retry", 0, 0, 0, "a retry of a delivery that nobody knows is let go"),
        ("partial-batch", 1, 2, 2, "one message that can not be read stops no other"),
    ],
)
def test_samples(world: World, name: str, again: int, letters: int, posts: int, reason: str) -> None:
    assert len(world.take(sample(name))) == again, reason
    assert len(read_inbox(world.services, OWNER).items) == letters, reason
    assert len(world.receiver.taken) == posts, reason
    assert len(world.take(sample(name))) == again
    assert len(read_inbox(world.services, OWNER).items) == letters, f"twice: {reason}"
    assert len(world.receiver.posts) == posts, f"twice: {reason}"


def test_only_the_malformed_message_comes_again(world: World) -> None:
    assert world.take(sample("partial-batch")) == [sample("partial-batch")["Records"][1]["messageId"]]


def test_the_inbox_in_words(world: World) -> None:
    world.take(sample("ok"))
    newest, oldest = read_inbox(world.services, OWNER).items
    assert (newest.title, oldest.title) == ("办件已通过", "申请已收到")
    assert newest.message.startswith(f"您的“粮食收购企业备案”（办件编号 {CASE}）已办结，结果为通过。证照编号：1.2.156")
    assert oldest.licence is None
    assert newest.case == CASE
    key = _inbox_key(newest.at, newest.id)
    assert world.services.store.read([key])[key].expires == int((newest.at + timedelta(days=731)).timestamp())


def _inbox_key(at: datetime, event: str) -> Key:
    return keys.inbox(OWNER, at.astimezone(UTC).isoformat(timespec="microseconds"), event)


def test_every_word_of_an_event_has_its_sentence() -> None:
    source = (kit.ROOT / "layers/miaoban/python/miaoban/case/events.py").read_text()
    kinds = set(re.findall(r'kind: Literal\["([\w-]+)"\]', source)) - {"judged"}
    outcomes = {"redirected", "refused", "correcting", "waiting", "reviewing", "approved"}
    assert set(WORDS) == kinds | outcomes


def test_another_wording_tells_nobody_twice(world: World) -> None:
    world.take(sample("ok"))
    key = _inbox_key(read_inbox(world.services, OWNER).items[0].at, f"{CASE}-0002")
    item = world.services.store.read([key])[key]
    world.services.store.commit(Commit((Put(replace(item, body=item.body.replace("通过", "准予"), version=2), replaces=None),)))
    assert world.take(sample("ok")) == []
    assert len(read_inbox(world.services, OWNER).items) == 2


@pytest.mark.parametrize(
    ("outage", "failure", "attempts", "reason"),
    [
        (timedelta(seconds=10), None, 3, "a restart: over within the second retry"),
        (timedelta(seconds=10), Answer(503), 3, "the same, with an answer"),
        (timedelta(hours=1), None, 5, "a deployment that failed"),
        (timedelta(hours=1), Answer(404), 5, "a wrong path, put right: any other 4xx is tried again"),
        (timedelta(hours=1), Answer(302), 5, "a redirect is not followed"),
        (timedelta(hours=24), None, 8, "a day without power"),
        (timedelta(hours=72), Answer(500), 10, "three days: the last attempt arrives"),
    ],
)
def test_an_outage_loses_nothing(world: World, outage: timedelta, failure: Answer | None, attempts: int, reason: str) -> None:
    begun = world.clock.now
    world.receiver.behave = down_for(outage, begun, failure)
    world.take(sample("ok"))
    world.take(sample("ok"))
    world.play(DAYS)
    assert Counter(world.receiver.taken) == {f"{CASE}-0001": 1, f"{CASE}-0002": 1}, reason
    delivery = world.delivery()
    assert (delivery.state, delivery.attempts, len(delivery.history)) == (State.DELIVERED, attempts, attempts), reason
    print(outage, [str(entry.at - begun) for entry in delivery.history])  # noqa: T201  the schedule as it ran
    assert list(due(world.services, begun + DAYS, 10)) == []


def test_the_whole_schedule_then_failed_and_visible(world: World) -> None:
    begun = world.clock.now
    world.receiver.behave = down_for(timedelta(days=365), begun, Answer(500))
    world.take(sample("duplicate"))
    world.play(DAYS)
    delivery = world.delivery()
    moments = [entry.at for entry in delivery.history]
    print([str(at - begun) for at in moments])  # noqa: T201  the schedule as it ran
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.next_at) == (State.FAILED, ATTEMPTS, 500, None)
    for planned, (earlier, later) in zip(SCHEDULE, pairwise(moments), strict=True):
        assert planned <= (later - earlier).total_seconds() <= planned * (1 + JITTER) + 61, "at most a watch's minute late"
    assert timedelta(hours=72) < moments[-1] - begun < timedelta(hours=84)
    [shown] = list_deliveries(world.services, DEPARTMENT, REGION).items
    assert (shown.state, len(shown.history)) == (State.FAILED, ATTEMPTS)
    assert '"result":"failed"' in world.log.replace(" ", "")


def test_the_schedule_is_what_the_documentation_says() -> None:
    assert timedelta(seconds=sum(SCHEDULE)) == timedelta(days=3, hours=3, minutes=35, seconds=5)


def test_a_receiver_that_takes_an_event_and_answers_too_late_knows_it_by_its_id(world: World) -> None:
    def slow(receiver: Receiver) -> Answer:
        if len(receiver.posts) == 1:
            receiver.taken.append(receiver.posts[0][1]["webhook-id"])
            raise UnreachableError("timed out after it was taken")
        return Answer(200)

    world.receiver.behave = slow
    world.take(sample("duplicate"))
    world.play(DAYS)
    assert len(world.receiver.posts) == 2
    assert set(world.receiver.taken) == {f"{CASE}-0002"}
    assert {body for _, _, body, _ in world.receiver.posts} == {world.receiver.posts[0][2]}


@pytest.mark.parametrize("copies", [2, 16])
def test_never_two_attempts_at_once(world: World, copies: int) -> None:
    message = sample("duplicate")["Records"][0]["body"]
    world.receiver.behave = down_for(timedelta(seconds=3), world.clock.now)
    answers = kit.at_once(copies, lambda _: _quiet(world, message))
    assert len(world.receiver.posts) == 1, answers
    world.clock.advance(seconds=10)
    retry = Redelivery(delivery=world.delivery().ref).text()
    kit.at_once(copies, lambda _: _quiet(world, retry))
    assert len(world.receiver.posts) == 2
    assert world.delivery().state is State.DELIVERED


def _quiet(world: World, message: str) -> str:
    return notify(world.services, world.desk().courier, read_message(message)).result


def test_an_attempt_whose_worker_died_is_made_again(world: World) -> None:
    def die(_: Receiver) -> Answer:
        raise MemoryError

    world.receiver.behave = die
    assert len(world.take(batch(sample("duplicate")["Records"][0]["body"]))) == 1
    assert world.delivery().is_due(world.clock.now) is False, "its lease is not over"
    assert list(due(world.services, world.clock.now, 10)) == []
    world.receiver.behave = lambda _: Answer(200)
    world.play(LEASE + timedelta(minutes=2))
    assert (world.delivery().state, world.delivery().attempts) == (State.DELIVERED, 2)


def test_attempts_that_always_die_end(world: World) -> None:
    def die(_: Receiver) -> Answer:
        raise MemoryError

    world.receiver.behave = die
    world.take(batch(sample("duplicate")["Records"][0]["body"]))
    world.play(DAYS)
    assert (world.delivery().state, world.delivery().last_error) == (State.FAILED, "no-outcome")
    assert len(world.receiver.posts) == ATTEMPTS


def test_gone_disables_the_subscription(world: World) -> None:
    world.receiver.behave = lambda _: Answer(410)
    world.take(batch(sample("ok")["Records"][0]["body"]))
    shown = read_subscription(world.services, DEPARTMENT, REGION)
    assert (shown.active, shown.disabled_reason) == (False, "receiver-gone")
    assert world.delivery(1).state is State.DISABLED
    assert '"subscription-disabled"' in world.log
    world.take(sample("ok"))
    world.play(DAYS)
    assert len(world.receiver.posts) == 1, "nothing more is sent"
    newest = list_deliveries(world.services, DEPARTMENT, REGION).items[0]
    assert (newest.state, newest.last_error) == (State.DISABLED, "subscription-disabled"), "the department sees it"
    world.receiver.behave = lambda _: Answer(200)
    assert world.subscribe().active
    world.take(sample("unknown-type"))
    assert len(read_inbox(world.services, OWNER).items) == 2


def test_gone_does_not_disable_what_was_renewed_meanwhile(world: World) -> None:
    def renew(receiver: Receiver) -> Answer:
        if len(receiver.posts) > 1:
            return Answer(200)
        world.subscribe("https://new.example/hook")
        return Answer(410)

    world.receiver.behave = renew
    world.take(sample("duplicate"))
    assert read_subscription(world.services, DEPARTMENT, REGION).active
    assert (world.delivery().state, world.delivery().last_status) == (State.PENDING, 410)
    world.play(DAYS)
    assert world.receiver.posts[-1][3].host == "new.example"
    assert world.delivery().state is State.DELIVERED


def test_a_pending_delivery_ends_with_its_subscription(world: World) -> None:
    world.receiver.behave = lambda receiver: Answer(500 if len(receiver.posts) == 1 else 410)
    world.take(sample("ok"))
    world.play(DAYS)
    assert {world.delivery(1).state, world.delivery(2).state} == {State.DISABLED}
    assert len(world.receiver.posts) == 2


@pytest.mark.parametrize(
    ("attempts", "jitter", "retry_after", "seconds", "reason"),
    [
        (1, 0.0, None, 5, "the first wait"),
        (1, 1.0, None, 5.5, "jitter adds at most a tenth"),
        (9, 0.5, None, 24 * 3600 * 1.05, "the last wait"),
        (1, 0.0, "120", 120, "the receiver asks for more"),
        (3, 0.0, "1", 1800, "the receiver asks for less: the schedule stands"),
        (1, 0.0, "999999999999", LONGEST_WAIT, "and not for ever"),
        (1, 0.0, "9" * 5000, LONGEST_WAIT, "not even in digits"),
        (1, 0.0, "Mon, 02 Mar 2026 02:10:00 GMT", 600, "a date"),
        (1, 0.0, "Mon, 02 Mar 2026 01:00:00 GMT", 5, "a date that has passed"),
        (1, 0.0, "-5", 5, "nonsense"),
        (1, 0.0, "soon", 5, "nonsense"),
        (1, 0.0, "Mon, 99 Foo 0000 99:99:99 GMT", 5, "nonsense that looks like a date"),
        (1, 0.0, "", 5, "nothing"),
        (1, 0.0, "१२०", 5, "digits of another script"),
    ],
)
def test_how_long_to_wait(attempts: int, jitter: float, retry_after: str | None, seconds: float, reason: str) -> None:
    assert wait(attempts, jitter, retry_after, kit.NOW) == timedelta(seconds=seconds), reason
    assert wait(ATTEMPTS, jitter, retry_after, kit.NOW) is None


def test_retry_after_is_honoured(world: World) -> None:
    world.receiver.behave = lambda receiver: Answer(429, "3600") if len(receiver.posts) == 1 else Answer(200)
    begun = world.clock.now
    world.take(sample("duplicate"))
    assert world.retries.sent == [], "an hour is not the queue's to wait"
    world.play(DAYS)
    first, second = world.delivery().history
    assert timedelta(hours=1) <= second.at - begun <= timedelta(hours=1, minutes=1)
    assert (first.status, second.status) == (429, 200)


def test_the_address_is_checked_at_each_delivery(world: World) -> None:
    world.address = "169.254.169.254"
    world.take(sample("duplicate"))
    assert world.receiver.posts == []
    assert (world.delivery().state, world.delivery().last_error) == (State.PENDING, "destination-refused")
    world.address = "203.0.114.11"
    world.play(DAYS)
    assert world.receiver.posts[0][3].address == "203.0.114.11"


@pytest.mark.parametrize("zone", ["+08:00", "+00:00"])
def test_the_signature_by_the_standards_own_verifier(zone: str) -> None:
    now = datetime.now(tz=datetime.fromisoformat(f"2026-03-02T10:00:00{zone}").tzinfo)
    world = World(clock=kit.Clock(now))
    secret = world.subscribe().secret
    assert secret is not None
    world.take(sample("duplicate"))
    [(_, headers, body, target)] = world.receiver.posts
    event = Webhook(secret).verify(body, dict(headers))
    assert event["id"] == headers["webhook-id"] == f"{CASE}-0002"
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert target == Target(secure=True, host="exchange.example", port=443, path="/hook", address="203.0.114.10")
    assert OWNER not in body.decode()


def test_services_that_are_down_are_not_the_receivers_fault() -> None:
    class Locked:
        def unseal(self, sealed: str) -> str:
            raise UnavailableError(sealed[:0])

    world = World()
    world.subscribe()
    world.services = replace(world.services, vault=Locked())  # type: ignore[arg-type]  # only what is used
    assert len(world.take(batch(sample("duplicate")["Records"][0]["body"]))) == 1
    assert world.receiver.posts == []
    assert list_deliveries(world.services, DEPARTMENT, REGION).items == ()


def test_a_retry_that_could_not_be_sent_is_found_by_the_watch(world: World) -> None:
    class Down(MemoryOutbox):
        def send(self, messages: Any, delay: int = 0) -> None:  # noqa: ARG002  the port's signature
            raise UnavailableError("down")

    world.receiver.behave = down_for(timedelta(seconds=1), world.clock.now)
    world.retries, kept = Down(), world.retries
    assert len(world.take(batch(sample("duplicate")["Records"][0]["body"]))) == 1
    world.retries = kept
    world.play(DAYS)
    assert world.delivery().state is State.DELIVERED


def test_a_message_is_begun_only_with_time_for_it(world: World) -> None:
    assert len(world.take(sample("ok"), Context(left=14_999))) == 2
    assert world.receiver.posts == []
    assert '"out-of-time"' in world.log


def test_due_deliveries_are_found_in_order_and_bounded(world: World) -> None:
    world.receiver.behave = down_for(timedelta(days=1), world.clock.now)
    bodies = [sample("ok")["Records"][1]["body"].replace("3K7M2P9Q", f"3K7M{place:04}") for place in range(250)]
    for body in bodies:
        world.take(batch(body))
        world.clock.advance(milliseconds=1)
    world.clock.advance(minutes=1)
    found = list(due(world.services, world.clock.now, 1000))
    assert [ref.event for ref in found] == [f"211281-20260302-3K7M{place:04}-0002" for place in range(250)]
    sent = MemoryOutbox()
    assert redeliver(world.services, sent, world.clock.now, limit=3) == 3
    assert json.loads(sent.sent[0].text) == {"delivery": found[0].model_dump()}


def test_without_a_subscription_only_the_person_is_told() -> None:
    world = World()
    world.take(sample("ok"))
    assert len(read_inbox(world.services, OWNER).items) == 2
    assert world.receiver.posts == []


def test_a_word_of_a_later_version_is_told_in_general_terms(world: World) -> None:
    world.take(sample("unknown-type"))
    [letter] = read_inbox(world.services, OWNER).items
    assert letter.title == NEWS.title


@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_personal_reaches_the_log_or_the_receiver(world: World, path: Path, status: int) -> None:
    world.receiver.behave = lambda _: Answer(status)
    world.take(json.loads(path.read_text()))
    world.play(timedelta(hours=1))
    out = world.log + "".join(body.decode() for _, _, body, _ in world.receiver.posts)
    assert [word for word in PERSONAL if word in out] == []
    assert URL not in world.log
