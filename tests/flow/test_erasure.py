"""What was kept long enough is erased by the deployed watch, with the rights that the template gives it, and by nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from miaoban.decision.facts import LAW_TIME
from miaoban.operations.handing import withdraw
from miaoban.operations.once import Once
from tests.flow.actors import Applicant
from tools import deployment
from tools.client import Answer
from tools.stage import Stage

pytestmark = pytest.mark.xdist_group("clock")
LONG_AGO = timedelta(days=40)
"""Longer than a presentation code is kept."""


@pytest.fixture
def stage(outputs: Mapping[str, str]) -> Iterator[Stage]:
    made = Stage(outputs)
    yield made
    made.close()


def waiting(applicant: Applicant) -> Answer:
    """A filing for a code by somebody whom the population base does not know yet."""
    today = datetime.now(LAW_TIME).date().isoformat()
    form = {"valid_until": today, "deletion": "automatic", "consent": True}
    answer = applicant.file({"matter": "presentation-code", "region": "211281", "situation": {"purpose": "hall"}, "form": form})
    assert answer["status"] == "waiting", answer
    return answer


def withdrawn(case: str, ago: timedelta) -> None:
    """Withdraw a case as if it had been so long ago."""
    found = deployment.services()
    then = replace(found, now=lambda: datetime.now(UTC) - ago)
    withdraw(then, case, None, Once(then, "flow", case, {}), lambda _: None)


def test_what_was_kept_long_enough_is_gone(applicant: Applicant, stage: Stage) -> None:
    case = waiting(applicant)["case"]
    withdrawn(case, LONG_AGO)
    stage.watch(datetime.now(UTC))
    answer = applicant.client.get(f"/v1/cases/{case}")
    assert (answer.status, answer.code) == (410, "case-erased")
    assert case not in {found["case"] for found in applicant.client.pages("/v1/cases")}


def test_a_schedule_ahead_of_the_clock_erases_nothing(applicant: Applicant, stage: Stage) -> None:
    case = waiting(applicant)["case"]
    withdrawn(case, timedelta())
    stage.watch(datetime.now(UTC) + LONG_AGO)
    assert applicant.case(case)["status"] == "withdrawn"
