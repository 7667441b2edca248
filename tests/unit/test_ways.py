"""The other ways of being told: a queue of one's own, a feed that is read by its numbers, and an event once more on request."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.notify.handler import take
from miaoban.case.case import Status
from miaoban.ledger.leaf import Leaf
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.deliveries import Delivery, State, Way
from miaoban.operations.destinations import DestinationError
from miaoban.operations.errors import NotFoundError
from miaoban.operations.feeds import PAGE, FeedPage, read_feed
from miaoban.operations.happened import Happened
from miaoban.operations.notify import read_inbox
from miaoban.operations.once import Once
from miaoban.operations.pauses import ATTEMPTS
from miaoban.operations.redeliver import redeliver_event
from miaoban.operations.relay import relayed
from miaoban.operations.review import PersonalDecision
from miaoban.operations.services import Services, law_date
from miaoban.operations.set_aside import decide_proposal, leaf_key, propose
from miaoban.operations.submit import submit
from miaoban.operations.subscriptions import Desk as SubscriptionDesk
from miaoban.operations.subscriptions import (
    SharingError,
    SubscriptionBody,
    put_subscription,
    read_subscription,
)
from miaoban.ports import UnavailableError
from miaoban.storage import Item
from tests import kit
from tests.receiver import CASE, DEPARTMENT, OWNER, REGION, Context, World, batch, sample


def told(way: Way) -> World:
    """A world whose department is told this way."""
    world = World()
    world.subscribe(way=way)
    return world


def feed(world: World, after: int = 0) -> FeedPage:
    """What the department reads."""
    return read_feed(world.services, DEPARTMENT, REGION, after)


def body(number: int) -> str:
    """An event of a case of its own, as the bus hands it on."""
    envelope = json.loads(sample("ok")["Records"][0]["body"])
    case = f"211281-20260302-{number:08}"
    data = {**envelope["detail"]["data"], "id": f"{case}-0002", "case": case}
    return json.dumps({**envelope, "detail": {**envelope["detail"], "id": data["id"], "subject": case, "data": data}})


def ids(page: FeedPage) -> list[Any]:
    """The ids of a page's events."""
    return [entry.event["id"] for entry in page.items if isinstance(entry.event, dict)]


def test_a_queue_of_ones_own_gets_each_event_once() -> None:
    world = told(Way.QUEUE)
    world.take(sample("ok"))
    world.take(sample("ok"))
    events = [json.loads(sent.text) for sent in world.queues[DEPARTMENT].sent]
    assert sorted(event["id"] for event in events) == [f"{CASE}-0001", f"{CASE}-0002"]
    assert all("owner" not in event["data"] for event in events)
    assert OWNER not in "".join(sent.text for sent in world.queues[DEPARTMENT].sent)
    delivery = world.delivery()
    assert (delivery.state, delivery.attempts, delivery.last_status) == (State.DELIVERED, 1, 202)
    assert world.receiver.posts == [], "nobody is called"


class Down(MemoryOutbox):
    """A queue that does not take anything for a while."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def send(self, messages: Any, delay: int = 0) -> None:
        """Fail, then take."""
        self.failures -= 1
        if self.failures >= 0:
            raise UnavailableError("队列没有应答，请稍后重试")
        super().send(messages, delay)


@pytest.mark.parametrize("failures", [1, 4, ATTEMPTS - 1])
def test_a_queue_that_is_down_loses_nothing(failures: int) -> None:
    world = told(Way.QUEUE)
    world.queues[DEPARTMENT] = Down(failures)
    world.take(batch(body(1)))
    world.play(timedelta(days=5))
    assert len(world.queues[DEPARTMENT].sent) == 1
    assert world.delivery(case="211281-20260302-00000001").attempts == failures + 1


def test_a_feed_is_read_by_its_numbers_and_says_how_far_it_was_read() -> None:
    world = told(Way.PULL)
    assert feed(world) == FeedPage(items=(), after=0)
    world.take(sample("ok"))
    first = feed(world)
    assert [entry.number for entry in first.items] == [1, 2]
    assert sorted(ids(first)) == [f"{CASE}-0001", f"{CASE}-0002"]
    view = read_subscription(world.services, DEPARTMENT, REGION)
    assert (view.way, view.newest, view.read_to) == (Way.PULL, 2, 0)
    assert feed(world, first.after).items == ()
    assert read_subscription(world.services, DEPARTMENT, REGION).read_to == 2
    assert ids(feed(world)) == ids(first), "read again from the start, it is all still there"


def test_a_feed_has_each_event_once_however_often_the_bus_tells_it() -> None:
    world = told(Way.PULL)
    for _ in range(3):
        world.take(sample("ok"))
    assert len(feed(world).items) == 2


def test_a_long_feed_comes_in_pages_and_misses_nothing() -> None:
    world = told(Way.PULL)
    for number in range(PAGE + 7):
        world.take(batch(body(number)))
    first = feed(world)
    rest = feed(world, first.after)
    assert (len(first.items), len(rest.items)) == (PAGE, 7)
    assert len({*ids(first), *ids(rest)}) == PAGE + 7


def test_many_at_once_get_numbers_without_a_gap() -> None:
    world = told(Way.PULL)
    desk = world.desk()
    answers = kit.at_once(12, lambda n: take(desk, batch(body(n)), Context()))
    missed = [number for number, answer in enumerate(answers) if failed(answer)]
    for number in missed:
        assert world.take(batch(body(number))) == []
    assert [entry.number for entry in feed(world).items] == list(range(1, 13))


def failed(answer: Any) -> bool:
    """Whether the message comes again: whoever met too many others."""
    return not isinstance(answer, dict) or bool(answer["batchItemFailures"])


def test_what_is_beyond_the_newest_is_not_noted_as_read() -> None:
    world = told(Way.PULL)
    world.take(sample("ok"))
    assert feed(world, 999).after == 2, "who goes on from there misses nothing"
    assert read_subscription(world.services, DEPARTMENT, REGION).read_to == 2


def test_an_outage_of_whoever_reads_loses_nothing() -> None:
    world = told(Way.PULL)
    for number in range(30):
        world.take(batch(body(number)))
        world.play(timedelta(days=1))
    assert len(feed(world).items) == 30


WRONG = [
    ({"way": "queue", "url": "https://x.example/hook"}, "a queue has no address of one's own"),
    ({"way": "pull", "url": "https://x.example/hook"}, "who reads is not called"),
    ({"way": "webhook"}, "a webhook needs its place"),
]


@pytest.mark.parametrize(("given", "reason"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_way_that_does_not_fit_its_address_is_refused(given: dict[str, str], reason: str) -> None:
    world = World()
    desk = SubscriptionDesk(world.services, world.gate, lambda count: b"\x07" * count)
    with pytest.raises(DestinationError):
        put_subscription(desk, DEPARTMENT, REGION, SubscriptionBody.model_validate(given))
    with pytest.raises(NotFoundError):
        read_subscription(world.services, DEPARTMENT, REGION)
    assert reason


def test_who_changes_the_way_is_told_the_new_way() -> None:
    world = told(Way.PULL)
    world.take(batch(body(1)))
    made = world.subscribe()
    assert made.secret, "a webhook signs"
    world.take(batch(body(2)))
    assert len(world.receiver.taken) == 1
    assert len(feed(world).items) == 1


def again(world: World, event: str, key: str = "k") -> str:
    """Ask for an event once more; the state that is answered."""
    once = Once(world.services, "subject:system", key, {"event": event})
    return str(redeliver_event(world.services, DEPARTMENT, REGION, event, once)["state"])


@pytest.mark.parametrize("way", list(Way))
def test_an_event_is_delivered_once_more_on_request(way: Way) -> None:
    world = told(way)
    world.take(batch(body(1)))
    event = "211281-20260302-00000001-0002"
    assert again(world, event) == "pending"
    assert again(world, event) == "pending", "the same key asks once"
    world.play(timedelta(minutes=2))
    delivery = world.delivery(case="211281-20260302-00000001")
    assert (delivery.state, delivery.attempts, len(delivery.history)) == (State.DELIVERED, 1, 2)
    got = {
        Way.WEBHOOK: len(world.receiver.taken),
        Way.QUEUE: len(world.queues[DEPARTMENT].sent),
        Way.PULL: len(feed(world).items),
    }
    assert got[way] == 2


def test_what_failed_for_three_days_may_be_asked_for_again() -> None:
    world = told(Way.QUEUE)
    world.queues[DEPARTMENT] = Down(ATTEMPTS)
    world.take(batch(body(1)))
    world.play(timedelta(days=5))
    assert world.delivery(case="211281-20260302-00000001").state is State.FAILED
    again(world, "211281-20260302-00000001-0002")
    world.play(timedelta(minutes=2))
    assert world.delivery(case="211281-20260302-00000001").state is State.DELIVERED


def test_an_event_that_nobody_delivered_is_not_asked_for() -> None:
    with pytest.raises(NotFoundError):
        again(told(Way.PULL), "nothing")


def stored(services: Services, case: str) -> list[Item]:
    """The stored events of a case."""
    assert isinstance(services.store, MemoryStore)
    partition = keys.case(case).partition
    found = [item for key, item in services.store.items.items() if key.partition == partition and key.sort.startswith("EVENT#")]
    return sorted(found, key=lambda item: item.key.sort)


def types(services: Services, case: str) -> list[str]:
    """The types of the events that a case brings to the bus."""
    return [event.type for item in stored(services, case) for event in relayed(item.body)]


def file(services: Services, kind: str = "first", **form: Any) -> str:
    application = kit.application(situation={"kind": kind, **({"storage": None} if kind == "cancel" else {})}, **form)
    answer = submit(services, application, kit.party(services), services.new_id(12))
    assert answer["status"] == "approved", answer
    return str(answer["case"])


def test_a_licence_has_events_of_its_own() -> None:
    services = kit.ready()
    case = file(services)
    assert types(services, case) == [
        "cn.miaoban.case.submitted.v1",
        "cn.miaoban.case.approved.v1",
        "cn.miaoban.licence.issued.v1",
    ]
    (*_, issued) = (event for item in stored(services, case) for event in relayed(item.body))
    detail = json.loads(issued.detail)
    assert (detail["id"], detail["subject"]) == (f"{case}-0002-licence", load(services, case).case.licence)
    assert types(services, file(services, "change", cross_province=None))[-1] == "cn.miaoban.licence.replaced.v1"


def set_aside(services: Services, number: str) -> None:
    """Two officers set a licence aside."""
    once = Once(services, "officer-1", "p", {})
    propose(services, number, "officer-1", "涉嫌虚假", once, lambda _: None)
    decided = PersonalDecision(officer="officer-2", approve=True, reason="查证属实")
    decide_proposal(services, f"set-aside:{number}", decided, Once(services, "officer-2", "d", {}), lambda _: None)


def test_setting_aside_is_an_event_of_the_case_with_a_leaf_and_a_letter() -> None:
    world = told(Way.PULL)
    kit.populate(world.services, kit.examples()["01-own-warehouse.yaml"].given)
    services = world.services
    case = file(services)
    number = load(services, case).case.licence
    assert number is not None
    set_aside(services, number)
    assert types(services, case)[-2:] == ["cn.miaoban.case.set-aside.v1", "cn.miaoban.licence.set-aside.v1"]
    after = load(services, case).case
    assert (after.status, after.events) == (Status.APPROVED, 3)
    leaf = leaf_key(REGION, law_date(kit.NOW), Leaf(case=case, sequence=3, receipt="", at=kit.NOW))
    assert leaf in services.store.read([leaf])
    told_ = [event.detail for item in stored(services, case) for event in relayed(item.body)]
    for detail in told_:
        world.take(batch(json.dumps({"detail": json.loads(detail)})))
    letters = [item.title for item in read_inbox(services, after.party.owner).items]
    assert letters[0] == "证照已被撤销"
    assert len(letters) == 3, "a licence's event is the department's, not another letter"
    assert len(feed(world).items) == len(told_)
    happened = Happened.read(stored(services, case)[-1].body)
    assert (happened.change, happened.licence) == ("set-aside", number)


def test_a_delivery_of_old_reads_as_a_webhooks() -> None:
    assert (
        Delivery.model_validate(
            {"event": "e", "type": "t", "department": "d", "region": "r", "created_at": kit.NOW, "body": "{}"}
        ).state
        is State.PENDING
    )


def test_a_dispute_is_told_to_the_department_whose_record_it_is() -> None:
    world = told(Way.PULL)
    desk = SubscriptionDesk(world.services, world.gate, lambda count: b"\x07" * count)
    put_subscription(desk, "market-regulation", REGION, SubscriptionBody(way=Way.PULL))
    envelope = json.loads(body(1))
    detail = envelope["detail"]
    data = {**detail["data"], "type": "cn.miaoban.case.disputed.v1", "also": "market-regulation"}
    world.take(batch(json.dumps({**envelope, "detail": {**detail, "type": data["type"], "data": data}})))
    theirs = read_feed(world.services, "market-regulation", REGION, 0)
    assert ids(theirs) == ids(feed(world)) == [detail["id"]]


def tax(world: World, region: str, *licences_of: str, sharing: tuple[str, ...] = (DEPARTMENT,)) -> None:
    """Let the tax office of a region subscribe."""
    desk = SubscriptionDesk(world.services, world.gate, lambda count: b"\x07" * count, {"tax": sharing})
    put_subscription(desk, "tax", region, SubscriptionBody(way=Way.PULL, licences_of=licences_of))


def of_licence(number: int) -> str:
    """A licence's event, as the bus hands it on."""
    envelope = json.loads(body(number))
    detail = envelope["detail"]
    type_, id_ = "cn.miaoban.licence.issued.v1", f"{detail['id']}-licence"
    data = {**detail["data"], "id": id_, "type": type_, "change": "issued"}
    return json.dumps({**envelope, "detail": {**detail, "id": id_, "type": type_, "data": data}})


REGIONS = [
    (REGION, 1, "the same county"),
    ("211200", 1, "the city above it"),
    ("210000", 1, "the province above that"),
    ("211282", 0, "the county beside it"),
    ("370000", 0, "another province"),
]


@pytest.mark.parametrize(("region", "count", "reason"), REGIONS, ids=[row[-1] for row in REGIONS])
def test_another_department_hears_of_licences_in_its_region_and_below(region: str, count: int, reason: str) -> None:
    world = told(Way.PULL)
    tax(world, region, DEPARTMENT)
    world.take(batch(body(1), of_licence(1)))
    theirs = read_feed(world.services, "tax", region, 0)
    assert [entry.number for entry in theirs.items] == list(range(1, count + 1)), reason
    assert all("licence" in str(id_) for id_ in ids(theirs)), "of licences alone, not of cases"
    assert len(feed(world).items) == 2


def test_who_does_not_want_it_any_more_hears_no_more() -> None:
    world = told(Way.PULL)
    tax(world, REGION, DEPARTMENT)
    tax(world, REGION)
    world.take(batch(of_licence(1)))
    assert read_feed(world.services, "tax", REGION, 0).items == ()


@pytest.mark.parametrize(("region", "place"), [(REGION, "/licences_of/0"), ("", "/licences_of")])
def test_nobody_hears_of_licences_that_are_not_shared(region: str, place: str) -> None:
    world = World()
    with pytest.raises(SharingError) as refused:
        tax(world, region, DEPARTMENT, sharing=() if region else (DEPARTMENT,))
    assert refused.value.problems[0].pointer == place
    with pytest.raises(NotFoundError):
        read_subscription(world.services, "tax", region)
