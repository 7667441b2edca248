"""The simulated department: what it pushes and replies is what the receive function takes."""

import json
from collections.abc import Iterable
from datetime import datetime

import pytest

from examples.department import Fault, Pusher, Worker
from examples.department.__main__ import KEYS, SOURCE, sample_register
from examples.department.faults import Control
from miaoban.evidence.record import Record
from miaoban.memory import MemoryOutbox
from miaoban.operations import keys
from miaoban.operations.editions import publish
from miaoban.operations.gathering import record_key
from miaoban.operations.receive import Desk, receive
from tests import kit
from tools.department import Message

USCC = "91211281MAXX000158"
UNKNOWN = {"uscc": "93211224MAXX00058X"}


class Received:
    """The department queue, taken at once by the receive function."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.services = kit.services(clock=lambda: self.clock.now)
        publish(self.services, kit.edition(), kit.NOW)
        self.messages: list[Message] = []
        self.outcomes: list[str] = []

    def send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.messages.append(message)
            self.clock.now = max(self.clock.now, datetime.fromisoformat(message["time"]))
            taken = receive(Desk(self.services, MemoryOutbox(), {}), json.dumps(message), None, "m-0")
            self.outcomes.append(taken.outcome)


@pytest.fixture
def queue() -> Received:
    return Received()


def request(key: dict[str, str], number: int = 1) -> str:
    data = {"source": SOURCE, "kind": "enterprise", "key": key, "purpose": "decide", "case": "c", "request_id": "r"}
    return json.dumps({"specversion": "1.0", "id": f"ask-{number}", "type": "cn.miaoban.record.asked.v1", "data": data})


def test_what_it_pushes_is_taken(queue: Received) -> None:
    pusher = Pusher(sample_register(), queue.send)
    values = pusher.register.find("enterprise", {"uscc": USCC})["values"]
    pusher.put("enterprise", values)
    pusher.put("enterprise", {**values, "status": "注销"})
    pusher.withdraw("enterprise", {"uscc": USCC})
    pusher.heartbeat()
    assert queue.outcomes == ["stored", "stored", "stored", "heard"]


@pytest.mark.parametrize(
    ("fault", "outcomes", "reason"),
    [
        (None, ["stored"], "one reply"),
        (Fault.DOUBLE, ["stored", "duplicate"], "the same again"),
        (Fault.DOWN, [], "none"),
        (Fault.LATE, [], "none yet"),
    ],
)
def test_what_it_replies_is_taken(queue: Received, fault: Fault | None, outcomes: list[str], reason: str) -> None:
    worker = Worker(sample_register(), queue.send)
    worker.control = Control(fault)
    worker.take([request({"uscc": USCC})])
    assert queue.outcomes == outcomes, reason
    assert {message["correlation"] for message in queue.messages} <= {"ask-1"}
    worker.release()
    assert bool(queue.outcomes) == (fault is not Fault.DOWN)


def test_a_late_reply_that_was_overtaken_is_late(queue: Received) -> None:
    worker = Worker(sample_register(), queue.send)
    worker.control = Control(Fault.LATE)
    worker.take([request({"uscc": USCC})])
    worker.control = Control()
    worker.register.put("enterprise", worker.register.find("enterprise", {"uscc": USCC})["values"])
    worker.take([request({"uscc": USCC}, 2)])
    worker.release()
    assert queue.outcomes == ["stored", "late"]


def test_it_says_that_there_is_no_record(queue: Received) -> None:
    Worker(sample_register(), queue.send).take([request(UNKNOWN)])
    assert queue.outcomes == ["stored"]
    place = record_key(queue.services.vault, SOURCE, "enterprise", UNKNOWN.values())
    item = queue.services.store.read([keys.record(SOURCE, "enterprise", place)])
    ((_, stored),) = item.items()
    assert Record.read(stored.body).withdrawn


def test_its_register_is_that_of_the_source() -> None:
    assert {kind: kit.sources()[SOURCE].kinds[kind].key for kind in KEYS} == KEYS
