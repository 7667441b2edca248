"""Being told: the applicant's inbox, and a department's system that receives signed webhooks over a real socket."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.flow.actors import Applicant
from tools.client import Answer, Client, until

# A department has one webhook in a region: this module has a county of its own, and runs in one line.
pytestmark = pytest.mark.xdist_group("webhook")
Caller = Callable[..., Client]
COUNTY = "211282"


@dataclass
class Receiver:
    """A department's system: keeps what it is sent and answers with the next status, or the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [204])
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take one POST."""
        self.posts.append(({name.lower(): value for name, value in headers.items()}, body))
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def about(self, case: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """The posts about a case."""
        read = [(headers, json.loads(body)) for headers, body in self.posts]
        return [(headers, event) for headers, event in read if event["subject"] == case]


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    """A system that listens on the loopback, and its URL."""
    system = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(system.answer(dict(self.headers), body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield system, f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


@pytest.fixture
def department(caller: Caller) -> Client:
    """The system of the county's grain department."""
    return caller("department", sub="system-grain", department="grain-reserve", region=COUNTY)


@pytest.fixture
def subscribed(receiver: tuple[Receiver, str], department: Client, applicant: Applicant) -> Iterator[tuple[Receiver, Answer]]:
    """The system with its subscription; in the end it says that it is gone, so that nothing is sent to it any more."""
    system, url = receiver
    yield system, department.put("/v1/subscription", {"url": url, "rotate": True})
    system.statuses = [410]
    if department.get("/v1/subscription")["active"]:
        applicant.approved(COUNTY)
        until(lambda: department.get("/v1/subscription"), lambda answer: not answer["active"])


def delivery(department: Client, case: str, state: str) -> dict[str, Any]:
    """The delivery of a case's decision, as soon as it has this state."""

    def find() -> list[dict[str, Any]]:
        return [one for one in department.get("/v1/deliveries")["items"] if one["event"] == f"{case}-0002"]

    return until(find, lambda found: bool(found) and found[0]["state"] == state)[0]


def test_the_applicant_is_told_in_the_inbox(applicant: Applicant) -> None:
    case = applicant.approved()["case"]
    page = until(lambda: applicant.client.get("/v1/inbox"), lambda page: len(page["items"]) == 2)
    newest, oldest = page["items"]
    assert (newest["title"], newest["status"], oldest["title"]) == ("办件已通过", "approved", "申请已收到")
    assert case in newest["message"]
    assert applicant.case(case)["licence"] in newest["message"]


def test_a_department_is_told_with_a_signature_that_verifies(
    subscribed: tuple[Receiver, Answer], department: Client, applicant: Applicant
) -> None:
    system, subscription = subscribed
    case = applicant.approved(COUNTY)["case"]
    until(lambda: system.about(case), lambda posts: len(posts) == 2)
    for headers, body in [post for post in system.posts if case.encode() in post[1]]:
        event: Any = Webhook(subscription["secret"]).verify(body.decode(), headers)
        assert (event["specversion"], event["source"], headers["webhook-id"]) == ("1.0", "/miaoban/cases", event["id"])
        assert applicant.citizen.number.encode() not in body
        assert "owner" not in event["data"]
    assert delivery(department, case, "delivered")["attempts"] == 1


def test_what_failed_is_tried_again(subscribed: tuple[Receiver, Answer], department: Client, applicant: Applicant) -> None:
    system, _ = subscribed
    system.statuses = [500, 500, 204]
    case = applicant.approved(COUNTY)["case"]
    until(lambda: system.about(case), lambda posts: len(posts) == 4)
    done = delivery(department, case, "delivered")
    assert [attempt["status"] for attempt in done["history"]] == [500, 204]
    ids = [headers["webhook-id"] for headers, _ in system.about(case)]
    assert sorted(ids) == sorted([f"{case}-0001", f"{case}-0002"] * 2)


def test_who_is_gone_is_not_told_again_until_it_comes_back(
    subscribed: tuple[Receiver, Answer], receiver: tuple[Receiver, str], department: Client, applicant: Applicant
) -> None:
    system, _ = subscribed
    system.statuses = [410]
    applicant.approved(COUNTY)
    gone = until(lambda: department.get("/v1/subscription"), lambda answer: not answer["active"])
    assert gone["disabled_reason"] == "receiver-gone"
    before = len(system.posts)
    assert delivery(department, applicant.approved(COUNTY)["case"], "disabled")["attempts"] == 0
    assert len(system.posts) == before
    system.statuses = [204]
    assert department.put("/v1/subscription", {"url": receiver[1]})["active"]
    delivery(department, applicant.approved(COUNTY)["case"], "delivered")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://example.com:22/hook",
        "file:///etc/passwd",
        "不是网址",
    ],
)
def test_a_webhook_leads_to_no_private_place(department: Client, url: str) -> None:
    answer = department.put("/v1/subscription", {"url": url})
    assert (answer.status, answer.code) == (422, "destination-refused")


def test_a_secret_is_shown_once(subscribed: tuple[Receiver, Answer], department: Client) -> None:
    _, made = subscribed
    assert made["secret"].startswith("whsec_")
    assert "secret" not in department.get("/v1/subscription").body
