"""The department queue: every message is kept, known already, late or quarantined with an answer; none is lost."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError

from functions.receive.handler import MARGIN, take
from functions.receive.settings import Settings
from functions.telemetry import failure, logger
from miaoban.catalogue.source import Access
from miaoban.errors import RetryableError
from miaoban.evidence.privacy import comparable, protect
from miaoban.evidence.record import Record, Watermark
from miaoban.identifiers import ResidentId
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations import gathering, keys
from miaoban.operations.editions import publish
from miaoban.operations.quarantine import KEPT, LARGEST, MOST_PROBLEMS, Quarantined, Reply
from miaoban.operations.receive import MARKED_EVERY, Desk, Received, receive
from miaoban.operations.resume import resume
from miaoban.operations.submit import submit
from miaoban.operations.wake import wake
from miaoban.operations.watch import RECORD_ARRIVED, Wakeup
from miaoban.ports import UnavailableError
from miaoban.storage import Commit, Item, Key, Put, Table
from tests import kit

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events" / "receive"
BASE, FIRM = "legal-person-base", "91211281MAXX000158"
DAY = kit.NOW.date()
MINUTE = timedelta(minutes=1)
ONLY_KEY = {**dict.fromkeys(kit.firm()), "uscc": FIRM}
WITHDRAWAL: dict[str, Any] = {"type": "cn.miaoban.record.withdrawn.v1"}


class Left:
    """Lambda's context with so many milliseconds left."""

    def __init__(self, *milliseconds: int) -> None:
        self._milliseconds = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        """Return the next figure, the last one again and again."""
        return self._milliseconds.pop(0) if len(self._milliseconds) > 1 else self._milliseconds[0]


PLENTY = Left(30_000)


@dataclass
class Room:
    """A desk on fakes, and all that can be looked at around it."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: kit.Clock = field(default_factory=kit.Clock)
    resumes: MemoryOutbox = field(default_factory=MemoryOutbox)
    replies: MemoryOutbox = field(default_factory=MemoryOutbox)

    def __post_init__(self) -> None:
        self.services = replace(kit.services(self.store, clock=self.clock), resumes=self.resumes)
        publish(self.services, kit.edition(), kit.NOW)
        self.desk = Desk(self.services, self.replies, {})

    def take(self, event: dict[str, Any]) -> list[str]:
        """The messages of a batch that must come again."""
        return [failure["itemIdentifier"] for failure in take(self.desk, event, PLENTY)["batchItemFailures"]]

    def receive(self, text: str, sender: str | None = None, message_id: str = "m-0") -> Received:
        """Take one message."""
        return receive(self.desk, text, sender, message_id)

    def records(self) -> list[Record]:
        """All records that are held."""
        return [Record.read(item.body) for key, item in self.store.items.items() if key.sort == "RECORD"]

    def quarantined(self) -> dict[str, Quarantined]:
        """The messages in quarantine, by the queue's id."""
        items = self.store.items.items()
        return {
            key.sort: Quarantined.read(item.body) for key, item in items if key.partition == f"QUARANTINE#{DAY.isoformat()}"
        }

    def answers(self) -> list[Reply]:
        """The replies that were sent."""
        return [Reply.read(sent.text) for sent in self.replies.sent]

    def heard_at(self, source: str = BASE) -> datetime | None:
        """A source's watermark."""
        item = self.store.items.get(keys.watermark(source))
        return Watermark.read(item.body).heard_at if item else None

    def woken(self) -> list[str]:
        """The cases that were woken, in order."""
        return [Wakeup.read(sent.text).case for sent in self.resumes.sent]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    tap = logging.StreamHandler(written)
    tap.setFormatter(logger("receive").registered_formatter)
    logger("receive").addHandler(tap)
    yield written
    logging.getLogger("receive").removeHandler(tap)


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


SAMPLES: list[tuple[str, tuple[str, ...], list[str], str | None, str]] = [
    ("ok", (), ["stored"], None, "a new record"),
    ("duplicate", ("ok",), ["duplicate"], None, "the queue delivered it twice"),
    ("duplicate", (), ["stored"], None, "the first delivery came to nothing"),
    ("late", ("ok",), ["late"], None, "a newer state is held: the older one changes nothing"),
    ("late", (), ["stored"], None, "nothing newer is held"),
    ("out-of-order", (), ["stored", "late"], None, "the batch has the newer one first"),
    ("withdrawn", ("ok",), ["stored"], None, "the tombstone is the newest state"),
    ("withdrawn", (), ["stored"], None, "withdrawn before it was ever held here"),
    ("heartbeat", (), ["heard"], None, "no record, but the source spoke"),
    ("malformed", (), ["quarantined"], "message-invalid", "the text breaks off"),
    ("duplicate-keys", (), ["quarantined"], "message-invalid", "a status twice: nobody knows which holds"),
    ("oversized", (), ["quarantined"], "message-invalid", "over 200 000 bytes"),
    ("wrong-type", (), ["quarantined"], "message-invalid", "a type that nobody defined"),
    ("unknown-source", (), ["quarantined"], "message-invalid", "no such source in the catalogue"),
    ("foreign-source", (), ["quarantined"], "source-not-owned", "another department's source"),
    ("invalid-values", (), ["quarantined"], "record-invalid", "wrong check digits, a field missing, one unknown"),
    ("conflict", ("ok",), ["quarantined"], "sequence-conflict", "a sequence number again, with another status"),
    ("partial-batch", (), ["stored", "quarantined"], "message-invalid", "the poisoned one stops nobody"),
]


@pytest.mark.parametrize("case", SAMPLES, ids=[f"{name}: {reason}" for name, *_, reason in SAMPLES])
def test_every_sample_event(
    case: tuple[str, tuple[str, ...], list[str], str | None, str], room: Room, log: io.StringIO
) -> None:
    name, before, outcomes, code, reason = case
    for earlier in before:
        assert room.take(sample(earlier)) == []
    held = {record.key: record for record in room.records()}
    log.truncate(0)
    log.seek(0)

    assert room.take(sample(name)) == [], reason

    told = lines(log)
    assert [line["outcome"] for line in told] == outcomes, reason
    assert [line["code"] for line in told if "code" in line] == ([code] if code else []), reason
    assert [answer.data.code for answer in room.answers()] == ([code] if code else []), reason
    kept = {record.key: record for record in room.records()}
    assert all(kept[key].sequence >= record.sequence for key, record in held.items()), "nothing held is lost"
    assert (kept != held) == ("stored" in outcomes), reason


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == {name for name, *_ in SAMPLES}


@pytest.mark.parametrize("name", sorted({name for name, *_ in SAMPLES}))
def test_a_message_is_told_in_the_log_by_its_own_id_and_no_value(
    name: str, room: Room, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    room.take(sample("ok"))
    room.take(sample(name))
    written = log.getvalue() + capsys.readouterr().out
    kept = [item.body for key, item in room.store.items.items() if key.partition.startswith("QUARANTINE#")]
    texts = [written, *kept, *(sent.text for sent in room.replies.sent)]
    assert written
    assert not [value for value in personal_values() for text in texts if value in text]


def personal_values() -> list[str]:
    """Every name, number, phone and address of the sample events."""
    told = ["甄示例", "贾经办", "13900000000", "示例路", *(number for _, number in (kit.REPRESENTATIVE, kit.AGENT))]
    bodies = "".join(record["body"] for name, *_ in SAMPLES for record in sample(name)["Records"])
    assert [value for value in told if value not in bodies] == []
    return [*told, "211281200305159018"]


def test_the_correlation_id_is_the_events_own(room: Room, log: io.StringIO) -> None:
    room.take(sample("partial-batch"))
    assert [line["correlation_id"] for line in lines(log)] == [
        "dg-20260302-000004",
        sample("partial-batch")["Records"][1]["messageId"],
    ]


def test_quarantine_keeps_the_message_sealed_for_180_days(room: Room) -> None:
    record = sample("invalid-values")["Records"][0]
    room.take({"Records": [record]})
    kept = room.quarantined()[record["messageId"]]
    assert kept.sealed is not None
    assert room.services.vault.unseal(kept.sealed) == record["body"]
    assert kept.envelope.id == "mr-20260302-000025"
    assert {problem.pointer for problem in kept.problems} == {
        "/data/values/uscc",
        "/data/values/name",
        "/data/values/legal_representative_number",
        "/data/values/remark",
    }
    item = room.store.items[keys.quarantine(DAY, record["messageId"])]
    assert item.expires == int((kit.NOW + KEPT).timestamp())


def test_the_department_is_told_which_message_and_why(room: Room) -> None:
    record = sample("invalid-values")["Records"][0]
    room.take({"Records": [record]})
    room.take({"Records": [record]})
    first, again = room.answers()
    assert first == again, "redelivered, the answer has the same id"
    assert first.type == "cn.miaoban.record.refused.v1"
    assert first.data.message_id == record["messageId"]
    assert first.data.event_id == "mr-20260302-000025"
    assert first.data.department == "market-regulation"
    assert first.data.problems == room.quarantined()[record["messageId"]].problems
    assert len(room.quarantined()) == 1


def test_of_an_oversized_message_only_size_and_digest_are_kept(room: Room) -> None:
    room.take(sample("oversized"))
    (kept,) = room.quarantined().values()
    assert kept.sealed is None
    assert kept.digest is not None
    assert kept.size > LARGEST
    assert kept.envelope.id == "mr-20260302-000022", "its department is still told by its own id"


POISON = [
    ("", "empty"),
    ("\ud800", "a lone surrogate, which no encoding takes"),
    ("[" * 100_000, "deeply nested"),
    (kit.message(data={"values": {f"f{n}": n for n in range(8_000)}}), "thousands of problems"),
    (kit.message(data={"values": {"x" * 90_000: 1}}), "an endless key"),
    (kit.message(id="211281200305159019"), "a person's number as the id"),
    (kit.message(data={"values": {"211281200305159019": "x"}}), "a person's number as a key"),
    ('{"13900000000": 1, "13900000000": 2}', "a person's phone as a repeated key"),
    (kit.message(type="cn.miaoban.211281200305159019.v1"), "a person's number in the type"),
    (kit.message(source="/departments/d-13900000000"), "a person's phone in the source"),
]


@pytest.mark.parametrize(("text", "reason"), POISON, ids=[reason for _, reason in POISON])
def test_poison_is_kept_in_bounds_and_without_numbers(text: str, reason: str, room: Room, log: io.StringIO) -> None:
    assert room.take(kit.queue_event(text, kit.message())) == [], reason
    assert [line["outcome"] for line in lines(log)] == ["quarantined", "stored"], reason
    (kept,) = room.quarantined().values()
    assert len(kept.problems) <= MOST_PROBLEMS + 1
    told = [kept.text(), room.replies.sent[0].text, log.getvalue()]
    assert all(len(part) < 200_000 for part in told), reason
    assert not [part for part in told if "211281200305159019" in part or "13900000000" in part], reason


def test_a_record_is_found_where_a_matter_looks_it_up(room: Room) -> None:
    """The keys of records and of look-ups are made in two places, of personal and plain values: they must be one."""
    published = publish(room.services, kit.edition(), kit.NOW)
    applicant = kit.party(room.services, kit.AGENT).number.pseudonym
    situation, form = published.situation({"kind": "first", "subject": "enterprise", "storage": "own"})
    values = form.check({**dict(kit.application().form), "uscc": "９１211281maxx000158"}, "/form").values
    declared = comparable(situation.fields, protect(situation.fields, values, room.services.vault))
    wanted = {
        found.name: found.key for found in gathering.wanted(room.services.vault, published, situation, declared, applicant)
    }

    room.receive(kit.message({**kit.firm(), "uscc": " 91211281-MAXX000158 "}))
    room.receive(authorisation("２１１２０２１９９００１０１９０２４"))
    room.receive(listing())

    assert set(wanted.values()) == {key for key in room.store.items if key.sort == "RECORD"}


def authorisation(number: str) -> str:
    values = {"uscc": FIRM, "agent_number": number, "agent_name": "贾经办", "valid_until": "2026-12-31"}
    data = {"source": "enterprise-authorisations", "kind": "authorisation"}
    return kit.message(values, source="/departments/digital-government", data=data)


def listing() -> str:
    values = {"uscc": FIRM, "list": "经营异常名录", "reason": "示例", "listed_on": "2025-07-01"}
    return kit.message(values, data={"source": "abnormal-operations", "kind": "listing"})


def test_numbers_are_private_in_the_record(room: Room) -> None:
    room.receive(kit.message())
    (record,) = room.records()
    held = record.values["legal_representative_number"]
    assert held["pseudonym"] == kit.party(room.services).number.pseudonym
    assert held["masked"] == ResidentId(kit.REPRESENTATIVE[1]).masked
    assert kit.REPRESENTATIVE[1] not in record.text()


def state(sequence: int, **changes: Any) -> str:
    return kit.message(kit.firm(**changes), data={"sequence": sequence})


def gone(sequence: int) -> str:
    return kit.message({"uscc": FIRM}, data={"sequence": sequence}, **WITHDRAWAL)


@pytest.mark.parametrize(
    ("texts", "outcomes", "last", "reason"),
    [
        ([state(1), state(2)], ["stored", "stored"], (2, False), "newer replaces"),
        ([state(2), state(1)], ["stored", "late"], (2, False), "lower is late"),
        ([state(1), state(1)], ["stored", "duplicate"], (1, False), "the same again"),
        ([state(1), state(1, status="注销")], ["stored", "quarantined"], (1, False), "other content under the same sequence"),
        ([state(1), gone(2)], ["stored", "stored"], (2, True), "withdrawn"),
        ([state(1), gone(2), gone(2)], ["stored", "stored", "duplicate"], (2, True), "withdrawn twice"),
        ([gone(2), state(1)], ["stored", "late"], (2, True), "the tombstone keeps its sequence"),
        ([state(1), gone(2), state(2)], ["stored", "stored", "quarantined"], (2, True), "both withdrawn and there"),
        ([gone(2), state(3)], ["stored", "stored"], (3, False), "registered anew"),
        ([gone(2), state(1), state(1, status="注销")], ["stored", "late", "late"], (2, True), "late ones are not compared"),
        (
            [state(1), kit.message(kit.firm(), time="2026-03-02T01:00:00Z", data={"issued_at": "2026-03-02T02:00:00Z"})],
            ["stored", "duplicate"],
            (1, False),
            "the same moment in another offset, sent again at another time",
        ),
    ],
)
def test_sequences(texts: list[str], outcomes: list[str], last: tuple[int, bool], reason: str, room: Room) -> None:
    assert [room.receive(text).outcome for text in texts] == outcomes, reason
    (record,) = room.records()
    assert (record.sequence, record.withdrawn) == last, reason
    assert bool(record.values) != record.withdrawn, "a tombstone keeps no values"


def test_a_withdrawal_holds_only_the_key(room: Room) -> None:
    received = room.receive(kit.message(**WITHDRAWAL))
    assert (received.outcome, received.code) == ("quarantined", "record-invalid")


@pytest.mark.parametrize(
    ("senders", "sender", "outcome", "reason"),
    [
        ({}, None, "stored", "no map: the queue's policy decides"),
        ({}, "AIDAEXAMPLE", "stored", "the same for any sender"),
        ({"AIDAMARKET": "market-regulation"}, "AIDAMARKET", "stored", "the owner's user"),
        ({"AROAMARKET": "market-regulation"}, "AROAMARKET:session", "stored", "the owner's role, in any session"),
        ({"AROAMARKET:a": "market-regulation"}, "AROAMARKET:a", "stored", "the whole id may be named"),
        ({"AIDAGRAIN": "grain-reserve"}, "AIDAGRAIN", "quarantined", "another department under the owner's name"),
        ({"AIDAGRAIN": "grain-reserve"}, "AIDAMARKET", "quarantined", "a map names all who may send"),
        ({"AIDAGRAIN": "grain-reserve"}, None, "quarantined", "a map, and nobody knows who sent it"),
    ],
)
def test_senders(senders: dict[str, str], sender: str | None, outcome: str, reason: str, room: Room) -> None:
    room.desk = replace(room.desk, senders=senders)
    received = room.receive(kit.message(), sender)
    assert received.outcome == outcome, reason
    assert received.code == (None if outcome == "stored" else "source-not-owned"), reason
    assert [kept.sender for kept in room.quarantined().values()] == ([] if outcome == "stored" else [sender]), reason


def asked(room: Room, access: Access) -> None:
    """Let the legal-person base be come by in another way."""
    source = kit.edition().sources[BASE].model_copy(update={"access": access})
    room.store.commit(Commit((Put(Item(keys.source(BASE), source.text()), replaces=None),)))


@pytest.mark.parametrize(
    ("access", "text", "outcome", "reason"),
    [
        (Access.REGISTRY, kit.message(), "stored", "pushed, as agreed"),
        (Access.REGISTRY, kit.message(correlation="ask-1"), "stored", "nobody asked, and it is pushed all the same"),
        (Access.QUEUE, kit.message(correlation="ask-1"), "stored", "the answer to a question"),
        (Access.QUEUE, kit.message(**WITHDRAWAL, correlation="ask-1", data={"values": ONLY_KEY}), "stored", "there is none"),
        (Access.QUEUE, kit.message(), "quarantined", "nobody asked"),
        (Access.QUEUE, kit.heartbeat(BASE, correlation="ask-1"), "quarantined", "a heartbeat answers nothing"),
        (Access.HTTP, kit.message(), "quarantined", "asked in real time, and answered there"),
        (Access.HTTP, kit.message(correlation="ask-1"), "quarantined", "no answer comes this way"),
        (Access.HTTP, kit.heartbeat(BASE), "quarantined", "nobody waits for its word"),
    ],
)
def test_a_source_that_is_asked_takes_answers_alone(access: Access, text: str, outcome: str, reason: str, room: Room) -> None:
    asked(room, access)
    received = room.receive(text)
    assert (received.outcome, received.code) == (outcome, None if outcome == "stored" else "source-not-pushed"), reason
    assert bool(room.records()) == (outcome == "stored"), reason
    assert [reply.data.code for reply in room.answers()] == ([] if outcome == "stored" else ["source-not-pushed"]), reason


@pytest.mark.parametrize("correlation", ["", "has space", 7, kit.REPRESENTATIVE[1]])
def test_what_a_message_answers_is_named_as_events_are(correlation: object, room: Room) -> None:
    received = room.receive(kit.message(correlation=correlation))
    assert (received.outcome, received.code) == ("quarantined", "message-invalid")


def test_the_watermark_moves_forward_and_seldom(room: Room) -> None:
    steps = [
        (kit.NOW - 2 * MINUTE, kit.NOW - 2 * MINUTE, "absent: the first word is noted"),
        (kit.NOW - MINUTE - timedelta(seconds=1), kit.NOW - 2 * MINUTE, "59 seconds later: too soon"),
        (kit.NOW - MINUTE, kit.NOW - MINUTE, "a minute later"),
        (kit.NOW - 9 * MINUTE, kit.NOW - MINUTE, "an old one never moves it back"),
        (kit.NOW + 4 * MINUTE, kit.NOW, "a fast clock moves it to now and no further"),
    ]
    assert timedelta(minutes=1) == MARKED_EVERY
    for time, expected, reason in steps:
        assert room.receive(kit.heartbeat(BASE, time=time.isoformat())).outcome == "heard"
        assert room.heard_at() == expected, reason


def test_a_stale_watermark_moves_at_once(room: Room) -> None:
    long_ago = kit.NOW - timedelta(days=31)
    room.receive(kit.heartbeat(BASE, time=long_ago.isoformat()))
    room.receive(kit.heartbeat(BASE, time=(long_ago + timedelta(seconds=1)).isoformat()))
    room.receive(kit.heartbeat(BASE, time=long_ago.isoformat()))
    assert room.heard_at() == long_ago + timedelta(seconds=1), "forward, and never back"


def test_records_and_refusals_and_the_watermark(room: Room) -> None:
    room.receive(kit.message(data={"kind": "branch"}))
    assert room.heard_at() is None, "what is refused is no word of the source"
    room.receive(kit.message())
    assert room.heard_at() == kit.NOW


def wait(room: Room, record_key: str, *cases: str, source: str = BASE) -> None:
    for case in cases:
        room.store.commit(Commit((Put(Item(keys.waiting(source, record_key, case), "{}"), replaces=None),)))


def firm_key(room: Room) -> str:
    return gathering.record_key(room.services.vault, BASE, "enterprise", [FIRM])


def test_those_who_wait_are_woken_once_each(room: Room) -> None:
    wait(room, firm_key(room), "case-1", "case-2")
    wait(room, keys.ANY_RECORD, "case-2", "case-3")
    wait(room, "another", "case-4")
    wait(room, keys.ANY_RECORD, "case-5", source="abnormal-operations")
    received = room.receive(kit.message())
    assert sorted(room.woken()) == ["case-1", "case-2", "case-3"]
    assert received.woken == 3
    assert {Wakeup.read(sent.text).why for sent in room.resumes.sent} == {RECORD_ARRIVED}


def test_all_pages_of_the_waiting_are_woken(room: Room) -> None:
    wait(room, firm_key(room), *(f"case-{number:04}" for number in range(450)))
    assert room.receive(kit.message()).woken == 450


SECOND = [
    (state(1), ["any", "record"], "the same again: the first delivery may have died before it woke anyone"),
    (state(2), ["record"], "newer; the silence was broken by the first, whose task it is to tell"),
    (gone(2), ["record"], "that it is withdrawn is known now, too"),
    (kit.heartbeat(BASE), ["any"], "a word of the source, but not of the record"),
    (state(1, status="注销"), [], "what is refused says nothing"),
]


@pytest.mark.parametrize(("text", "woken", "reason"), SECOND, ids=[reason for *_, reason in SECOND])
def test_who_is_woken_by_a_second_message(text: str, woken: list[str], reason: str, room: Room) -> None:
    room.receive(state(1))
    wait(room, firm_key(room), "record")
    wait(room, keys.ANY_RECORD, "any")
    room.receive(text)
    assert sorted(room.woken()) == woken, reason


def test_a_waiting_case_goes_on_by_itself(room: Room) -> None:
    """Row 9 of the story: no record, the case waits; the record arrives on the queue; it is decided."""
    for source in ("enterprise-authorisations", "abnormal-operations"):
        room.receive(kit.heartbeat(source))
    opened = submit(room.services, kit.application(), kit.party(room.services), "key-1")
    assert opened["status"] == "waiting"
    room.receive(kit.message())
    assert room.woken() == [opened["case"]]
    resume(room.services, opened["case"])
    case = json.loads(room.store.items[keys.case(opened["case"])].body)
    assert case["status"] == "approved"


@dataclass
class Failing:
    """An outbox that fails at its first call."""

    inner: MemoryOutbox
    error: Exception | None

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Fail once, then send."""
        if self.error:
            error, self.error = self.error, None
            raise error
        self.inner.send(messages, delay)


def throttle() -> None:
    raise UnavailableError("数据库繁忙")


def breaks() -> None:
    raise RuntimeError(kit.REPRESENTATIVE[1])


@pytest.mark.parametrize(
    ("failure", "code", "reason"),
    [(throttle, "service-unavailable", "throttled"), (breaks, "internal", "a mistake of ours")],
)
def test_what_fails_for_now_comes_again(
    failure: Callable[[], None], code: str, reason: str, room: Room, log: io.StringIO
) -> None:
    store = kit.CountingStore(room.store, before_commit=failure)
    room.desk = Desk(replace(room.services, store=store), room.replies, {})
    event = kit.queue_event(kit.message(id="first"), listing())
    assert room.take(event) == ["m-0"], reason
    failed, stored = lines(log)
    assert (failed["correlation_id"], failed["code"]) == ("first", code)
    assert stored["outcome"] == "stored", "the other message is not held up"
    assert kit.REPRESENTATIVE[1] not in log.getvalue()
    assert room.take({"Records": event["Records"][:1]}) == []
    assert len(room.records()) == 2


def test_a_failure_is_told_by_place_and_code_and_not_in_words() -> None:
    number = kit.REPRESENTATIVE[1]
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": number}}, "SendMessage")
    outbox = Failing(MemoryOutbox(), denied)
    with pytest.raises(ClientError) as raised:
        wake(replace(kit.services(with_waiting()), resumes=outbox), BASE, [keys.ANY_RECORD])
    told = failure(raised.value)
    assert told["where"].startswith("operations/wake.py:")
    assert {**told, "where": ""} == {"error": "ClientError", "where": "", "operation": "SendMessage", "reason": "AccessDenied"}
    assert failure(ValueError(number)) == {"error": "ValueError"}


def with_waiting() -> MemoryStore:
    return MemoryStore([Item(keys.waiting(BASE, keys.ANY_RECORD, "case-1"), "{}")])


def test_a_crash_between_storing_and_waking_is_made_good(room: Room) -> None:
    wait(room, firm_key(room), "case-1")
    outbox = Failing(room.resumes, UnavailableError("消息队列繁忙"))
    room.desk = Desk(replace(room.services, resumes=outbox), room.replies, {})
    event = kit.queue_event(kit.message())
    assert room.take(event) == ["m-0"]
    assert room.woken() == []
    assert room.take(event) == []
    assert room.woken() == ["case-1"]


def test_a_refusal_is_made_good_when_the_answer_could_not_be_sent(room: Room) -> None:
    room.desk = replace(room.desk, replies=Failing(room.replies, UnavailableError("消息队列繁忙")))
    event = kit.queue_event("not JSON")
    assert room.take(event) == ["m-0"]
    assert room.take(event) == []
    assert len(room.answers()) == 1


def test_messages_for_which_no_time_is_left_come_again(room: Room) -> None:
    answer = take(room.desk, kit.queue_event(state(1), listing()), Left(30_000, MARGIN - 1))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert len(room.records()) == 1


def test_an_empty_batch_is_taken(room: Room) -> None:
    assert room.take({"Records": []}) == []


def test_messages_of_one_key_at_once_end_at_the_highest_sequence(room: Room) -> None:
    texts = [state(number, address=f"调兵山市示例路 {number} 号") for number in range(1, 13)]

    def deliver(number: int) -> int:
        for tries in range(1, 50):
            try:
                receive(room.desk, texts[number], None, f"m-{number}")
            except RetryableError:
                continue
            return tries
        raise AssertionError("never taken")

    tries = kit.at_once(len(texts), deliver)
    assert not [failure for failure in tries if isinstance(failure, Exception)]
    (record,) = room.records()
    assert record.sequence == 12
    assert room.quarantined() == {}


def test_a_newer_state_that_slips_in_before_the_commit_stays(room: Room) -> None:
    room.receive(state(1))  # the watermark stands: nothing but the record is written
    store = kit.CountingStore(room.store, before_commit=lambda: assert_stored(room.receive(state(9))))
    slower = Desk(replace(room.services, store=store), room.replies, {})
    assert receive(slower, state(5), None, "m-1").outcome == "late"
    (record,) = room.records()
    assert record.sequence == 9


def assert_stored(received: Received) -> None:
    assert received.outcome == "stored"


def test_one_message_delivered_to_many_at_once_is_stored_once(room: Room) -> None:
    outcomes = kit.at_once(12, lambda number: room.receive(state(1), message_id=f"m-{number}").outcome)
    assert sorted(outcomes) == ["duplicate"] * 11 + ["stored"]


def test_a_source_is_read_once_a_minute(room: Room) -> None:
    store = kit.CountingStore(room.store)
    room.desk = Desk(replace(room.services, store=store), room.replies, {})
    for sequence in range(1, 6):
        room.receive(state(sequence))
    assert store.reads == 11, "one for the source, and for each message one of its record and one of the day's counts"


def test_a_source_that_changes_is_known_a_minute_later(room: Room) -> None:
    message = kit.message({"uscc": FIRM}, data={"kind": "branch"})
    assert room.receive(message).outcome == "quarantined"
    source = kit.edition().sources[BASE]
    kinds = {**source.kinds, "branch": source.kinds["enterprise"].model_copy(update={"fields": {**uscc_only(source)}})}
    changed = source.model_copy(update={"kinds": kinds})
    room.store.commit(Commit((Put(Item(keys.source(BASE), changed.text()), replaces=None),)))
    room.clock.advance(seconds=61)
    assert room.receive(message).outcome == "stored"


def uscc_only(source: Any) -> dict[str, Any]:
    return {"uscc": source.kinds["enterprise"].fields["uscc"]}


def test_only_records_watermarks_and_quarantine_are_written(room: Room) -> None:
    before = set(room.store.items)
    for name in sorted({name for name, *_ in SAMPLES}):
        room.take(sample(name))
    written: set[Key] = set(room.store.items) - before
    assert {key.table for key in written} == {Table.RECORDS}
    spread = ("QUARANTINE", "TALLY")
    kinds = {key.partition.split("#")[0] if key.partition.startswith(spread) else key.sort for key in written}
    assert kinds == {
        "RECORD",
        "WATERMARK",
        "QUARANTINE",
        "TALLY",
    }


def test_the_environment() -> None:
    told = {"REPLY_QUEUE": "https://queue.example/1/replies", "OWN_REPLIES": "replies-"}
    given = {**told, "SENDERS": '{"AROAMARKET": "market-regulation"}', "HOME": "x"}
    assert Settings.model_validate(given).senders == {"AROAMARKET": "market-regulation"}
    assert Settings.model_validate(told).senders == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"REPLY_QUEUE": ""}, "nobody could be told"),
        ({"OWN_REPLIES": ""}, "any queue of the account would be a department's"),
        ({"SENDERS": "AROAMARKET=market-regulation"}, "not JSON"),
        ({"SENDERS": '["AROAMARKET"]'}, "not a map"),
        ({"SENDERS": '{"AROAMARKET": ""}'}, "no department"),
        ({"SENDERS": '{"": "market-regulation"}'}, "no sender"),
    ],
)
def test_a_wrong_environment_is_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"REPLY_QUEUE": "q", "OWN_REPLIES": "r-", **changes})
    assert reason


def test_the_entry_imports_with_an_empty_environment_and_no_batch_processor() -> None:
    script = "import sys, functions.receive.handler; print('aws_lambda_powertools.utilities.batch' in sys.modules)"
    paths = os.pathsep.join((str(ROOT), str(ROOT / "layers" / "miaoban" / "python")))
    done = subprocess.run(  # noqa: S603  this interpreter, a fixed script
        [sys.executable, "-c", script], env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
