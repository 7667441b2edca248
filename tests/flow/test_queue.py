"""The department queue as it is deployed: what cannot be taken is kept, its sender is told why, and the rest is taken."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from miaoban.evidence.message import LIMIT
from miaoban.operations import keys
from miaoban.operations.quarantine import Quarantined
from miaoban.operations.services import law_date
from tests.flow.actors import Applicant, conditions
from tools import department
from tools.arrivals import arrive
from tools.cast import Firm
from tools.client import until
from tools.department import stamped
from tools.deployment import services

# One reader of the reply queue at a time: what one has received, another does not see for a while.
pytestmark = pytest.mark.xdist_group("replies")
HIDDEN_SECONDS = 3


def post(outputs: Mapping[str, str], *texts: str) -> list[str]:
    """Put texts on the department queue; the queue's ids for them."""
    entries = [{"Id": str(number), "MessageBody": text} for number, text in enumerate(texts)]
    queue = department.client(outputs["Endpoint"])
    answer = queue.send_message_batch(QueueUrl=outputs[department.QUEUE], Entries=entries)  # type: ignore[arg-type]
    ids = {entry["Id"]: entry["MessageId"] for entry in answer["Successful"]}
    return [ids[str(number)] for number in range(len(texts))]


def kept(message: str) -> Quarantined:
    """The message in quarantine, as soon as it is there; it may be put there just after midnight."""
    today = law_date(datetime.now(UTC))
    places = [keys.quarantine(day, message) for day in (today, today + timedelta(days=1))]
    items = until(lambda: services().store.read(places), bool)
    return Quarantined.read(next(iter(items.values())).body)


def told(outputs: Mapping[str, str], message: str) -> dict[str, Any]:
    """The reply to a message, as soon as it is there; the replies to others are left."""
    queue, url = department.client(outputs["Endpoint"]), outputs["ReplyQueueUrl"]

    def find() -> dict[str, Any] | None:
        found = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS, WaitTimeSeconds=1)
        for reply in found.get("Messages", []):
            body: dict[str, Any] = json.loads(reply["Body"])
            if body["data"]["message_id"] == message:
                queue.delete_message(QueueUrl=url, ReceiptHandle=reply["ReceiptHandle"])
                return body
        return None

    answer = until(find, lambda body: body is not None)
    assert answer is not None
    return answer


def event(firm: Firm, **changes: Any) -> dict[str, Any]:
    """A whole message about a firm; `changes` replace its attributes."""
    return {**stamped(firm.record(), datetime.now(UTC)), **changes}


def text(message: Mapping[str, Any]) -> str:
    """A message as it is sent."""
    return json.dumps(message, ensure_ascii=False)


def spoiled(firm: Firm, reason: str) -> str:
    """A message that is wrong in one way."""
    message = event(firm)
    data = message["data"]
    wrong: dict[str, Any] = {
        "an unknown source": {**message, "data": {**data, "source": "nowhere"}},
        "an unknown kind": {**message, "data": {**data, "kind": "nothing"}},
        "an unknown type": {**message, "type": "cn.miaoban.record.sold.v1"},
        "a value that is wrong": {**message, "data": {**data, "values": {**data["values"], "uscc": "91211281MAXX000159"}}},
        "a field that is unknown": {**message, "data": {**data, "values": {**data["values"], "remark": "x"}}},
        "another department's source": {**message, "source": "/departments/digital-government"},
        "from tomorrow": {**message, "time": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
    }
    return text(wrong[reason])


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("an unknown source", "message-invalid"),
        ("an unknown kind", "message-invalid"),
        ("an unknown type", "message-invalid"),
        ("a value that is wrong", "record-invalid"),
        ("a field that is unknown", "record-invalid"),
        ("another department's source", "source-not-owned"),
        ("from tomorrow", "message-invalid"),
    ],
)
def test_a_message_that_is_wrong_is_kept_and_its_sender_is_told(
    outputs: Mapping[str, str], applicant: Applicant, reason: str, code: str
) -> None:
    (message,) = post(outputs, spoiled(applicant.unknown(), reason))
    quarantined = kept(message)
    assert (quarantined.code, quarantined.sealed is not None) == (code, True)
    reply = told(outputs, message)
    assert (reply["type"], reply["data"]["code"]) == ("cn.miaoban.record.refused.v1", code)
    assert reply["data"]["event_id"] == quarantined.envelope.id
    assert applicant.citizen.number not in text(reply)


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("not JSON", "<xml/>"),
        ("no event", "[]"),
        ("a key twice", '{"id": "1", "id": "2"}'),
        ("not a number", '{"specversion": NaN}'),
    ],
)
def test_a_poisoned_message_stops_no_other(outputs: Mapping[str, str], applicant: Applicant, reason: str, body: str) -> None:
    before, after = applicant.unknown(), applicant.unknown()
    _, message, _ = post(outputs, text(event(before)), body, text(event(after)))
    assert kept(message).code == "message-invalid", reason
    assert told(outputs, message)["data"]["code"] == "message-invalid"
    for firm in (before, after):
        filed = applicant.file(firm.application())
        if filed["status"] == "waiting":
            applicant.becomes(filed["case"], "approved")


def test_an_oversized_message_is_known_by_its_digest(outputs: Mapping[str, str], applicant: Applicant) -> None:
    firm = applicant.unknown()
    (message,) = post(outputs, text(event(firm, padding="x" * LIMIT)))
    quarantined = kept(message)
    assert (quarantined.sealed, quarantined.size > LIMIT) == (None, True)
    assert str(quarantined.digest).startswith("sha256:")
    assert told(outputs, message)["data"]["problems"][0]["code"] == "body-too-large"


def test_a_duplicate_changes_nothing(outputs: Mapping[str, str], applicant: Applicant) -> None:
    firm = applicant.unknown()
    message = event(firm)
    arrive(outputs, [message])
    arrive(outputs, [message, message, firm.listing()])
    assert applicant.file(firm.application())["status"] == "approved"


def test_a_late_message_changes_nothing(outputs: Mapping[str, str], applicant: Applicant) -> None:
    firm = applicant.unknown()
    old = event(firm)
    old["data"]["values"]["status"] = "注销"
    applicant.arrive(firm.record())
    arrive(outputs, [old, firm.listing()])
    assert applicant.file(firm.application())["status"] == "approved"


def test_the_same_number_with_another_content_is_refused(outputs: Mapping[str, str], applicant: Applicant) -> None:
    firm = applicant.unknown()
    first = event(firm)
    arrive(outputs, [first])
    values = {**first["data"]["values"], "status": "注销"}
    (message,) = post(outputs, text({**first, "id": str(uuid4()), "data": {**first["data"], "values": values}}))
    assert told(outputs, message)["data"]["code"] == "sequence-conflict"
    assert applicant.file(firm.application())["status"] == "approved"


def test_a_withdrawn_record_is_no_record(applicant: Applicant) -> None:
    firm = applicant.firm()
    gone = firm.record()
    applicant.arrive({**gone, "withdrawn": True, "values": {"uscc": firm.uscc}})
    filed = applicant.file(firm.application())
    assert filed["status"] == "correcting"
    assert "C1" in conditions(filed)
