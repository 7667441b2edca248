"""Setting a licence aside (行政许可法 art. 69): one officer proposes, another decides, and nobody does both."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.flow.actors import Applicant
from tools.client import Answer, Client, until

Caller = Callable[..., Client]
PROPOSAL = {"reason": "申请材料涉嫌虚假"}
YES, NO = {"approve": True, "reason": "查证属实"}, {"approve": False, "reason": "查无实据"}


@pytest.fixture
def licence(applicant: Applicant) -> Answer:
    return applicant.client.get(f"/v1/licences/{applicant.approved()['licence']}")


def propose(officer: Client, licence: Answer) -> Answer:
    """Propose to set it aside."""
    return officer.post(f"/v1/licences/{licence['number']}/set-asides", PROPOSAL)


def decide(officer: Client, task: str, body: dict[str, Any]) -> Answer:
    """Decide the proposal."""
    return officer.post(f"/v1/tasks/{task}/decision", body)


def test_two_officers_set_a_licence_aside(applicant: Applicant, caller: Caller, licence: Answer) -> None:
    first, second = caller("officer"), caller("officer-2")
    proposed = propose(first, licence)
    assert (proposed.status, proposed["proposer"]) == (201, "officer-1")
    assert caller().get(licence["verification"])["status"] == "valid"
    task = proposed["task"]
    until(lambda: second.pages("/v1/tasks"), lambda tasks: task in {one["task"] for one in tasks})
    decided = decide(second, task, YES)
    assert (decided.status, decided["approver"], decided["approved"]) == (200, "officer-2", True)
    assert caller().get(licence["verification"])["status"] == "set-aside"
    assert applicant.client.get(f"/v1/licences/{licence['number']}")["status"] == "set-aside"
    assert task not in {one["task"] for one in second.pages("/v1/tasks")}


def test_nobody_decides_the_own_proposal(caller: Caller, licence: Answer) -> None:
    officer = caller("officer")
    task = propose(officer, licence)["task"]
    answer = decide(officer, task, YES)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert caller().get(licence["verification"])["status"] == "valid"


def test_a_proposal_may_be_turned_down_and_made_again(caller: Caller, licence: Answer) -> None:
    first, second = caller("officer"), caller("officer-2")
    assert decide(second, propose(first, licence)["task"], NO)["approved"] is False
    assert caller().get(licence["verification"])["status"] == "valid"
    assert propose(second, licence).status == 201


def test_there_is_one_proposal_at_a_time(caller: Caller, licence: Answer) -> None:
    assert propose(caller("officer"), licence).status == 201
    answer = propose(caller("officer-2"), licence)
    assert (answer.status, answer.code) == (409, "licence-state")


def test_what_is_decided_stays_decided(caller: Caller, licence: Answer) -> None:
    first, second = caller("officer"), caller("officer-2")
    task = propose(first, licence)["task"]
    decided = decide(second, task, YES)
    again = second.post(f"/v1/tasks/{task}/decision", YES, decided.key)
    assert again.body == decided.body
    assert decide(second, task, NO).code == "case-state"
    assert propose(first, licence).code == "licence-state"


def test_the_firm_may_file_again_afterwards(applicant: Applicant, caller: Caller) -> None:
    firm = applicant.firm()
    number = applicant.file(firm.application())["licence"]
    licence = applicant.client.get(f"/v1/licences/{number}")
    decide(caller("officer-2"), propose(caller("officer"), licence)["task"], YES)
    assert applicant.file(firm.application())["status"] == "approved"


def test_a_licence_that_has_ended_is_not_set_aside(applicant: Applicant, caller: Caller) -> None:
    firm = applicant.firm()
    licence = applicant.client.get(f"/v1/licences/{applicant.file(firm.application())['licence']}")
    applicant.file(firm.cancellation())
    assert propose(caller("officer"), licence).code == "licence-state"
