"""A source that is asked over HTTP: its answer decides; while it is down, the case waits and supervision sees it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from examples.department import Fault, HttpSource
from tests.flow.actors import Applicant
from tools.client import Answer, Client, until
from tools.counterpart import KIND, SOURCE, department
from tools.deployment import services
from tools.stage import Stage

pytestmark = pytest.mark.xdist_group("clock")
QUERY = {
    "matter": "mobile-queries",
    "region": "211281",
    "situation": {"what": "social"},
    "form": {"purpose": "own", "consent": True},
}


@pytest.fixture
def source(outputs: Mapping[str, str]) -> Iterator[HttpSource]:
    assert outputs
    with department(services().signer.public_key()) as found:
        yield found


@pytest.fixture
def insured(applicant: Applicant, source: HttpSource) -> Applicant:
    citizen = applicant.citizen
    source.register.put(KIND, {"number": citizen.number, "name": citizen.name, "status": "参保缴费"})
    return applicant


def standing(supervisor: Client) -> dict[str, Any]:
    """How the source stands."""
    return next(one for one in supervisor.pages("/v1/standings") if one["source"] == SOURCE)


def filed(applicant: Applicant) -> Answer:
    answer = applicant.file(QUERY)
    assert answer["status"] == "waiting", answer
    return answer


def test_a_source_that_is_down_delays_the_case_and_loses_nothing(
    insured: Applicant, another: Applicant, source: HttpSource, outputs: Mapping[str, str]
) -> None:
    stage = Stage(outputs)
    supervisor = stage.caller("supervisor")
    answered = filed(insured)
    insured.becomes(answered["case"], "approved")
    assert [question["purpose"] for question in source.questions] == ["decide"]

    source.fault(Fault.DOWN)
    citizen = another.citizen
    source.register.put(KIND, {"number": citizen.number, "name": citizen.name, "status": "参保缴费"})
    waiting = filed(another)

    def looked() -> dict[str, Any]:
        stage.watch(datetime.now(UTC))
        return standing(supervisor)

    resting = until(looked, lambda found: found["state"] == "resting")
    assert resting["waiting"] == 1
    assert "mobile-queries" in {one["matter"] for one in resting["degraded"]}
    assert another.case(waiting["case"])["status"] == "waiting"

    source.fault()
    until(looked, lambda found: found["state"] == "well")
    another.becomes(waiting["case"], "approved")
    assert standing(supervisor)["waiting"] == 0
    stage.close()


def test_a_draft_has_the_source_asked_and_is_filled_in_a_moment_later(insured: Applicant, source: HttpSource) -> None:
    asked = {**QUERY, "form": {"consent": True}}
    first = insured.client.post("/v1/drafts", asked)
    assert first["asking"] == ["社会保险信息系统"], first
    until(lambda: insured.client.post("/v1/drafts", asked), lambda draft: "asking" not in draft.body or not draft["asking"])
    assert [question["purpose"] for question in source.questions] == ["prefill"]
    answer = insured.file(QUERY)
    assert answer["status"] == "approved", answer
    assert len(source.questions) == 1, "what was asked ahead decides"
