"""Batches and quality: nothing is lost, nothing is taken wrongly, and the department's report says so."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from miaoban.canonical import digest
from miaoban.evidence.batch import BatchData, Stream
from miaoban.evidence.record import Record
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations import keys
from miaoban.operations.batching import MISSING
from miaoban.operations.editions import publish
from miaoban.operations.quality import QualityReport, reports
from miaoban.operations.receive import Desk, Received, receive
from miaoban.operations.resume import resume
from miaoban.operations.services import law_date
from miaoban.operations.submit import submit
from tests import kit

BASE, OWNER = "legal-person-base", "market-regulation"
FIRM = "91211281MAXX000158"


def record(number: int = 1, **values: Any) -> dict[str, Any]:
    """A record of a batch."""
    told = kit.firm(**values)
    return {"kind": "enterprise", "sequence": number, "issued_at": kit.NOW.isoformat(), "values": told}


def batch(nth: int, *records: Mapping[str, Any], **changes: Any) -> str:
    """A batch as a message; `changes` are those of its data."""
    data = {"source": BASE, "number": nth, "count": len(records), "digest": digest(list(records)), "records": list(records)}
    gone = dict.fromkeys(("kind", "sequence", "issued_at", "values"))
    event: dict[str, Any] = {"id": f"batch-{nth}", "type": "cn.miaoban.records.batched.v1", "data": {**gone, **data, **changes}}
    return kit.message(**event)


class Room:
    """The receiving function with its replies."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.store = MemoryStore()
        self.services = kit.services(store=self.store, clock=self.clock)
        publish(self.services, kit.edition(), kit.NOW)
        self.replies = MemoryOutbox()
        self.numbers = iter(range(1000))

    def receive(self, text: str, message_id: str | None = None) -> Received:
        return receive(Desk(self.services, self.replies, {}), text, None, message_id or f"m-{next(self.numbers)}")

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(sent.text)["data"] for sent in self.replies.sent]

    def report(self) -> QualityReport:
        found = reports(self.services, OWNER, law_date(self.clock.now))
        return next(one for one in found.items if one.source == BASE)

    def quarantined(self) -> int:
        return sum(key.partition.startswith("QUARANTINE#") for key in self.store.items)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_batch_is_taken_record_by_record_and_wakes_who_waits(room: Room) -> None:
    kit.populate(room.services, kit.examples()["01-own-warehouse.yaml"].given.model_copy(update={"records": {}}))
    case = submit(room.services, kit.application(), kit.party(room.services), "key-1")
    assert case["status"] == "waiting"
    done = room.receive(batch(1, record(1), record(1, uscc="93211224MAXX00058X", name="另一家")))
    assert (done.outcome, done.records, done.woken) == ("batched", {"stored": 2}, 1)
    assert resume(room.services, case["case"]).status == "approved"


def test_one_bad_record_holds_up_no_other(room: Room) -> None:
    done = room.receive(batch(1, record(1), {**record(1), "values": {"uscc": "x"}}, {"kind": "enterprise"}))
    assert done.records == {"stored": 1, "quarantined": 2}
    assert room.quarantined() == 2, "each with its reasons"
    assert {one["code"] for one in room.told()} == {"record-invalid"}
    assert [one["message_id"] for one in room.told()] == ["m-0-2", "m-0-3"]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("half a batch", {"count": 3}, "batch-incomplete", "it says three, and holds two"),
    ("another content", {"digest": f"sha256:{'0' * 64}"}, "batch-incomplete", "the digest is of something else"),
    ("no number", {"number": 0}, "message-invalid", "numbers begin with one"),
    ("too many", {"count": 501}, "message-invalid", "at most five hundred"),
    ("another's source", {"source": "tax-payments"}, "source-unknown", "of another department, or of nobody"),
]


@pytest.mark.parametrize(("name", "changes", "code", "reason"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_batch_that_is_wrong_is_set_aside_whole(
    room: Room, name: str, changes: dict[str, Any], code: str, reason: str
) -> None:
    done = room.receive(batch(1, record(1), record(1, uscc="93211224MAXX00058X"), **changes))
    assert done.outcome == "quarantined", name
    assert done.code in {code, "message-invalid"}, reason
    assert room.quarantined() == 1
    assert not [key for key in room.store.items if key.sort == "RECORD"], "nothing of it is taken"


def test_a_wrong_schema_version_is_told(room: Room) -> None:
    done = room.receive(batch(1, record(1)).replace("batched.v1", "batched.v2"))
    assert (done.outcome, done.code) == ("quarantined", "message-invalid")


def test_a_gap_is_told_once_and_closed_by_what_was_missing(room: Room) -> None:
    room.receive(batch(1, record(1)))
    room.receive(batch(4, record(4)))
    (missed,) = room.told()
    assert (missed["code"], missed["message"]) == (MISSING, f"数源 {BASE} 缺少批次 2、3（共 2 批），请补报")
    assert (room.report().highest_batch, room.report().missing_batches) == (4, (2, 3))
    room.receive(batch(3, record(3)))
    room.receive(batch(5, record(5)))
    assert room.report().missing_batches == (2,)
    room.receive(batch(2, record(2)))
    assert (room.report().highest_batch, room.report().missing_batches) == (5, ())
    assert len(room.told()) == 1, "it was told once"


def test_what_comes_late_and_again_changes_nothing(room: Room) -> None:
    first, second = batch(1, record(1)), batch(2, record(2, status="注销"))
    assert [room.receive(text).records for text in (second, first, second)] == [{"stored": 1}, {"late": 1}, {"duplicate": 1}]
    (kept,) = (Record.read(item.body) for key, item in room.store.items.items() if key.sort == "RECORD")
    assert (kept.sequence, kept.values["status"]) == (2, "注销")


def test_a_number_that_comes_again_with_other_records_is_refused(room: Room) -> None:
    room.receive(batch(1, record(1)))
    again = room.receive(batch(1, record(2)))
    assert (again.outcome, again.code) == ("quarantined", "batch-conflict")


def test_a_batch_of_the_largest_message_is_refused_beyond_it(room: Room) -> None:
    six_megabytes = batch(1, record(1, scope="粮" * 2_000_000))
    assert room.receive(six_megabytes).outcome == "quarantined"
    assert room.quarantined() == 1


def test_rules_that_note_let_a_record_through_and_those_that_set_aside_do_not(room: Room) -> None:
    bare = {code: value for code, value in kit.firm().items() if code != "scope"}
    assert room.receive(kit.message(bare)).outcome == "stored"
    future = room.receive(kit.message(kit.firm(established="2027-01-01"), data={"sequence": 2}))
    assert (future.outcome, future.code) == ("quarantined", "record-quality")
    assert room.told()[0]["problems"] == [{"pointer": "/data/values", "code": "Q2", "message": "成立日期晚于今天"}]
    found = room.report()
    assert (found.received, found.tally.outcomes, found.tally.codes) == (
        2,
        {"stored": 1, "quarantined": 1},
        {"record-quality": 1},
    )
    assert {rule.rule: (rule.broken, rule.dimension) for rule in found.rules} == {
        "Q1": (1, "完整"),
        "Q2": (0, "有效"),
        "Q3": (0, "及时"),
    }


def test_what_is_late_is_noted(room: Room) -> None:
    room.clock.advance(days=4)
    room.receive(kit.message(time=room.clock.now.isoformat()))
    assert next(rule.broken for rule in room.report().rules if rule.rule == "Q3") == 1


def test_a_clock_that_runs_ahead_is_refused(room: Room) -> None:
    ahead = (kit.NOW + timedelta(minutes=6)).isoformat()
    assert room.receive(kit.message(time=ahead)).code == "message-invalid"


def test_counts_of_a_day_are_kept_by_day(room: Room) -> None:
    room.receive(kit.message())
    room.clock.advance(days=1)
    assert room.report().received == 0


def test_a_stream_names_no_more_than_it_can_keep() -> None:
    one = BatchData.model_validate(
        {"source": BASE, "number": 10**9, "count": 1, "digest": f"sha256:{'1' * 64}", "records": [{}]}
    )
    after = Stream(source=BASE).with_(one)
    assert (after.highest, len(after.missing), after.missing[0]) == (10**9, 1000, 1)


def test_the_record_of_a_batch_is_as_one_alone(room: Room) -> None:
    room.receive(batch(1, record(7)))
    alone = Room()
    alone.receive(kit.message(data={"sequence": 7}))
    (one,) = (Record.read(item.body) for key, item in room.store.items.items() if key.sort == "RECORD")
    (other,) = (Record.read(item.body) for key, item in alone.store.items.items() if key.sort == "RECORD")
    assert one.digest == other.digest
    assert keys.record(one.source, one.kind, one.key) == keys.record(other.source, other.kind, other.key)
