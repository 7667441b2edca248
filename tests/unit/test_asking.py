"""Asking: a case that waits has its source asked; whatever the source does, nothing is lost, and nothing is asked in vain."""

import json
from datetime import timedelta
from typing import Any

import pytest

from examples.department import Register, Worker
from miaoban.case.case import Status
from miaoban.case.errors import CaseStateError
from miaoban.decision.examples import merged
from miaoban.errors import MiaobanError
from miaoban.evidence import errors
from miaoban.evidence.gate import Gate, State
from miaoban.evidence.record import Record
from miaoban.memory import MemoryAsker, MemoryOutbox
from miaoban.operations import keys
from miaoban.operations.asking import Asked, Desk, delay, put
from miaoban.operations.asks import Ask, ask_key
from miaoban.operations.cases import load
from miaoban.operations.catching_up import MINUTE, Prompt, catch_up, per_minute
from miaoban.operations.disputes import disputes
from miaoban.operations.disputing import DisputeBody, correct_value, dispute
from miaoban.operations.draft import Draft, DraftRequest, draft
from miaoban.operations.editions import publish
from miaoban.operations.handing import expire, withdraw
from miaoban.operations.inquire import Desk as InquiryDesk
from miaoban.operations.once import Once
from miaoban.operations.prompting import records_of
from miaoban.operations.receive import Desk as ReceiveDesk
from miaoban.operations.receive import receive
from miaoban.operations.resume import resume
from miaoban.operations.submit import Application, submit
from miaoban.storage import Index, Key, Range, Table
from tests import kit

QUERIES, FUND, SUBSIDY = "mobile-queries", "housing-fund-withdrawal", "enterprise-subsidy"
SOCIAL, HOSPITAL, TAX = "social-insurance", "hospital-appointments", "tax-payments"
NAME, NUMBER = kit.REPRESENTATIVE
INSURED = {"number": NUMBER, "name": NAME, "status": "参保缴费", "paid_until": "2026-02-28"}


class World:
    """Two matters that ask, a source that answers from memory, and the queues between."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.services = kit.services(clock=self.clock)
        for matter in (QUERIES, FUND, SUBSIDY):
            publish(self.services, kit.edition(matter), kit.NOW)
        self.asker = MemoryAsker(self.clock)
        self.questions = MemoryOutbox()
        self.prompts = MemoryOutbox()
        inquiries = InquiryDesk(self.services, self.asker, lambda seconds: self.clock.advance(seconds=seconds), lambda: 0.5)
        self.desk = Desk(inquiries, lambda _: self.questions)
        self.asker.put(SOCIAL, "insured", ("number",), INSURED)

    def filed(self, what: str, who: tuple[str, str] = kit.REPRESENTATIVE, matter: str = QUERIES, **form: Any) -> str:
        given = kit.examples(matter)[next(iter(kit.examples(matter)))].given
        situation = {"what": what} if matter == QUERIES else {"reason": what}
        typed = {**merged(given.form, form)}
        application = Application(matter=matter, region="211281", situation=situation, form=typed)
        answer = submit(self.services, application, kit.party(self.services, who), self.services.new_id(12))
        assert answer["status"] == "waiting", answer
        return str(answer["case"])

    def record(self, case: str, source: str = SOCIAL) -> str:
        """The partition of the record that a case waits for."""
        (found,) = (one for one in load(self.services, case).case.waiting_on if one.source == source)
        return f"{found.source}#{found.kind}#{found.key}"

    def ask(self, record: str) -> Ask | None:
        key = ask_key(Key(Table.RECORDS, record, "RECORD"))
        item = self.services.store.read([key]).get(key)
        return Ask.read(item.body) if item else None

    def put(self, case: str, source: str = SOCIAL) -> Asked:
        return put(self.desk, self.record(case, source))

    def resumed(self, case: str) -> Status:
        return resume(self.services, case).status

    def gate(self, source: str = SOCIAL) -> Gate:
        item = self.services.store.read([keys.gate(source)]).get(keys.gate(source))
        return Gate.read(item.body) if item else Gate(source=source)

    def caught_up(self) -> list[str]:
        before = len(self.prompts.sent)
        catch_up(self.services, self.prompts, self.clock.now)
        return [Prompt.read(sent.text).record for sent in self.prompts.sent[before:]]


@pytest.fixture
def world() -> World:
    return World()


def test_a_case_that_waits_is_asked_for_and_goes_on_when_the_answer_is_there(world: World) -> None:
    case = world.filed("social")
    record = world.record(case)
    assert world.put(case) == Asked("stored", SOCIAL, woken=1)
    (question,) = world.asker.questions
    assert (question.key, question.purpose, question.case) == ({"number": NUMBER}, "decide", case)
    assert world.ask(record) is None, "what is answered is not asked"
    assert put(world.desk, record) == Asked("gone"), "nor again"
    kept = world.services.store.read([Key(Table.RECORDS, record, "RECORD")])
    stored = Record.read(kept[Key(Table.RECORDS, record, "RECORD")].body)
    assert stored.response, "the digest of what was answered"
    assert world.resumed(case) is Status.APPROVED


def test_the_number_that_is_asked_for_is_nowhere_in_the_clear(world: World) -> None:
    case = world.filed("social")
    ask = world.ask(world.record(case))
    assert ask
    assert NUMBER not in ask.text()
    assert NUMBER not in "".join(sent.text for sent in world.prompts.sent)


def test_no_record_is_an_answer(world: World) -> None:
    case = world.filed("hospital")
    assert world.put(case, HOSPITAL).outcome == "stored"
    assert world.resumed(case) is Status.REFUSED


def test_a_record_that_is_fresh_by_law_is_not_asked_for(world: World) -> None:
    kit.put_record(world.services, SOCIAL, "insured", INSURED)
    given = kit.examples(QUERIES)["01-social.yaml"].given
    application = Application(matter=QUERIES, region="211281", situation=given.situation, form=given.form)
    assert submit(world.services, application, kit.party(world.services), "key-1")["status"] == "approved"
    assert world.services.store.query(Range(Index.QUEUE, f"ASKS#{SOCIAL}")).items == ()


def test_a_stale_record_decides_nothing_until_it_is_confirmed(world: World) -> None:
    """The source's record has not changed: the same sequence, the same words, and from now on fresh again."""
    case = world.filed("social")
    world.put(case)
    assert world.resumed(case) is Status.APPROVED
    world.clock.advance(days=31)
    again = world.filed("social", matter=QUERIES, purpose="school")
    assert world.put(again).outcome == "duplicate"
    assert world.resumed(again) is Status.APPROVED


def test_cases_that_wait_for_one_record_share_one_question(world: World) -> None:
    first, second = world.filed("social"), world.filed("retire", matter=FUND, amount=8000000, closing=True)
    assert world.record(first) == world.record(second)
    asked = world.ask(world.record(first))
    assert asked
    assert asked.case == first
    deadlines = [load(world.services, case).case.deadline for case in (first, second)]
    assert asked.law_by == min(day for day in deadlines if day), "the law's clock of who must end first"
    assert world.put(first).woken == 2
    assert len(world.asker.questions) == 1


FAULTS: list[tuple[MiaobanError, str, str, str]] = [
    (errors.SourceTimeoutError("x"), "failed", "source-timeout", "slow, or dripping"),
    (errors.SourceUnreachableError("x"), "failed", "source-unreachable", "down"),
    (errors.SourceFailedError("x"), "failed", "source-failed", "5xx"),
    (errors.SourceBusyError("x"), "failed", "source-busy", "429 without Retry-After"),
    (errors.SourceBusyError("x", timedelta(seconds=90)), "failed", "source-busy", "429 with Retry-After"),
    (errors.AnswerNotJsonError("x"), "failed", "answer-not-json", "200 with an error page"),
    (errors.AnswerSignatureError("x"), "failed", "answer-signature", "a wrong signature"),
    (errors.AnswerRedirectError("x"), "failed", "answer-redirect", "a redirect, to a private address or any other"),
    (errors.AnswerInvalidError("x"), "failed", "answer-invalid", "another record"),
    (errors.QuestionRefusedError("x"), "failed", "question-refused", "4xx"),
]


@pytest.mark.parametrize(("fault", "outcome", "code", "reason"), FAULTS, ids=[row[-1] for row in FAULTS])
def test_whatever_the_source_does_the_case_waits_and_is_asked_for_again(
    world: World, fault: MiaobanError, outcome: str, code: str, reason: str
) -> None:
    case = world.filed("social")
    record = world.record(case)
    world.asker.fault = fault
    told = world.put(case)
    assert (told.outcome, told.code) == (outcome, code), reason
    assert world.resumed(case) is Status.WAITING, "nothing is approved wrongly"
    kept = world.ask(record)
    assert kept
    assert kept.next_at > world.clock.now
    assert world.put(case) == Asked("not-due", SOCIAL)
    world.asker.fault = None
    world.clock.now = max(kept.next_at, world.gate().until or kept.next_at)
    assert world.put(case).outcome == "stored"
    assert world.resumed(case) is Status.APPROVED


def test_an_answer_that_does_not_fit_the_source_is_none(world: World) -> None:
    case = world.filed("social")
    world.asker.put(SOCIAL, "insured", ("number",), {**INSURED, "paid_until": "二月底"})
    told = world.put(case)
    assert (told.outcome, told.code) == ("failed", "record-invalid")
    assert world.resumed(case) is Status.WAITING


def test_a_source_that_fails_is_left_alone_and_tried_by_one(world: World) -> None:
    people = [(NAME, NUMBER), kit.AGENT, ("甄又一", "211202199001019032"), ("甄再一", "211202199001019040")]
    cases = [world.filed("social", who) for who in people]
    world.asker.fault = errors.SourceUnreachableError("x")
    outcomes = [world.put(case).outcome for case in cases]
    assert outcomes == ["failed", "failed", "failed", "resting"], "two attempts each, and five failures open it"
    assert world.gate().state is State.OPEN
    assert world.caught_up() == [], "while it rests nothing goes out"
    world.clock.advance(minutes=16)
    (probe,) = world.caught_up()
    world.asker.fault = None
    assert put(world.desk, probe).outcome == "stored"
    assert sorted(world.caught_up()) == sorted(record for record in map(world.record, cases) if record != probe)


def test_a_flapping_source_answers_in_the_end_and_is_never_asked_beyond_its_gate(world: World) -> None:
    case = world.filed("social")
    record = world.record(case)
    for turn in range(200):
        world.asker.fault = errors.SourceUnreachableError("x") if turn % 3 else None
        if put(world.desk, record).outcome in {"stored", "gone"}:
            break
        world.clock.advance(seconds=20)
    assert world.resumed(case) is Status.APPROVED


def test_the_law_s_clock_says_who_is_asked_for_first(world: World) -> None:
    later = world.filed("social")
    world.clock.advance(days=-20)
    sooner = world.filed("social", kit.AGENT)
    world.clock.advance(days=20)
    assert world.caught_up() == [world.record(sooner), world.record(later)]


def test_what_nobody_waits_for_is_not_asked(world: World) -> None:
    case = world.filed("social")
    record = world.record(case)
    once = Once(world.services, kit.party(world.services).owner, "w", {})
    withdraw(world.services, case, None, once, lambda _: None)
    assert put(world.desk, record) == Asked("not-wanted", SOCIAL)
    assert world.asker.questions == []
    assert world.ask(record) is None


def test_a_wait_that_ended_is_with_a_person_whatever_the_answer(world: World) -> None:
    case = world.filed("social")
    deadline = load(world.services, case).case.deadline
    assert deadline
    world.clock.advance(days=(deadline - world.clock.now.date()).days + 1)
    record = world.record(case)
    assert expire(world.services, case, world.clock.now).status is Status.REVIEWING
    assert put(world.desk, record) == Asked("not-wanted", SOCIAL)


def test_a_quota_is_spread_over_the_minute(world: World) -> None:
    asking = kit.sources()[SOCIAL].asking
    assert asking
    assert per_minute(asking) == 960, "four fifths of 20 a second"
    people = [(f"甄{number}", identity(number)) for number in range(40)]
    for who in people:
        world.filed("social", who)
    world.caught_up()
    assert [sent.delay for sent in world.prompts.sent] == [place // (960 // MINUTE) for place in range(40)]


def identity(number: int) -> str:
    """A made-up resident number."""
    digits = f"21120219900101{900 + number}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11]


DOWN, WRONG = errors.SourceUnreachableError("x"), errors.AnswerInvalidError("x")


@pytest.mark.parametrize(
    ("error", "tried", "seconds"),
    [(DOWN, 1, 2), (DOWN, 4, 16), (DOWN, 50, 900), (WRONG, 1, 60), (WRONG, 5, 960), (WRONG, 50, 14_400)],
)
def test_what_fails_is_put_off_longer_each_time(error: MiaobanError, tried: int, seconds: int) -> None:
    assert delay(error, tried) == timedelta(seconds=seconds)


def test_a_case_that_begins_to_wait_says_what_to_ask(world: World) -> None:
    case = world.filed("social")
    told = json.loads((kit.ROOT / "events" / "ask" / "wait-begun.json").read_text(encoding="utf-8"))
    envelope = json.loads(told["Records"][0]["body"])
    data: dict[str, Any] = {**envelope["detail"]["data"], "case": case}
    text = json.dumps({**envelope, "detail": {**envelope["detail"], "data": data}})
    assert list(records_of(world.services, text)) == [world.record(case)]


class Queued:
    """A subsidy that waits for the tax office, which is asked over its queue."""

    def __init__(self, world: World) -> None:
        self.world = world
        given = kit.examples(SUBSIDY)["01-instant.yaml"].given
        records = {place: found for place, found in given.records.items() if not place.startswith(TAX)}
        kit.populate(world.services, given.model_copy(update={"records": records}), SUBSIDY)
        world.clock.now = given.now
        told = Application(matter=SUBSIDY, region=given.region, situation=given.situation, form=given.form)
        who = (given.applicant.name, str(given.applicant.number))
        answer = submit(world.services, told, kit.party(world.services, who), "key-1")
        assert answer["status"] == "waiting", answer
        self.case = str(answer["case"])
        (self.record,) = (f"{one.source}#{one.kind}#{one.key}" for one in load(world.services, self.case).case.waiting_on)
        values = next(iter(given.records[f"{TAX}/year"].values())).values
        keys_of = {kind: found.key for kind, found in kit.sources()[TAX].kinds.items()}
        self.register = Register(kit.sources()[TAX].owner, TAX, keys_of)
        self.register.put("year", values)
        self.replies: list[str] = []
        self.worker = Worker(self.register, lambda messages: self.replies.extend(json.dumps(one) for one in messages))

    def received(self, text: str) -> str:
        event = {**json.loads(text), "time": self.world.clock.now.isoformat()}
        event["data"]["issued_at"] = self.world.clock.now.isoformat()
        desk = ReceiveDesk(self.world.services, MemoryOutbox(), {})
        return receive(desk, json.dumps(event), None, "m-1").outcome


def test_a_department_asked_over_its_queue_answers_in_its_own_time(world: World) -> None:
    queued = Queued(world)
    assert put(world.desk, queued.record) == Asked("sent", TAX)
    (sent,) = world.questions.sent
    assert json.loads(sent.text)["type"] == "cn.miaoban.record.asked.v1"
    assert put(world.desk, queued.record) == Asked("not-due", TAX), "it is not asked twice meanwhile"
    queued.worker.take([sent.text])
    (reply,) = queued.replies
    assert queued.received(reply) == "stored"
    assert world.ask(queued.record) is None
    assert world.resumed(queued.case) is not Status.WAITING
    assert queued.received(reply) == "duplicate", "a double reply is harmless"


def test_a_reply_that_comes_after_the_question_was_asked_again_is_as_good(world: World) -> None:
    queued = Queued(world)
    put(world.desk, queued.record)
    world.clock.advance(minutes=16)
    assert put(world.desk, queued.record) == Asked("sent", TAX), "nothing came within a quarter of an hour"
    first, second = (sent.text for sent in world.questions.sent)
    queued.worker.take([first])
    queued.worker.take([second])
    assert [queued.received(reply) for reply in queued.replies] == ["stored", "duplicate"]
    assert world.ask(queued.record) is None


def drafted(world: World, **form: Any) -> Draft:
    """A draft of the query of social insurance, by who may look."""
    given = kit.examples(QUERIES)["01-social.yaml"].given
    request = DraftRequest(matter=QUERIES, region="211281", situation=given.situation, form=form or {"consent": True})
    return draft(world.services, request, kit.party(world.services))


def prompted(world: World) -> list[str]:
    """The records that a draft has had asked for."""
    assert isinstance(world.services.prompts, MemoryOutbox)
    texts, world.services.prompts.sent = [sent.text for sent in world.services.prompts.sent], []
    return [Prompt.read(text).record for text in texts]


def test_a_draft_has_a_source_asked_and_a_moment_later_knows_its_answer(world: World) -> None:
    first = drafted(world)
    assert first.asking == ("社会保险信息系统",)
    (record,) = prompted(world)
    assert put(world.desk, record).outcome == "stored"
    (question,) = world.asker.questions
    assert (question.purpose, question.case) == ("prefill", "draft")
    second = drafted(world)
    assert (second.asking, prompted(world)) == ((), [])
    form = kit.examples(QUERIES)["01-social.yaml"].given.form
    application = Application(matter=QUERIES, region="211281", situation={"what": "social"}, form=form)
    assert submit(world.services, application, kit.party(world.services), "k")["status"] == "approved", "nobody asks again"


def test_drafts_made_again_and_again_ask_once(world: World) -> None:
    for _ in range(3):
        drafted(world)
    record = prompted(world)
    assert len(set(record)) == 1
    put(world.desk, record[0])
    assert len(world.asker.questions) == 1


def test_without_the_consent_that_it_needs_a_draft_asks_nobody(world: World) -> None:
    assert drafted(world, purpose="school").asking == ()
    assert prompted(world) == []


def test_what_a_draft_wanted_long_ago_is_asked_of_nobody(world: World) -> None:
    drafted(world)
    (record,) = prompted(world)
    world.clock.advance(minutes=6)
    assert put(world.desk, record).outcome == "not-wanted"
    assert world.asker.questions == []


def test_a_case_takes_over_what_a_draft_has_asked(world: World) -> None:
    drafted(world)
    case = world.filed("social")
    world.clock.advance(minutes=6)
    assert world.put(case).woken == 1
    assert world.resumed(case) is Status.APPROVED


def disputed(world: World) -> str:
    """A case that was refused on what a source has answered, and whose applicant holds that to be wrong."""
    world.asker.put(SOCIAL, "insured", ("number",), {**INSURED, "name": "贾示例"})
    case = world.filed("social")
    world.put(case)
    world.resumed(case)
    body = DisputeBody(source=SOCIAL, field="name", says=NAME, reason="姓名登记有误")
    once = Once(world.services, "me", f"dispute-{case}", {})
    assert dispute(world.services, case, "me", body, once, lambda _: None)["status"] == "waiting"
    return case


def corrected(world: World, case: str) -> str:
    """The department says that it has corrected its value; the record that is asked for anew."""
    correct_value(world.services, case, Once(world.services, "department", f"c-{case}-{world.clock.now}", {}), lambda _: None)
    (record,) = prompted(world)
    return record


def test_a_disputed_answer_is_asked_for_anew_once_the_department_has_corrected_it(world: World) -> None:
    case = disputed(world)
    assert [task.case for task in disputes(world.services, "human-resources").items] == [case]
    world.clock.advance(minutes=1)
    assert put(world.desk, corrected(world, case)).outcome in {"duplicate", "stored"}, "the same answer as before"
    assert world.resumed(case) is Status.WAITING, "nothing has been corrected"
    world.clock.advance(minutes=1)
    world.asker.put(SOCIAL, "insured", ("number",), INSURED, sequence=2)
    assert put(world.desk, corrected(world, case)).woken == 1
    assert world.resumed(case) is Status.APPROVED
    assert disputes(world.services, "human-resources").items == ()


def test_a_record_that_is_pushed_is_corrected_by_pushing_it(world: World) -> None:
    case = world.filed("social")
    with pytest.raises(CaseStateError, match="没有待答复的异议"):
        correct_value(world.services, case, Once(world.services, "d", "k", {}), lambda _: None)


def test_a_draft_prompts_nobody_for_what_is_put_off(world: World) -> None:
    drafted(world)
    (record,) = prompted(world)
    world.asker.fault = errors.SourceTimeoutError("x")
    assert put(world.desk, record).outcome == "failed"
    assert drafted(world).asking == ("社会保险信息系统",)
    assert prompted(world) == [], "its next turn has a time, and the watch keeps it"
