"""Files of front-end nodes at the collect function's entry: whatever is in them, each line fares as a message on the queue."""

import json
from collections.abc import Mapping
from typing import Any, Never

import pytest

from functions.collect.handler import MARGIN, Room, take
from miaoban.canonical import digest
from miaoban.evidence.batch import Stream
from miaoban.evidence.record import Record
from miaoban.memory import MemoryObjects, MemoryOutbox, MemoryStore
from miaoban.operations.collecting import PIECE
from miaoban.operations.editions import publish
from miaoban.operations.quality import stream_key
from miaoban.operations.receive import Desk
from miaoban.operations.submit import submit
from miaoban.operations.watch import Wakeup
from miaoban.ports import UnavailableError
from miaoban.storage import Table
from tests import kit
from tests.receiver import Context
from tools.cast import uscc

BASE, NAME, TAG = "legal-person-base", "departments/market-regulation/records.jsonl", "d41d8cd98f00b204e9800998ecf8427e"


class Place:
    """The grain filing in force, a bucket, and the queues."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.store = MemoryStore()
        self.services = kit.services(self.store, clock=self.clock)
        publish(self.services, kit.edition(), kit.NOW)
        self.objects, self.pieces, self.replies = MemoryObjects(), MemoryOutbox(), MemoryOutbox()
        self.room = Room(Desk(self.services, self.replies, {}), self.objects, self.pieces)

    def take(self, event: Mapping[str, Any], left: int = 60_000) -> list[str]:
        """Take a batch; the messages that must come again."""
        failures = take(self.room, event, Context(left))["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures]

    def deliver(self, data: bytes, name: str = NAME) -> None:
        """Put a file and let it be collected to its end."""
        tag = self.objects.put(name, data)
        record = {"eventName": "ObjectCreated:Put", "eventTime": kit.NOW.isoformat()}
        notice = {**record, "s3": {"object": {"key": name, "size": len(data), "eTag": tag}}}
        assert self.take(kit.queue_event(json.dumps({"Records": [notice]}))) == []
        while texts := [sent.text for sent in self.pieces.sent]:
            self.pieces.sent = []
            assert self.take(kit.queue_event(*texts)) == []

    def records(self) -> list[Record]:
        """The records that are there."""
        items = self.store.items.items()
        return [Record.read(item.body) for key, item in items if key.table is Table.RECORDS and key.sort == "RECORD"]

    def told(self) -> list[tuple[str, str]]:
        """What departments were told: code and sentence."""
        replies = [json.loads(sent.text)["data"] for sent in self.replies.sent]
        return [(reply["code"], reply["message"]) for reply in replies]


def record(number: int, code: str) -> dict[str, Any]:
    """A record of a batch."""
    return {"kind": "enterprise", "sequence": number, "issued_at": kit.NOW.isoformat(), "values": kit.firm(uscc=code)}


def batch(nth: int, *records: Mapping[str, Any], **changes: Any) -> bytes:
    """A batch as a line of a file."""
    data = {"source": BASE, "number": nth, "count": len(records), "digest": digest(list(records)), "records": list(records)}
    gone = dict.fromkeys(("kind", "sequence", "issued_at", "values"))
    about: dict[str, Any] = {"id": f"batch-{nth}", "type": "cn.miaoban.records.batched.v1"}
    return kit.message(**about, data={**gone, **data, **changes}).encode() + b"\n"


def test_a_file_of_batches_becomes_records_and_wakes_who_waits() -> None:
    place = Place()
    for source in ("abnormal-operations", "enterprise-authorisations"):
        kit.hear(place.services, source)
    waiting = submit(place.services, kit.application(), kit.party(place.services), "k")
    codes = [str(kit.firm()["uscc"]), *(uscc() for _ in range(40))]
    lines = [batch(n + 1, *(record(1, code) for code in codes[n * 10 : n * 10 + 10])) for n in range(5)]
    place.deliver(b"".join(lines))
    assert {one.values["uscc"] for one in place.records()} == set(codes)
    assert isinstance(place.services.resumes, MemoryOutbox)
    assert {Wakeup.read(sent.text).case for sent in place.services.resumes.sent} == {waiting["case"]}
    assert place.told() == []


def test_a_file_of_several_pieces_loses_no_line_at_a_cut() -> None:
    place = Place()
    codes = [uscc() for _ in range(1100)]
    data = b"".join(batch(n + 1, *(record(1, code) for code in codes[n * 5 : n * 5 + 5])) for n in range(220))
    assert len(data) > 2 * PIECE
    place.deliver(data)
    assert {one.values["uscc"] for one in place.records()} == set(codes)
    stream = Stream.read(place.store.read([stream_key(BASE)])[stream_key(BASE)].body)
    assert (stream.highest, stream.missing) == (220, ())


def test_collected_again_the_same_stands() -> None:
    place = Place()
    data = batch(1, record(1, uscc()))
    place.deliver(data)
    before = {key: item for key, item in place.store.items.items() if key.sort == "RECORD"}
    place.deliver(data)
    assert {key: item for key, item in place.store.items.items() if key.sort == "RECORD"} == before
    assert place.told() == []


def test_half_a_file_is_found_by_its_last_line_and_by_the_gap() -> None:
    place = Place()
    whole = [batch(n, record(1, uscc())) for n in (1, 2, 3)]
    place.deliver(whole[0] + whole[1][:200])
    assert [code for code, _ in place.told()] == ["message-invalid"], "the line that breaks off"
    place.deliver(whole[2])
    assert place.told()[-1][0] == "batch-missing"
    assert "缺少批次 2" in place.told()[-1][1]
    place.deliver(b"".join(whole))
    assert len(place.records()) == 3


LINES = [
    (kit.message().encode("gbk"), "message-invalid", "不是 UTF-8 编码", "the charset of old systems"),
    (b"\xff\xfe" + kit.message().encode("utf-16-le"), "message-invalid", "不是 UTF-8 编码", "two bytes a letter"),
    (b"{" + b"x" * 200_001 + b"}", "message-invalid", "超过 200000 字节", "a line without end"),
    (batch(1, record(1, uscc()), count=2), "batch-incomplete", "实有 1 条", "half a batch"),
    (
        kit.message(source="/departments/civil-affairs").encode(),
        "source-not-owned",
        "文件在部门 market-regulation 的目录下",
        "another's words under one's own prefix",
    ),
    (b"uscc,name\n", "message-invalid", "", "no JSON at all"),
]


@pytest.mark.parametrize(("line", "code", "says", "reason"), LINES, ids=[row[-1] for row in LINES])
def test_a_line_that_can_not_be_taken_is_told_and_holds_up_no_other(line: bytes, code: str, says: str, reason: str) -> None:
    place = Place()
    good = kit.message(id="good").encode()
    place.deliver(good + b"\r\n" + line.rstrip(b"\n") + b"\n\n" + batch(1, record(1, uscc())))
    assert (place.told()[0][0], len(place.records())) == (code, 2), reason
    assert says in place.told()[0][1]


def test_a_byte_order_mark_harms_nothing() -> None:
    place = Place()
    place.deliver(b"\xef\xbb\xbf" + kit.message().encode())
    assert (len(place.records()), place.told()) == (1, [])


def test_another_departments_record_is_not_taken_from_this_ones_prefix() -> None:
    place = Place()
    place.deliver(kit.message().encode(), "departments/civil-affairs/records.jsonl")
    assert (place.records(), place.told()[0][0]) == ([], "source-not-owned")


SAMPLES = [
    ("ok", [], 0, 0, "collected"),
    ("notice", [], 1, 0, "one piece to collect"),
    ("duplicate", [], 0, 0, "collected twice, the same"),
    ("gone", [], 0, 1, "the file was taken away: the department is told"),
    ("wrong-name", [], 0, 1, "refused with a sentence"),
    ("oversized", [], 0, 1, "refused with a sentence"),
    ("removed", [], 0, 0, "nothing was put"),
    ("test-event", [], 0, 0, "what S3 sends when it is set up"),
    ("malformed", ["m-0"], 0, 0, "not JSON: comes again, and ends in the dead letters"),
    ("unknown-letter", ["m-0"], 0, 0, "JSON of somebody else"),
    ("partial-batch", ["m-1"], 0, 0, "one that fails stops no other"),
]


@pytest.mark.parametrize(("name", "again", "sent", "replies", "reason"), SAMPLES, ids=[name for name, *_ in SAMPLES])
def test_a_sample(name: str, again: list[str], sent: int, replies: int, reason: str) -> None:
    place = Place()
    place.objects.put(NAME, kit.message().encode().ljust(4096), TAG)
    event = json.loads((kit.ROOT / "events" / "collect" / f"{name}.json").read_text(encoding="utf-8"))
    assert place.take(event) == again, reason
    assert (len(place.pieces.sent), len(place.replies.sent)) == (sent, replies), reason
    assert len(place.records()) == (name in {"ok", "duplicate", "partial-batch"})


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in (kit.ROOT / "events" / "collect").glob("*.json")} == {name for name, *_ in SAMPLES}


class Broken(MemoryObjects):
    """A bucket that does not answer."""

    def read(self, name: str, tag: str, start: int, end: int) -> Never:
        """Raise UnavailableError."""
        raise UnavailableError(f"{name} {tag} {start} {end}")


def test_what_can_not_be_read_now_comes_again() -> None:
    place = Place()
    event = json.loads((kit.ROOT / "events" / "collect" / "ok.json").read_text(encoding="utf-8"))
    broken = Room(place.room.desk, Broken(), place.pieces)
    assert take(broken, event, Context())["batchItemFailures"] == [{"itemIdentifier": "m-0"}]
    assert place.take(event, left=MARGIN - 1) == ["m-0"]


def test_a_file_that_goes_while_it_is_collected_is_told_whichever_piece_is_left() -> None:
    place = Place()
    told = {"name": NAME, "size": 3 * PIECE, "tag": "gone", "piece": 2}
    assert place.take(kit.queue_event(json.dumps(told))) == []
    assert "文件没有读完" in place.told()[0][1]
