"""At once: many send the same, or try to change the same, and exactly one thing happens.

Of fifty requests that start together, as many are under way at any moment as a client has connections (six): the local
cloud starts a process for each, which two cores do not stand. Tests of operations let fifty meet at the store itself.
"""

from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.flow.actors import Applicant
from tests.watched import at_once
from tools.cast import LEASE
from tools.client import Answer, Client

pytestmark = pytest.mark.xdist_group("clock")
Caller = Callable[..., Client]


def codes(answers: list[Answer]) -> list[tuple[int, str]]:
    """Status and code of each answer, in order."""
    return sorted((answer.status, answer.code) for answer in answers)


def test_fifty_identical_submissions_make_one_case(applicant: Applicant) -> None:
    application, key = applicant.firm().application(), str(uuid4())
    answers = at_once(50, lambda _: applicant.file(application, key))
    assert Counter(type(answer) for answer in answers) == {Answer: 50}, answers
    assert codes(answers) == [(201, "")] * 50
    assert all(answer.body == answers[0].body for answer in answers)
    assert answers[0]["status"] == "approved"
    assert [case["case"] for case in applicant.cases()] == [answers[0]["case"]]
    assert len(applicant.client.pages("/v1/licences")) == 1


def test_two_filings_under_two_keys_make_one_licence(applicant: Applicant) -> None:
    application = applicant.firm().application()
    answers = at_once(2, lambda _: applicant.file(application))
    assert sorted(answer["status"] for answer in answers) == ["approved", "redirected"]
    assert len(applicant.client.pages("/v1/licences")) == 1


def test_two_people_do_not_open_two_cases_of_one_firm(applicant: Applicant, another: Applicant) -> None:
    firm = applicant.unknown()
    answers = at_once(2, lambda place: (applicant, another)[place].file(firm.application()))
    assert codes(answers) == [(201, ""), (409, "case-open")]


def test_of_two_corrections_one_wins_and_the_other_is_told(applicant: Applicant) -> None:
    case = applicant.correcting()["case"]
    forms = ({"lease_contract": LEASE}, {"lease_contract": LEASE, "planned_tonnes": 1})
    answers = at_once(2, lambda place: applicant.client.post(f"/v1/cases/{case}/corrections", {"form": forms[place]}))
    assert codes(answers) == [(200, ""), (409, "case-state")]
    timeline = applicant.client.get(f"/v1/cases/{case}/timeline")["items"]
    assert [happening["status"] for happening in timeline] == ["waiting", "correcting", "correcting", "approved"]


def test_of_two_officers_one_decides_and_the_other_is_told(applicant: Applicant, caller: Caller) -> None:
    case = applicant.reviewing()["case"]
    officers = (caller("officer"), caller("officer-2"))
    bodies = ({"approve": True, "reason": "已核对登记档案"}, {"approve": False, "reason": "名称不符"})
    answers = at_once(2, lambda place: officers[place].post(f"/v1/tasks/{case}/decision", bodies[place]))
    assert codes(answers) == [(200, ""), (409, "case-state")]
    decided = next(answer for answer in answers if answer.status == 200)
    assert applicant.case(case)["status"] == decided["status"]


def test_a_record_that_comes_while_the_case_is_filed_is_not_missed(applicant: Applicant) -> None:
    firm = applicant.unknown()
    filed, _ = at_once(2, lambda place: applicant.arrive(firm.record()) if place else applicant.file(firm.application()))
    assert filed["status"] in {"approved", "waiting"}
    applicant.becomes(filed["case"], "approved")
