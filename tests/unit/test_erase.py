"""Erasing on the fakes: at its time and not before, all that there was, whatever breaks off, and a leaf that tells it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from functions.api.problems import status_of
from functions.composition import use
from functions.resume.handler import wake
from functions.watch import handler as watching
from miaoban.case.case import Case, Status
from miaoban.case.errors import CaseErasedError
from miaoban.catalogue.condition import Basis
from miaoban.catalogue.layout import Retention
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.release import Release
from miaoban.decision.examples import merged
from miaoban.evidence.upload import Upload
from miaoban.ledger.erasure import Erasure
from miaoban.ledger.leaf import Leaf
from miaoban.licence.errors import LicenceErasedError
from miaoban.licence.licence import Licence, LicenceStatus
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations import keys
from miaoban.operations.cases import load
from miaoban.operations.correct import correct
from miaoban.operations.courier import Answer, Courier, Report
from miaoban.operations.destinations import Gate
from miaoban.operations.editions import publish
from miaoban.operations.erase import STEP, Erasures, erase_due
from miaoban.operations.handing import expire
from miaoban.operations.happened import Happened
from miaoban.operations.holds import Guard
from miaoban.operations.licensing import licence_key
from miaoban.operations.notify import Envelope, notify, read_inbox
from miaoban.operations.once import Once
from miaoban.operations.reading import own_cases, own_licences, read_licence
from miaoban.operations.relay import CloudEvent, relayed
from miaoban.operations.releases import Drafting, draft
from miaoban.operations.resume import resume
from miaoban.operations.services import Services
from miaoban.operations.set_aside import propose
from miaoban.operations.shadowing import ShadowStep, run_shadow
from miaoban.operations.submit import Application, submit
from miaoban.operations.subscriptions import Desk, SubscriptionBody, put_subscription
from miaoban.operations.uploads import UNUSED
from miaoban.operations.verify import verify_code, verify_qr
from miaoban.operations.watch import RECORD_ARRIVED, TIME_ENDED, Wakeup, watch
from miaoban.ports import ConflictError, Store, UnavailableError
from miaoban.storage import Commit, Index, Items, Key, Page, Put, Range, Table, key_of
from tests import kit, made, watched
from tests.captured import captured

CODE, QUERIES = "presentation-code", "mobile-queries"
LAST = "2026-03-09T23:59:59+08:00"
"""The last second of the seventh day after the last day of a code of 2 March."""
OVER = "2026-03-10T00:00:00+08:00"
REGION, PERSON_BASE = "211200", "population-base"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pass_all(_: object) -> None:
    """Let everybody pass: who may is another test's matter."""


class World:
    """A matter with its records as an example gives them, a clock, and filings by the examples' person."""

    def __init__(self, example: str = "01-today.yaml", matter: str = CODE, edition: Edition | None = None) -> None:
        self.given = kit.examples(matter)[example].given
        self.matter = matter
        self.clock = kit.Clock(self.given.now)
        self.memory = MemoryStore()
        self.services = kit.populate(kit.services(self.memory, clock=self.clock), self.given, matter)
        if edition:
            publish(self.services, edition, self.clock.now)

    def file(self, key: str = "key-1", situation: Mapping[str, Any] | None = None, **form: Any) -> dict[str, Any]:
        application = Application(
            matter=self.matter,
            region=self.given.region,
            situation=merged(self.given.situation, situation or {}),
            form=merged(self.given.form, form),
        )
        who = self.given.applicant
        party = kit.party(self.services, (who.name, str(who.number)))
        return dict(submit(self.services, application, party, key))

    def hear(self) -> None:
        for source in kit.edition(self.matter).sources:
            kit.hear(self.services, source)

    def once(self, key: str) -> Once:
        return Once(self.services, kit.party(self.services).owner, key, key)

    def erase(self, moment: str) -> int:
        """Erase what is due at a moment, and it is then."""
        self.clock.now = at(moment)
        erased, failed = erase_due(self.services, self.clock.now)
        assert failed == ()
        return erased

    def case(self, case: str) -> Case:
        return Case.read(self.memory.items[keys.case(case)].body)

    def left(self) -> set[Key]:
        """What is in the table of cases, but for who looked at whose data: that ends by a time of its own."""
        return {key for key in self.memory.items if key.table is Table.CASES and not key.partition.startswith("LOOKS#")}

    def tell(self, case: str) -> list[Report]:
        """Relay what happened to a case, and let notify take it; the department's system is down."""
        items = [item for key, item in sorted(self.memory.items.items()) if key.partition == f"CASE#{case}"]
        return self.take(*(relayed(item.body)[0].detail for item in items if item.key.sort.startswith("EVENT#")))

    def take(self, *details: str) -> list[Report]:
        courier = Courier(GATE, lambda *_: Answer(503), lambda: 0.5, MemoryOutbox(), lambda _: MemoryOutbox())
        messages = [Envelope(detail=CloudEvent.read(detail)) for detail in details]
        return [notify(self.services, courier, message) for message in messages]


GATE = Gate(lambda *_: ("203.0.114.10",), ())


@pytest.fixture
def world() -> World:
    return World()


def stays(case: str, licence: str | None, *leaves: str) -> set[Key]:
    """What stays of an erased case: a leaf of each decision by day, one of the erasure, and notes in the places of both."""
    ledger = {keys.leaf(REGION, date.fromisoformat(day), case, number) for number, day in enumerate(leaves, 1)}
    notes = {keys.erased(keys.case(case))} | ({keys.erased(licence_key(licence))} if licence else set())
    return ledger | notes


DECIDED, ERASED = "2026-03-02", "2026-03-10"


@pytest.mark.parametrize(
    ("moment", "erased", "reason"),
    [
        ("2026-03-03T00:00:00+08:00", 0, "it has expired, and is kept"),
        (LAST, 0, "the last second of the last day"),
        ("2026-03-09T16:00:00+00:00", 1, "midnight in China, whatever the zone"),
        (OVER, 1, "the first of the next day"),
        ("2027-01-01T00:00:00+08:00", 1, "long after: a calendar that is not published stops nothing"),
    ],
)
def test_erased_at_its_time_and_not_before(world: World, moment: str, erased: int, reason: str) -> None:
    case = world.file()
    assert case["kept_until"] == "2026-03-09"
    before = world.left()
    assert world.erase(moment) == erased, reason
    assert (world.left() == before) is not bool(erased), reason
    assert (keys.case(case["case"]) in world.left()) is not bool(erased), reason


def test_a_schedule_that_runs_ahead_of_the_clock_erases_nothing(world: World) -> None:
    world.file()
    world.clock.now = at(LAST)
    assert erase_due(world.services, at(OVER)) == Erasures(0, ())


def test_nothing_stays_but_leaves_and_notes(world: World) -> None:
    answer = world.file()
    organ = world.case(answer["case"]).organ
    desk = Desk(world.services, GATE, lambda count: b"\x07" * count)
    put_subscription(desk, organ.department, organ.region, SubscriptionBody(url="https://exchange.example/hook"))
    subscribed = {keys.subscription(organ.department, organ.region)}
    assert {report.result for report in world.tell(answer["case"])} == {"pending"}
    propose(world.services, answer["licence"], "officer", "核查中", world.once("proposed"), pass_all)
    kinds = {key.partition.split("#")[0] for key in world.left()}
    assert kinds == {"CASE", "LEDGER", "LICENCE", "UNIQUE", "KEY", "INBOX", "DELIVERY", "SUBSCRIPTION"}
    assert world.erase(OVER) == 1
    officers = {world.once("proposed").key}
    assert world.left() == stays(answer["case"], answer["licence"], DECIDED, ERASED) | subscribed | officers
    owner = kit.party(world.services).owner
    for key in stays(answer["case"], answer["licence"], DECIDED, ERASED):
        item = world.memory.items[key]
        assert item.owner is None
        assert not [word for word in (owner, "甄示例", "211281200305159019") if word in item.body + str(key)]


def test_lists_inbox_and_index_know_nothing_any_more(world: World) -> None:
    world.tell(world.file()["case"])
    owner = kit.party(world.services).owner
    assert len(read_inbox(world.services, owner).items) == 2
    world.erase(OVER)
    assert own_cases(world.services, owner, None) == ((), None)
    assert own_licences(world.services, owner, None) == ((), None)
    assert read_inbox(world.services, owner).items == ()


def test_the_leaf_of_the_decision_stays_as_it_was_and_one_of_the_erasure_joins_it(world: World) -> None:
    answer = world.file()
    case = answer["case"]
    decided = keys.leaf(REGION, date(2026, 3, 2), case, 1)
    before = world.memory.items[decided]
    digest = json.loads(world.memory.items[keys.event(case, 2)].body)["event"]["receipt"]
    world.erase(OVER)
    assert world.memory.items[decided] == before
    assert Leaf.read(before.body).receipt == digest
    told = Erasure.read(world.memory.items[keys.leaf(REGION, date(2026, 3, 10), case, 2)].body)
    assert told == Erasure(
        case=case,
        matter=CODE,
        version=1,
        basis=Basis(law="中华人民共和国个人信息保护法", article="第四十七条"),
        days=7,
        kept_until=date(2026, 3, 9),
        at=at(OVER),
        events=2,
        receipts=1,
        licence=answer["licence"],
    )


def test_who_asks_is_told_that_it_was_erased_and_why(world: World) -> None:
    answer = world.file()
    licence = read_licence(world.services, answer["licence"])
    world.erase(OVER)
    for ask in (
        lambda: read_licence(world.services, licence.number),
        lambda: verify_code(world.services, licence.number, licence.code),
        lambda: verify_qr(world.services, licence.qr),
    ):
        with pytest.raises(LicenceErasedError, match="第四十七条") as refused:
            ask()
        assert (status_of(refused.value), refused.value.code) == (410, "licence-erased")
    with pytest.raises(CaseErasedError, match="保存期限到2026-03-09为止") as gone:
        load(world.services, answer["case"])
    assert (status_of(gone.value), gone.value.code) == (410, "case-erased")


def test_a_result_without_an_end_is_valid_until_it_is_erased_and_not_after() -> None:
    world = World("01-medical.yaml", QUERIES)
    answer = world.file()
    licence = read_licence(world.services, answer["licence"])
    assert world.erase("2026-04-01T23:59:59+08:00") == 0
    assert verify_qr(world.services, licence.qr)["status"] == "valid"
    assert world.erase("2026-04-02T00:00:00+08:00") == 1
    with pytest.raises(LicenceErasedError):
        verify_qr(world.services, licence.qr)


def test_twice_and_at_once_nothing_happens_twice(world: World) -> None:
    world.file()
    world.clock.now = at(OVER)
    watches = [kit.services(world.memory, clock=kit.Clock(at(OVER) + timedelta(seconds=number))) for number in range(8)]
    answers = watched.at_once(8, lambda number: erase_due(watches[number], watches[number].now()))
    assert sum(answer.erased for answer in answers) == 1
    assert {answer.failed for answer in answers} == {()}
    after = world.memory.items
    assert world.erase("2026-03-11T00:00:00+08:00") == 0
    assert world.memory.items == after


def test_a_renewed_result_is_erased_without_the_one_that_took_its_place() -> None:
    world = World("01-medical.yaml", QUERIES)
    first = world.file()
    world.clock.advance(days=1)
    world.hear()
    second = world.file("key-2")
    assert licence_key(first["licence"]).partition == licence_key(second["licence"]).partition, "the same series"
    assert world.erase("2026-04-02T00:00:00+08:00") == 1
    with pytest.raises(LicenceErasedError):
        read_licence(world.services, first["licence"])
    assert read_licence(world.services, second["licence"]).status is LicenceStatus.VALID
    assert guards(world) == [second["licence"]]
    assert world.erase("2026-04-03T00:00:00+08:00") == 1
    assert guards(world) == []
    world.hear()
    third = world.file("key-3")
    assert licence_key(third["licence"]).partition != licence_key(second["licence"]).partition, "nothing is held any more"


def guards(world: World) -> list[str | None]:
    """The licences that hold unique keys."""
    items = [item for key, item in world.memory.items.items() if key.partition.startswith("UNIQUE#")]
    return [Guard.read(item.body).licence for item in items]


def test_one_purpose_is_erased_without_another(world: World) -> None:
    world.file()
    world.clock.advance(days=1)
    world.hear()
    other = world.file("key-2", {"purpose": "transit"}, valid_until="2026-03-03")
    assert world.erase(OVER) == 1
    assert guards(world) == [other["licence"]]


def test_a_corrected_case_goes_with_the_answers_to_both_requests(world: World) -> None:
    asked = world.file(valid_until="2026-03-05")
    assert (asked["status"], asked.get("kept_until")) == ("correcting", None)
    world.clock.advance(days=1)
    world.hear()
    corrected = correct(world.services, asked["case"], {"valid_until": "2026-03-03"}, world.once("corrected"), pass_all)
    assert (corrected["status"], corrected["kept_until"]) == ("approved", "2026-03-10")
    assert world.erase(OVER) == 0
    assert world.erase("2026-03-11T00:00:00+08:00") == 1
    assert world.left() == stays(asked["case"], corrected["licence"], "2026-03-02", "2026-03-03", "2026-03-11")


def test_a_correction_that_lapsed_counts_from_the_day_it_ended(world: World) -> None:
    asked = world.file(valid_until="2026-03-05")
    lapsed = expire(world.services, asked["case"], at("2026-03-10T00:01:00+08:00"))
    assert (lapsed.status, lapsed.kept_until) == (Status.WITHDRAWN, date(2026, 3, 17))
    assert world.erase("2026-03-18T00:00:00+08:00") == 1
    assert world.left() == stays(asked["case"], None, "2026-03-02", "2026-03-18")


ENDED = [
    ("04-cancelled-identity.yaml", "refused", "2026-03-09", "refused counts from the decision"),
    ("05-name-differs.yaml", "reviewing", None, "with a person: nothing has ended"),
    ("06-silent.yaml", "waiting", None, "waiting: nothing has ended"),
]


@pytest.mark.parametrize(("example", "status", "until", "reason"), ENDED)
def test_only_what_has_ended_is_erased(example: str, status: str, until: str | None, reason: str) -> None:
    world = World(example)
    case = world.file()
    assert (case["status"], case.get("kept_until")) == (status, until), reason
    assert world.erase("2027-01-01T00:00:00+08:00") == bool(until), reason


def test_a_case_that_waited_leaves_no_note_of_it() -> None:
    world = World("06-silent.yaml")
    case = world.file()["case"]
    assert [key for key in world.left() if key.partition.startswith("WAITING#")]
    values = kit.examples(CODE)["01-today.yaml"].given.records[f"{PERSON_BASE}/person"]["self"].values
    kit.put_record(world.services, PERSON_BASE, "person", values)
    world.hear()
    approved = resume(world.services, case)
    assert approved.status is Status.APPROVED
    assert world.erase(OVER) == 1
    assert world.left() == stays(case, approved.licence, DECIDED, DECIDED, ERASED)


def test_a_wait_is_still_found_beside_what_is_kept(world: World) -> None:
    world.file()
    waiting = World("06-silent.yaml")
    waiting.file()
    assert watch(world.services, at("2026-12-30T00:00:00+08:00")) == 0
    assert watch(waiting.services, at("2026-12-30T00:00:00+08:00")) == 1


def test_a_matter_that_says_nothing_keeps_its_cases() -> None:
    world = World("01-own-warehouse.yaml", kit.GRAIN)
    case = world.file()
    item = world.memory.items[keys.case(case["case"])]
    assert (case["status"], case.get("kept_until"), item.queue) == ("approved", None, None)
    happened = Happened.read(world.memory.items[keys.event(case["case"], 2)].body)
    assert happened.traces is None, "and says nowhere what else it left"
    assert world.erase("2030-01-01T00:00:00+08:00") == 0


class BreakingStore:
    """A store that breaks off before its n-th commit, once."""

    def __init__(self, inner: Store, left: int) -> None:
        self.inner, self.left = inner, left

    def read(self, wanted: Iterable[Key]) -> Items:
        return self.inner.read(wanted)

    def query(self, question: Range) -> Page:
        return self.inner.query(question)

    def commit(self, commit: Commit) -> None:
        self.left -= 1
        if self.left == 0:
            raise UnavailableError("断开")
        self.inner.commit(commit)


def long(world: World, events: int) -> dict[str, Any]:
    """A code whose case has so many events, the last of which is the approval, with an inbox item for each."""
    answer = world.file()
    case = world.case(answer["case"])
    happened = Happened.read(world.memory.items[keys.event(case.id, 2)].body)
    item = world.memory.items[keys.case(case.id)]
    longer = replace(item, body=case.model_copy(update={"events": events, "receipts": events - 1}).text())
    world.services.store.commit(Commit((Put(longer, replaces=None),)))
    for number in range(2, events + 1):
        told = happened.model_copy(update={"number": number, "id": f"{case.id}-{number:04}"})
        receipt = replace(world.memory.items[keys.receipt(case.id, 1)], key=keys.receipt(case.id, number - 1))
        event = replace(world.memory.items[keys.event(case.id, 1)], key=keys.event(case.id, number), body=told.text())
        world.services.store.commit(Commit((Put(event, replaces=None), Put(receipt, replaces=None))))
    assert len(world.tell(case.id)) == events
    return answer


EVENTS = 2 * STEP + 3
"""Three commits."""


@pytest.mark.parametrize(
    ("events", "broken", "reason"),
    [(2, 1, "an ordinary case goes whole or not at all"), *((EVENTS, n, f"before the commit {n} of three") for n in (1, 2, 3))],
)
def test_wherever_it_breaks_off_it_is_found_and_gone_on_with(world: World, events: int, broken: int, reason: str) -> None:
    answer = long(world, events)
    world.clock.now = at(OVER)
    before = len(world.left())
    erased, (failed,) = erase_due(replace(world.services, store=BreakingStore(world.memory, broken)), at(OVER))
    assert (erased, failed.code) == (0, "service-unavailable"), reason
    assert keys.case(answer["case"]) in world.left(), reason
    assert guards(world) in ([answer["licence"]], []), reason
    assert (len(world.left()) < before) is (broken > 1), reason
    assert world.erase(OVER) == 1, reason
    decided = keys.leaf(REGION, date(2026, 3, 2), answer["case"], 1)
    erasure = keys.leaf(REGION, date(2026, 3, 10), answer["case"], events)
    assert world.left() == stays(answer["case"], answer["licence"]) | {decided, erasure}, reason
    told = Erasure.read(world.memory.items[erasure].body)
    assert (told.events, told.receipts) == (events, events - 1), reason


class RefusingStore(BreakingStore):
    """A store that does not let one case go."""

    def __init__(self, inner: Store, kept: str) -> None:
        super().__init__(inner, 0)
        self.kept = keys.event(kept, 1)

    def commit(self, commit: Commit) -> None:
        if any(getattr(write, "key", None) == self.kept for write in commit.writes):
            raise UnavailableError("断开")
        self.inner.commit(commit)


def test_one_that_cannot_be_erased_stops_no_other(world: World) -> None:
    first, second = world.file(), world.file("key-2", {"purpose": "transit"})
    world.clock.now = at(OVER)
    erased, failed = erase_due(replace(world.services, store=RefusingStore(world.memory, first["case"])), at(OVER))
    assert (erased, [error.code for error in failed]) == (1, ["service-unavailable"])
    assert keys.case(first["case"]) in world.left()
    assert keys.case(second["case"]) not in world.left()
    assert world.erase(OVER) == 1


class HurriedStore(BreakingStore):
    """A store whose index names what is not due."""

    def query(self, question: Range) -> Page:
        return self.inner.query(replace(question, end="9999-12-31"))


def test_an_index_is_not_believed(world: World) -> None:
    world.file()
    world.clock.now = at(LAST)
    hurried = HurriedStore(world.memory, 0)
    assert len(hurried.query(Range(Index.QUEUE, keys.ERASURES, end="")).items) == 1
    assert erase_due(replace(world.services, store=hurried), at(LAST)) == Erasures(0, ())


class MeetingStore(BreakingStore):
    """A store in which something happens before a key is read for the first time."""

    def __init__(self, inner: Store, key: Key, happens: Callable[[], object]) -> None:
        super().__init__(inner, 0)
        self.key, self.happens = key, happens

    def read(self, wanted: Iterable[Key]) -> Items:
        keys_read = list(wanted)
        if self.key in keys_read:
            happens, self.happens = self.happens, lambda: None
            happens()
        return self.inner.read(keys_read)


def test_who_renews_while_the_result_is_erased_gets_a_new_one() -> None:
    """The guard was read with the licence, which is gone when it is read in its turn: read again, nothing is held."""
    world = World("01-medical.yaml", QUERIES)
    first = world.file()
    world.clock.now = at("2026-04-02T00:00:00+08:00")
    world.hear()
    others = kit.services(world.memory, clock=world.clock)
    store = MeetingStore(world.memory, licence_key(first["licence"]), lambda: erase_due(others, world.clock.now))
    world.services = replace(world.services, store=store)
    second = world.file("key-2")
    assert (second["status"], guards(world)) == ("approved", [second["licence"]])
    assert keys.case(first["case"]) not in world.left()


def test_what_is_renewed_while_it_is_erased_is_erased_and_the_new_one_stays(world: World) -> None:
    first = world.file()
    world.clock.now = at(OVER)
    world.hear()
    second: list[dict[str, Any]] = []
    store = MeetingStore(
        world.memory,
        licence_key(first["licence"]),
        lambda: second.append(world.file("key-2", valid_until="2026-03-10")),
    )
    assert erase_due(replace(world.services, store=store), at(OVER)) == Erasures(1, ())
    assert guards(world) == [second[0]["licence"]]
    assert read_licence(world.services, second[0]["licence"]).status is LicenceStatus.VALID


def test_a_late_message_brings_nothing_back(world: World) -> None:
    answer = world.file()
    happened = relayed(world.memory.items[keys.event(answer["case"], 2)].body)[0]
    world.erase(OVER)
    after = world.memory.items
    assert [report.result for report in world.take(happened.detail)] == ["case-erased"]
    for why in (TIME_ENDED, RECORD_ARRIVED):
        assert wake(world.services, Wakeup(case=answer["case"], why=why)) == "erased", "and does not end in the dead letters"
    assert world.memory.items == after


def test_the_watch_erases_and_tells_how_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_QUEUE", "https://queues.example/notify")
    monkeypatch.setenv("ASK_QUEUE", "https://queues.example/ask")
    world.file()
    world.clock.now = at(OVER)
    event = {"time": OVER}
    with use(world.services), captured("watch") as log:
        assert [watching.handler(event, None)["erased"] for _ in range(2)] == [1, 0]
    assert log.getvalue().count('"erased":1') == 1


def test_the_watch_fails_loudly_when_it_cannot_erase(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_QUEUE", "https://queues.example/notify")
    monkeypatch.setenv("ASK_QUEUE", "https://queues.example/ask")
    world.file()
    world.clock.now = at(OVER)
    broken = replace(world.services, store=BreakingStore(world.memory, 1))
    with use(broken), captured("watch"), pytest.raises(UnavailableError):
        watching.handler({"time": OVER}, None)


class BusyStore(BreakingStore):
    """A store in which so many commits meet another's transaction on the same keys, and nothing of theirs stands yet."""

    def commit(self, commit: Commit) -> None:
        self.left -= 1
        if self.left >= 0:
            raise ConflictError(tuple(key_of(write) for write in commit.writes))
        self.inner.commit(commit)


def test_messages_that_meet_are_not_taken_for_late_ones(world: World) -> None:
    answer = world.file()
    happened = relayed(world.memory.items[keys.event(answer["case"], 2)].body)[0]
    world.services = replace(world.services, store=BusyStore(world.memory, 2))
    assert [report.result for report in world.take(happened.detail)] == ["not-subscribed"]
    assert len(read_inbox(world.services, kit.party(world.services).owner).items) == 1


RULE = Retention(days=30, basis=Basis(law="示例法", article="第一条"), source="示例")


def grain(days: int) -> Edition:
    """The grain filing with a rule of erasing."""
    result = kit.edition().matter.result.model_copy(update={"erase_after": RULE.model_copy(update={"days": days})})
    return made.edition(result=result)


def test_flags_go_with_their_case() -> None:
    world = World("07-all-flags.yaml", kit.GRAIN, grain(30))
    case = world.file()["case"]
    assert keys.flag(f"{case}-0001") in world.left()
    assert world.erase("2026-04-02T00:00:00+08:00") == 1
    left = {key.partition.split("#")[0] for key in world.left()}
    assert left == {"CASE", "LICENCE", "LEDGER", "UPLOADS"}, "a file goes by itself: test_materials.py"
    (file,) = (item for key, item in world.memory.items.items() if key.partition.startswith("UPLOADS#"))
    assert (Upload.read(file.body).cases, file.queue, file.queue_at) == ((), UNUSED, "2026-04-02")


def test_what_a_case_only_cancelled_goes_with_the_case_that_brought_it() -> None:
    world = World("01-own-warehouse.yaml", kit.GRAIN, grain(60))
    first = world.file()
    publish(world.services, grain(1), world.clock.now)
    nothing = dict.fromkeys(kit.examples()["01-own-warehouse.yaml"].given.form)
    subject = {key: value for key, value in kit.examples()["10-cancel.yaml"].given.form.items() if value is not None}
    cancelled = world.file("key-2", {"kind": "cancel", "storage": None}, **nothing | subject)
    assert (cancelled["status"], cancelled["licence"]) == ("approved", first["licence"])
    assert world.erase("2026-03-04T00:00:00+08:00") == 1
    assert read_licence(world.services, first["licence"]).status is LicenceStatus.CANCELLED
    assert world.erase("2026-05-02T00:00:00+08:00") == 1
    with pytest.raises(LicenceErasedError):
        read_licence(world.services, first["licence"])


def test_a_shadow_run_counts_what_was_erased() -> None:
    world = World("01-own-warehouse.yaml", kit.GRAIN, grain(30))
    world.file()
    world.clock.advance(days=20)
    world.hear()
    second = world.file("key-2")
    before = run(world.services)
    assert (before.receipts, before.tally.erased) == (2, 0)
    assert world.erase("2026-04-02T00:00:00+08:00") == 1
    after = run(world.services)
    assert (after.receipts, after.tally.same + len(after.differing)) == (1, 1)
    assert (after.tally.examined, after.tally.erased) == (2, 1)
    assert keys.case(second["case"]) in world.left()


def run(services: Services) -> ShadowStep:
    """A shadow run of the edition in force."""
    content = Drafting(edition=kit.edition(), examples=kit.examples(), effective_from=None)
    once = Once(services, "steward", services.new_id(8), "x")
    release = Release.model_validate(draft(services, content, "steward-1", once))
    again = Once(services, "steward", services.new_id(8), "x")
    return ShadowStep.model_validate(run_shadow(services, release.id, "steward-1", again, lambda _: None))


COUNTED = [
    ("2026-03-02", 0, "2026-03-02", "none: erased on the next day"),
    ("2026-02-28", 1, "2026-03-01", "natural days"),
    ("2026-09-30", 1, "2026-10-01", "a holiday keeps nothing longer"),
    ("9999-12-31", 30, "9999-12-31", "as far as there are days"),
]


@pytest.mark.parametrize(("ended", "days", "last", "reason"), COUNTED)
def test_the_last_day(ended: str, days: int, last: str, reason: str) -> None:
    rule = RULE.model_copy(update={"days": days})
    assert rule.last_day(date.fromisoformat(ended)) == date.fromisoformat(last), reason


def test_a_licence_that_a_person_grants_after_its_last_day_is_kept_from_that_day(world: World) -> None:
    case = world.case(world.file()["case"])
    late = case.model_copy(update={"updated_at": at("2026-03-20T10:00:00+08:00")})
    assert late.kept_until == date(2026, 3, 27)
    assert case.model_copy(update={"valid_until": date(2026, 5, 1)}).kept_until == date(2026, 5, 8)
    assert Licence.read(world.memory.items[licence_key(str(case.licence))].body).terms.valid_until == case.valid_until
