"""Being told without being called: a feed read by its numbers, and a queue of one's own, in the deployed cloud."""

import json
from collections.abc import Callable

import pytest

from tests.flow.actors import Applicant
from tools import deployment
from tools.client import Client, until

# A department has one subscription in a region: this module has a county of its own, and runs in one line.
pytestmark = pytest.mark.xdist_group("feed")
Caller = Callable[..., Client]
COUNTY = "211221"


@pytest.fixture
def department(caller: Caller) -> Client:
    """The system of the county's grain department."""
    return caller("department", sub="system-grain-2", department="grain-reserve", region=COUNTY)


def test_a_feed_tells_of_case_and_licence_and_may_be_told_again(department: Client, applicant: Applicant) -> None:
    assert department.put("/v1/subscription", {"way": "pull"})["way"] == "pull"
    after = department.get("/v1/subscription").body.get("newest", 0)
    case = applicant.approved(COUNTY)["case"]
    page = until(lambda: department.get("/v1/events", after=str(after)), lambda page: len(page["items"]) == 3)
    told = {entry["event"]["id"]: entry["event"]["type"] for entry in page["items"]}
    assert told == {
        f"{case}-0001": "cn.miaoban.case.submitted.v1",
        f"{case}-0002": "cn.miaoban.case.approved.v1",
        f"{case}-0002-licence": "cn.miaoban.licence.issued.v1",
    }
    assert department.get("/v1/events", after=str(page["after"]))["items"] == []
    assert department.get("/v1/subscription")["read_to"] == page["after"]
    asked = department.post(f"/v1/deliveries/{case}-0002/redelivery", {})
    assert (asked.status, asked["state"]) == (200, "pending")


def test_a_queue_of_ones_own_gets_the_events(department: Client, applicant: Applicant) -> None:
    sqs = deployment.client("sqs")
    queue = sqs.create_queue(QueueName="miaoban-events-grain-reserve")["QueueUrl"]
    assert department.put("/v1/subscription", {"way": "queue"})["way"] == "queue"
    case = applicant.approved(COUNTY)["case"]
    got: set[str] = set()

    def received() -> set[str]:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", ()):
            got.add(json.loads(message["Body"])["id"])
        return got

    wanted = {f"{case}-0001", f"{case}-0002", f"{case}-0002-licence"}
    until(received, lambda found: wanted <= found)
    refused = department.put("/v1/subscription", {"way": "queue", "url": "https://x.example/hook"})
    assert (refused.status, refused.code) == (422, "destination-refused")


def test_another_department_hears_of_the_licences_that_are_shared_with_it(caller: Caller, applicant: Applicant) -> None:
    tax = caller("department", sub="system-tax", department="tax", region="211200")
    refused = tax.put("/v1/subscription", {"way": "pull", "licences_of": ["civil-affairs"]})
    assert (refused.code, refused.places) == ("sharing-refused", [("/licences_of/0", "sharing-refused")])
    assert tax.put("/v1/subscription", {"way": "pull", "licences_of": ["grain-reserve"]})["licences_of"] == ["grain-reserve"]
    after = tax.get("/v1/subscription").body.get("newest", 0)
    case = applicant.approved(COUNTY)["case"]

    def heard() -> set[str]:
        return {entry["event"]["id"] for entry in tax.get("/v1/events", after=str(after))["items"]}

    assert all(id_.endswith("-licence") for id_ in until(heard, lambda ids: f"{case}-0002-licence" in ids))
