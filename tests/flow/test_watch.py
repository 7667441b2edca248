"""Time that passes: waits end with a person, corrections that never came lapse, and everything else stays as it is."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.flow.actors import Applicant
from tools.client import Answer, Client, until
from tools.stage import Stage, day_after

pytestmark = pytest.mark.xdist_group("clock")
Caller = Callable[..., Client]


@pytest.fixture
def stage(outputs: Mapping[str, str]) -> Iterator[Stage]:
    made = Stage(outputs)
    yield made
    made.close()


def deadline(answer: Answer) -> str:
    """The last day of a case's wait or correction."""
    if "deadline" not in answer.body:
        pytest.skip("beyond the published calendar nothing ends by itself")
    return str(answer["deadline"])


def test_a_wait_ends_with_a_person_who_decides(applicant: Applicant, caller: Caller, stage: Stage) -> None:
    waiting = applicant.waiting()
    case, officer = waiting["case"], caller("officer")
    stage.watch(day_after(deadline(waiting)))
    applicant.becomes(case, "reviewing")
    until(lambda: officer.pages("/v1/tasks"), lambda tasks: case in {task["task"] for task in tasks})
    reason = "经核实该企业尚未登记，请登记后再申请"
    decided = officer.post(f"/v1/tasks/{case}/decision", {"approve": False, "reason": reason})
    assert (decided["status"], decided["note"], decided["decided_by"]) == ("refused", reason, "officer-1")
    timeline = applicant.client.get(f"/v1/cases/{case}/timeline")["items"]
    assert [happening["status"] for happening in timeline] == ["waiting", "waiting", "reviewing", "refused"]
    assert timeline[2]["reason"] == "wait-ended"


def test_a_correction_that_never_comes_lapses(applicant: Applicant, stage: Stage) -> None:
    asked = applicant.correcting()
    stage.watch(day_after(deadline(asked)))
    lapsed = applicant.becomes(asked["case"], "withdrawn")
    assert lapsed["note"] == "correction-lapsed"


def test_on_the_last_day_everything_may_still_come(applicant: Applicant, stage: Stage) -> None:
    firm = applicant.unknown()
    early, late = applicant.file(firm.application()), applicant.waiting()
    stage.watch(day_after(deadline(early)) - timedelta(days=1))
    applicant.arrive(firm.record())
    applicant.becomes(early["case"], "approved")
    assert applicant.case(late["case"])["status"] == "waiting"


def test_watched_twice_nothing_happens_twice(applicant: Applicant, stage: Stage) -> None:
    waiting = applicant.waiting()
    moment = day_after(deadline(waiting))
    stage.watch(moment)
    stage.watch(moment)
    applicant.becomes(waiting["case"], "reviewing")
    stage.watch(moment)
    later = applicant.waiting()
    stage.watch(moment)
    applicant.becomes(later["case"], "reviewing")
    timeline = applicant.client.get(f"/v1/cases/{waiting['case']}/timeline")["items"]
    assert [happening["status"] for happening in timeline] == ["waiting", "waiting", "reviewing"]


def test_a_record_that_comes_after_the_wait_changes_nothing(applicant: Applicant, stage: Stage) -> None:
    firm = applicant.unknown()
    waiting = applicant.file(firm.application())
    stage.watch(day_after(deadline(waiting)))
    applicant.becomes(waiting["case"], "reviewing")
    applicant.arrive(firm.record())
    assert applicant.case(waiting["case"])["status"] == "reviewing"


def test_the_clock_as_it_is_ends_nothing_early(applicant: Applicant, stage: Stage) -> None:
    waiting = applicant.waiting()
    stage.watch(datetime.now(UTC))
    assert applicant.case(waiting["case"])["status"] == "waiting"
