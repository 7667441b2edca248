"""Submitting on the fakes: one read, one signature, one commit; once only, whoever sends it how often at once."""

from hashlib import sha256
from typing import Any

import pytest

from miaoban.case.case import Case, Status
from miaoban.case.errors import CaseOpenError
from miaoban.case.events import Judged
from miaoban.catalogue.errors import FormError, MatterNotFoundError
from miaoban.catalogue.publication import Edition
from miaoban.decision.receipt import proof_of
from miaoban.decision.replay import replay
from miaoban.ledger.leaf import Leaf
from miaoban.licence.credential import verify
from miaoban.licence.licence import Licence, LicenceStatus
from miaoban.memory import MemorySigner, MemoryStore
from miaoban.operations import keys
from miaoban.operations.editions import current, publish, refresh
from miaoban.operations.errors import BusyError, KeyReusedError
from miaoban.operations.happened import Happened
from miaoban.operations.holds import Guard
from miaoban.operations.licensing import licence_key
from miaoban.operations.services import Services, law_date
from miaoban.operations.submit import ApplicationError, submit
from miaoban.ports import ConflictError
from miaoban.storage import Commit, Item
from tests import kit, watched

FIFTY = 50
DIFFERENT = [f"key-{number}" for number in range(FIFTY)]


class World:
    """Two processes on one store: one that is counted, one that stands for everybody else."""

    def __init__(self) -> None:
        self.memory = MemoryStore()
        self.others = kit.ready(kit.services(store=self.memory))
        self.store = watched.CountingStore(self.memory)
        self.signer = watched.CountingSigner(MemorySigner(kit.issuing_key()))
        self.services = kit.services(store=self.store, signer=self.signer)
        self.party = kit.party(self.services)
        current(self.services, kit.GRAIN)
        self.store.reads = 0

    def submit(self, key: str = "key-1", **changes: Any) -> dict[str, Any]:
        return dict(submit(self.services, kit.application(**changes), self.party, key))

    def at_once(self, *keys_sent: str) -> list[Any]:
        """Submit in so many threads, none of which commits before all have read."""
        self.store.inner = watched.Rendezvous(self.memory, len(keys_sent))
        return watched.at_once(len(keys_sent), lambda number: self.submit(keys_sent[number]))

    def calls(self) -> tuple[int, int, int, int]:
        return self.store.reads, self.signer.signatures, self.store.commits, self.store.queries

    def items(self, start: str, sort: str = "") -> list[Item]:
        found = self.memory.items.items()
        return [item for key, item in sorted(found) if key.partition.startswith(start) and key.sort.startswith(sort)]

    def case(self, case_id: str) -> Case:
        return Case.read(self.memory.items[keys.case(case_id)].body)

    def forget_firm(self) -> None:
        found = kit.put_record(self.others, "legal-person-base", "enterprise", kit.firm())
        self.memory = MemoryStore(item for key, item in self.memory.items.items() if key != found)
        self.store.inner = self.memory
        self.others = kit.services(store=self.memory)


@pytest.fixture
def world() -> World:
    return World()


def test_row_1_approved_with_one_read_one_signature_one_commit(world: World) -> None:
    answer = world.submit()
    assert (answer["status"], answer["reasons"]) == ("approved", [])
    assert world.calls() == (1, 1, 1, 0)
    licence = Licence.read(world.memory.items[licence_key(answer["licence"])].body)
    claims = verify(licence.qr, {world.signer.key_id: world.signer.public_key()})
    assert (claims.n, claims.h, claims.c) == (answer["licence"], "91211281MAXX000158", licence.terms.digest)
    assert licence.status is LicenceStatus.VALID


def test_the_commit_holds_everything_or_nothing_would_stand(world: World) -> None:
    before = world.memory.items.keys()
    answer = world.submit()
    written = {key for key in world.memory.items if key not in before}
    case_id, day = answer["case"], law_date(kit.NOW)
    expected = {
        keys.case(case_id),
        keys.event(case_id, 1),
        keys.event(case_id, 2),
        keys.receipt(case_id, 1),
        keys.leaf("211281", day, case_id, 1),
        licence_key(answer["licence"]),
    }
    assert expected < written
    assert {key.partition.split("#")[0] for key in written - expected} == {"UNIQUE", "KEY", "LOOKS"}
    assert len(written) == len(expected) + 3


def test_the_receipt_that_was_stored_decides_again(world: World) -> None:
    case_id = world.submit()["case"]
    stored = world.memory.items[keys.receipt(case_id, 1)].body
    proof = proof_of(stored, kit.edition())
    assert replay(proof.model_dump(mode="json", exclude_none=True)) is None
    leaf = Leaf.read(world.items("LEDGER#")[0].body)
    event = Happened.read(world.memory.items[keys.event(case_id, 2)].body).event
    assert isinstance(event, Judged)
    assert leaf.receipt == event.receipt == proof.digest == f"sha256:{sha256(stored.encode()).hexdigest()}"


def test_no_personal_number_is_stored_anywhere(world: World) -> None:
    world.submit()
    numbers = (kit.REPRESENTATIVE[1], "13900000000", "13900000001")
    for item in world.memory.items.values():
        assert not [number for number in numbers if number in f"{item}"], item.key


def test_row_2_the_same_key_gives_the_same_answer_and_writes_nothing(world: World) -> None:
    first = world.submit()
    stored, calls = world.memory.items, world.calls()
    assert world.submit() == first
    assert world.memory.items == stored
    assert world.calls() == (calls[0] + 1, calls[1], calls[2], 0), "one more read, nothing signed, nothing written"


def test_row_2_another_key_is_redirected_to_change_with_the_licence(world: World) -> None:
    first, second = world.submit(), world.submit("key-2")
    assert second["status"] == "redirected"
    assert second["direction"] == {"to": "situation", "answers": {"kind": "change"}, "licence": first["licence"]}
    assert second["reasons"][0]["basis"] == {"law": "粮食流通管理条例", "article": "第九条第二款"}
    assert len(world.items("LICENCE#")) == 1


def test_another_county_is_another_filing(world: World) -> None:
    place = {"code": "1", "kind": "other", "county": "211282", "address": "开原市示例路", "capacity": 10}
    there = world.submit("key-2", region="211282", county="211282", warehouses=[place])
    assert (world.submit()["status"], there["status"]) == ("approved", "approved")


def test_the_same_key_of_another_person_is_another_key(world: World) -> None:
    first = world.submit()
    other = submit(world.services, kit.application(), kit.party(world.services, kit.AGENT), "key-1")
    assert other["case"] != first["case"]


def test_a_key_reused_with_another_body_is_refused(world: World) -> None:
    world.submit()
    stored = world.memory.items
    with pytest.raises(KeyReusedError, match="已用于另一份内容"):
        world.submit(planned_tonnes=1)
    assert world.memory.items == stored


def test_50_with_the_same_key_make_one_case_and_hear_the_same(world: World) -> None:
    answers = world.at_once(*["key-1"] * FIFTY)
    assert all(answer == answers[0] for answer in answers), [answer for answer in answers if answer != answers[0]][:1]
    assert answers[0]["status"] == "approved"
    assert world.store.commits == FIFTY, "all decided, one was first"
    assert (len(world.items("CASE#", "CASE")), len(world.items("LICENCE#")), len(world.items("LEDGER#"))) == (1, 1, 1)


def test_50_with_different_keys_make_one_licence(world: World) -> None:
    answers = world.at_once(*DIFFERENT)
    statuses = [answer["status"] for answer in answers]
    assert sorted(set(statuses)) == ["approved", "redirected"]
    assert statuses.count("approved") == 1
    licence = next(answer["licence"] for answer in answers if answer["status"] == "approved")
    assert {answer["direction"]["licence"] for answer in answers if answer["status"] == "redirected"} == {licence}
    assert len(world.items("LICENCE#")) == 1
    assert Guard.read(world.items("UNIQUE#")[0].body).licence == licence


def test_50_with_different_keys_open_one_waiting_case(world: World) -> None:
    world.forget_firm()
    answers = world.at_once(*DIFFERENT)
    opened = [answer for answer in answers if isinstance(answer, dict)]
    told = [answer for answer in answers if isinstance(answer, CaseOpenError)]
    assert (len(opened), len(told)) == (1, 49)
    assert opened[0]["case"] in str(told[0]), "one's own open case is named"
    assert len(world.items("CASE#", "CASE")) == 1


def test_the_open_case_of_another_is_not_named(world: World) -> None:
    world.forget_firm()
    case_id = world.submit()["case"]
    with pytest.raises(CaseOpenError, match="由其他经办人提交") as caught:
        submit(world.services, kit.application(), kit.party(world.services, kit.AGENT), "key-2")
    assert case_id not in str(caught.value)


def test_a_waiting_case_says_what_for_and_is_found_by_it(world: World) -> None:
    world.forget_firm()
    answer = world.submit()
    assert (answer["status"], answer["waiting_for"]) == ("waiting", ["法人基础信息库"])
    assert world.signer.signatures == 0
    case = world.case(answer["case"])
    record = kit.put_record(world.others, "legal-person-base", "enterprise", kit.firm())
    waiting = case.waiting_on[0]
    assert keys.record("legal-person-base", "enterprise", waiting.key) == record
    assert keys.waiting(waiting.source, waiting.key, case.id) in world.memory.items
    assert str(case.deadline) == "2026-03-03"


def test_a_record_that_arrives_before_the_commit_is_not_missed(world: World) -> None:
    """Without the check, the case would wait for a record that is there, and nobody would ever wake it."""
    world.forget_firm()
    world.store.before_commit = lambda: put_firm(world.others)
    answer = world.submit()
    assert answer["status"] == "approved"
    assert world.calls() == (2, 1, 2, 0), "read, conflict, read again, signed once"
    assert world.items("WAITING#") == []


def put_firm(found: Services) -> None:
    kit.put_record(found, "legal-person-base", "enterprise", kit.firm())


def test_a_silent_source_that_speaks_before_the_commit_is_not_missed(world: World) -> None:
    source = "enterprise-authorisations"
    kit.hear(world.others, source, kit.NOW.replace(year=2025))
    world.store.before_commit = lambda: kit.hear(world.others, source)
    answer = submit(world.services, kit.application(), kit.party(world.services, kit.AGENT), "key-1")
    assert answer["status"] == "correcting", "now it is known that there is no authority"
    assert world.store.commits == 2


def test_a_withdrawn_record_before_the_commit_of_an_approval_changes_nothing(world: World) -> None:
    """An approval stands on what was read: its receipt names the record's digest and time."""
    world.store.before_commit = lambda: withdraw_firm(world.others)
    assert world.submit()["status"] == "approved"


def withdraw_firm(found: Services) -> None:
    kit.put_record(found, "legal-person-base", "enterprise", kit.firm(), withdrawn=True)


def test_a_new_edition_is_noticed_with_the_facts(world: World) -> None:
    matter = kit.edition().matter
    renamed = kit.edition().model_copy(update={"matter": matter.model_copy(update={"name": "粮食收购备案（新版）"})})
    publish(world.others, renamed, kit.NOW)
    answer = world.submit()
    assert answer["matter_name"] == "粮食收购备案（新版）"
    assert world.case(answer["case"]).version == 2


def stricter() -> Edition:
    """The matter, now asking for more."""
    edition = kit.edition()
    asked = edition.matter.fields["planned_tonnes"].model_copy(update={"required": True, "minimum": 10_000_000})
    fields = {**edition.matter.fields, "planned_tonnes": asked}
    return edition.model_copy(update={"matter": edition.matter.model_copy(update={"fields": fields})})


def test_a_repeat_is_answered_also_when_the_form_has_changed_since(world: World) -> None:
    first = world.submit()
    publish(world.others, stricter(), kit.NOW)
    with pytest.raises(FormError):
        world.submit("key-2", county="211282", region="211282")
    assert world.submit() == first


def test_a_form_that_fits_only_the_new_edition_is_taken_by_a_process_that_knew_the_old_one(world: World) -> None:
    publish(world.others, stricter(), kit.NOW)
    with pytest.raises(FormError):
        world.submit()
    publish(world.others, kit.edition(), kit.NOW)
    assert world.submit()["status"] == "approved"


def test_a_matter_is_served_in_one_read(world: World) -> None:
    store = watched.CountingStore(world.memory)
    assert refresh(kit.services(store), kit.GRAIN).digest == kit.edition().digest
    assert store.reads == 1


@pytest.mark.parametrize("left", [True, False], ids=["of the edition before", "not there"])
def test_a_copy_that_is_not_the_edition_in_force_is_not_believed(world: World, left: bool) -> None:  # noqa: FBT001
    before = world.memory.items[keys.current(kit.GRAIN)]
    publish(world.others, stricter(), kit.NOW)
    kept = [item for item in world.memory.items.values() if item.key != before.key]
    torn = kit.services(MemoryStore([*kept, *([before] if left else [])]))
    found = refresh(torn, kit.GRAIN)
    assert (found.version, found.digest, found.edition) == (2, stricter().digest, stricter())


class Contended(watched.CountingStore):
    """A store in which somebody else is always faster."""

    def commit(self, commit: Commit) -> None:
        self.commits += 1
        raise ConflictError((keys.case(str(len(commit.writes))),))


def test_endless_conflicts_end(world: World) -> None:
    store = Contended(world.memory)
    busy = kit.services(store=store)
    with pytest.raises(BusyError, match="请稍后再试"):
        submit(busy, kit.application(), kit.party(busy), "key-1")
    assert store.commits == 5


def test_flags_are_raised_for_supervision(world: World) -> None:
    kit.put_record(world.others, "legal-person-base", "enterprise", kit.firm(scope="货物运输"))
    answer = world.submit()
    assert answer["status"] == Status.APPROVED
    flag = world.items("FLAG#")[0]
    assert (flag.queue, "C5" in flag.body) == (keys.flags("211281"), True)


def test_repairs_are_told(world: World) -> None:
    answer = world.submit(uscc="９1211281maxx000158 ")
    assert answer["repairs"] == [
        f"统一社会信用代码：{told}" for told in ("已去除空格", "全角字符已转为半角", "小写字母已转为大写")
    ]


@pytest.mark.parametrize(
    ("changes", "error", "says", "reason"),
    [
        ({"region": "210102"}, ApplicationError, "211281（调兵山市）", "no organ there"),
        ({"uscc": "91211281MAXX000150"}, FormError, "校验位", "a wrong code"),
    ],
)
def test_what_cannot_be_filed_writes_nothing(
    world: World, changes: dict[str, Any], error: type[Exception], says: str, reason: str
) -> None:
    with pytest.raises(error, match=says):
        pytest.fail(f"{world.submit(**changes)} accepted: {reason}")
    assert world.store.commits == 0


def test_an_unknown_matter(world: World) -> None:
    unknown = kit.application().model_copy(update={"matter": "x" * 80})
    with pytest.raises(MatterNotFoundError, match=r"没有“x{60}”这个事项"):
        submit(world.services, unknown, world.party, "key-1")
