"""Disputes: a value that is held to be wrong is corrected or upheld, and a dispute alone approves nothing."""

from datetime import timedelta
from typing import Any

import pytest

from miaoban.case.case import Status
from miaoban.case.errors import CaseStateError
from miaoban.operations.cases import load
from miaoban.operations.disputes import disputes, with_keys
from miaoban.operations.disputing import DisputeBody, DisputeError, dispute, uphold
from miaoban.operations.handing import expire, withdraw
from miaoban.operations.once import Once
from miaoban.operations.resume import resume
from miaoban.operations.submit import submit
from miaoban.operations.wake import wake
from tests import kit

BASE, OWNER = "legal-person-base", "market-regulation"
BODY = DisputeBody(source=BASE, field="status", says="存续", reason="已经恢复登记，登记机关还没有更新（示例）")


class World:
    """A firm that the base says is no more, so that its filing is refused."""

    def __init__(self) -> None:
        self.clock = kit.Clock()
        self.services = kit.ready(kit.services(clock=self.clock))
        kit.put_record(self.services, BASE, "enterprise", kit.firm(status="注销"))
        self.case = str(submit(self.services, kit.application(), kit.party(self.services), "key-1")["case"])
        assert self.status() is Status.REFUSED

    def status(self) -> Status:
        return load(self.services, self.case).case.status

    def once(self) -> Once:
        return Once(self.services, "somebody", self.services.new_id(8), {})

    def dispute(self, body: DisputeBody = BODY) -> dict[str, Any]:
        return dict(dispute(self.services, self.case, "citizen-1", body, self.once(), lambda _: None))

    def uphold(self) -> None:
        uphold(self.services, self.case, "registrar-1", "经核实，登记状态无误", self.once(), lambda _: None)

    def woken(self) -> Status:
        (waited,) = load(self.services, self.case).case.waiting_on
        assert wake(self.services, waited.source, [waited.key]) == 1
        return resume(self.services, self.case).status

    def listed(self) -> list[str]:
        return [task.case for task in disputes(self.services, OWNER).items]


@pytest.fixture
def world() -> World:
    return World()


def test_a_dispute_waits_for_the_department_on_the_laws_clock(world: World) -> None:
    answer = world.dispute()
    assert (answer["status"], answer["waiting_for"]) == ("waiting", ["法人基础信息库"])
    assert answer["deadline"]
    (task,) = with_keys(world.services, disputes(world.services, OWNER)).items
    assert (task.case, task.label, task.says) == (world.case, "登记状态", "存续")
    assert task.key == {"uscc": "91211281MAXX000158"}
    assert disputes(world.services, "tax").items == (), "the department of the source, and no other"


def test_a_corrected_record_decides_the_case_again(world: World) -> None:
    world.dispute()
    kit.put_record(world.services, BASE, "enterprise", kit.firm())
    assert world.woken() is Status.APPROVED
    assert world.listed() == []


def test_nothing_is_decided_while_the_record_is_the_same(world: World) -> None:
    world.dispute()
    assert world.woken() is Status.WAITING
    kit.hear(world.services, BASE)
    assert resume(world.services, world.case).status is Status.WAITING
    assert world.listed() == [world.case]


def test_an_upheld_value_goes_to_a_person_with_both_sides(world: World) -> None:
    world.dispute()
    world.uphold()
    case = load(world.services, world.case).case
    assert (case.status, case.reason, case.dispute) == (Status.REVIEWING, "经核实，登记状态无误", None)
    assert world.listed() == []
    with pytest.raises(CaseStateError, match="没有待答复的异议"):
        world.uphold()


def test_what_nobody_answers_goes_to_a_person(world: World) -> None:
    world.dispute()
    deadline = load(world.services, world.case).case.deadline
    assert deadline
    world.clock.advance(days=(deadline - world.clock.now.date()).days + 1)
    assert expire(world.services, world.case, world.clock.now).status is Status.REVIEWING
    assert world.listed() == []


def test_the_applicant_may_withdraw_meanwhile(world: World) -> None:
    world.dispute()
    withdraw(world.services, world.case, None, world.once(), lambda _: None)
    assert (world.status(), world.listed()) == (Status.WITHDRAWN, [])


def test_one_dispute_at_a_time(world: World) -> None:
    world.dispute()
    with pytest.raises(CaseStateError, match="已经有一项异议"):
        world.dispute()


def test_what_was_approved_is_not_disputed() -> None:
    world = World()
    kit.put_record(world.services, BASE, "enterprise", kit.firm())
    world.case = str(submit(world.services, kit.application(), kit.party(world.services), "key-2")["case"])
    with pytest.raises(CaseStateError, match="不能提出异议"):
        world.dispute()


WRONG = [
    ({"source": "tax-payments"}, "/source", "a source that the case did not use"),
    ({"source": "abnormal-operations"}, "/source", "one that had no record"),
    ({"field": "colour"}, "/field", "no field of it"),
]


@pytest.mark.parametrize(("changes", "pointer", "reason"), WRONG, ids=[row[-1] for row in WRONG])
def test_only_a_value_that_was_compared_is_disputed(world: World, changes: dict[str, str], pointer: str, reason: str) -> None:
    with pytest.raises(DisputeError) as caught:
        world.dispute(BODY.model_copy(update=changes))
    assert [problem.pointer for problem in caught.value.problems] == [pointer], reason
    assert world.status() is Status.REFUSED


def test_the_same_request_is_answered_the_same(world: World) -> None:
    once = world.once()
    first = dispute(world.services, world.case, "citizen-1", BODY, once, lambda _: None)
    world.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert dispute(world.services, world.case, "citizen-1", BODY, once, lambda _: None) == first
