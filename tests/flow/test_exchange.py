"""Handing up, deployed: a decision arrives at the platform over the bus and a queue, and what it loses is found and resent."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from miaoban.operations.handing_up import Compare
from miaoban.operations.services import law_date
from tests.flow.actors import Applicant
from tools import deployment
from tools.cast import COUNTY
from tools.client import Client, until
from tools.counterpart import platform
from tools.deployment import services

pytestmark = pytest.mark.xdist_group("clock")
Caller = Callable[..., Client]


def test_what_the_platform_loses_is_handed_up_again(applicant: Applicant, caller: Caller) -> None:
    today = law_date(datetime.now(UTC)).isoformat()
    with platform(services().signer.public_key()) as upper:
        item = f"{applicant.approved()['case']}#0001"
        until(lambda: upper.held.get((COUNTY, today), {}), lambda held: item in held)
        upper.drop(COUNTY, today, item)
        queue = applicant.outputs["ExchangeQueueUrl"]
        message = Compare(region=COUNTY, day=date.fromisoformat(today)).text()
        deployment.client("sqs").send_message(QueueUrl=queue, MessageBody=message)
        until(lambda: upper.held[COUNTY, today], lambda held: item in held)
    supervisor = caller("supervisor")
    days = until(
        lambda: {told["day"]: told for told in supervisor.pages("/v1/reconciliations", region=COUNTY)},
        lambda days: today in days,
    )
    assert days[today]["missing"] >= 1
    assert days[today]["resent"] == days[today]["missing"] + days[today]["altered"]
