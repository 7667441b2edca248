"""A department's system that is down for a while, the queue and the watch that try again, in virtual time."""

import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.notify.handler import Desk, take
from miaoban.memory import MemoryOutbox
from miaoban.operations.courier import Answer, Courier, UnreachableError
from miaoban.operations.deliveries import Delivery, DeliveryRef, Way
from miaoban.operations.destinations import Gate, Target
from miaoban.operations.redeliver import redeliver
from miaoban.operations.services import Services
from miaoban.operations.subscriptions import Desk as SubscriptionDesk
from miaoban.operations.subscriptions import SubscriptionBody, SubscriptionView, put_subscription
from tests import kit
from tests.captured import captured

EVENTS = Path(__file__).resolve().parents[1] / "events" / "notify"
DEPARTMENT, REGION, URL = "grain-reserve", "211281", "https://exchange.example/hook"
CASE = "211281-20260302-3K7M2P9Q"
OWNER = "xgyiaa7uptw72glatizh23v3n2ufcq6x"
WATCH = timedelta(minutes=1)


class Context:
    """Lambda's context with this much time left."""

    def __init__(self, left: int = 30_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class Receiver:
    """Answers what `behave` says; keeps each POST, and counts events by webhook-id as receivers are told to."""

    clock: kit.Clock
    behave: Callable[["Receiver"], Answer] = lambda _: Answer(200)
    posts: list[tuple[datetime, Mapping[str, str], bytes, Target]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.posts.append((self.clock.now, headers, body, target))
        answer = self.behave(self)
        if answer.status in range(200, 300):
            self.taken.append(headers["webhook-id"])
        return answer


@dataclass
class World:
    """Services on fakes with one subscription, a receiver, and queues that keep their delays."""

    clock: kit.Clock = field(default_factory=kit.Clock)
    services: Services = field(init=False)
    receiver: Receiver = field(init=False)
    retries: MemoryOutbox = field(default_factory=MemoryOutbox)
    queues: dict[str, MemoryOutbox] = field(default_factory=lambda: {DEPARTMENT: MemoryOutbox()})
    networks: tuple[str, ...] = ()
    address: str = "203.0.114.10"
    jitter: float = 0.5
    log: str = ""

    def __post_init__(self) -> None:
        self.services = kit.services(clock=self.clock)
        self.receiver = Receiver(self.clock)

    @property
    def gate(self) -> Gate:
        return Gate(lambda _host, _port: (self.address,), self.networks)

    def subscribe(self, url: str = URL, *, rotate: bool = False, way: Way = Way.WEBHOOK) -> SubscriptionView:
        desk = SubscriptionDesk(self.services, self.gate, lambda count: b"\x07" * count)
        return put_subscription(
            desk, DEPARTMENT, REGION, SubscriptionBody(way=way, url=url if way is Way.WEBHOOK else "", rotate=rotate)
        )

    def desk(self) -> Desk:
        return Desk(
            self.services, Courier(self.gate, self.receiver.post, lambda: self.jitter, self.retries, self.queues.__getitem__)
        )

    def take(self, event: Mapping[str, Any], context: Context | None = None) -> list[str]:
        """Hand a batch to the function; returns the messages that must come again."""
        with captured("notify") as log:
            answer = take(self.desk(), event, context or Context())
        self.log += log.getvalue()
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def delivery(self, number: int = 2, case: str = CASE) -> Delivery:
        ref = DeliveryRef(department=DEPARTMENT, region=REGION, event=f"{case}-{number:04}")
        return Delivery.read(self.services.store.read([ref.key])[ref.key].body)

    def play(self, until: timedelta) -> None:
        """Let queue and watch work until so long after now."""
        end, ticks = self.clock.now + until, self.clock.now + WATCH
        queue: list[tuple[datetime, str]] = []
        while True:
            for text, delay in self.retries.sent:
                heapq.heappush(queue, (self.clock.now + timedelta(seconds=delay), text))
            self.retries.sent.clear()
            moment = min([ticks, *(at for at, _ in queue[:1])])
            if moment > end:
                return
            self.clock.now = moment
            if queue and queue[0][0] <= moment:
                self.take(batch(heapq.heappop(queue)[1]))
            else:
                redeliver(self.services, self.retries, moment)
                ticks += WATCH


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def batch(*bodies: str) -> dict[str, Any]:
    """A batch of messages as the queue hands them over."""
    records = [{"messageId": f"m-{place}", "body": body, "attributes": {}} for place, body in enumerate(bodies)]
    return {"Records": records}


def down_for(outage: timedelta, begun: datetime, failure: Answer | None = None) -> Callable[[Receiver], Answer]:
    """Behave as a system that is down for so long: no answer at all, or this one."""

    def behave(receiver: Receiver) -> Answer:
        if receiver.clock.now >= begun + outage:
            return Answer(204)
        if failure is None:
            raise UnreachableError("down")
        return failure

    return behave
