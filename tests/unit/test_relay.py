"""The relay: what goes from the stream to the bus, what does not, and from where the stream goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.relay.handler import Ports, relay
from miaoban.memory import MemoryBus, MemoryOutbox
from miaoban.messages import MESSAGE_BYTES
from miaoban.operations.happened import Happened
from miaoban.operations.relay import SOURCE, CloudEvent, Relayed, UnreadableError, relayed
from miaoban.ports import Event, UnavailableError
from tests import kit
from tests.captured import captured

EVENTS = Path(__file__).resolve().parents[2] / "events" / "relay"
CASE, OTHER = "211281-20260302-3K7M2P9Q", "211281-20260302-5T8W4XAB"
PERSONAL = (*kit.REPRESENTATIVE, *kit.AGENT, "2112**********9019", "139****", "示例路", "示例村", "sealed", "warehouses")
"""What stands in the samples' images and must not leave them."""


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def sequences(name: str) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in sample(name)["Records"]]


def ids(bus: MemoryBus) -> list[str]:
    return [json.loads(event.detail)["id"] for event in bus.published]


def failing(*names: str) -> Callable[[Event], str | None]:
    return lambda event: "ThrottlingException" if json.loads(event.detail)["id"] in names else None


def happened() -> Happened:
    return Happened.read(sample("ok")["Records"][0]["dynamodb"]["NewImage"]["body"]["S"])


@pytest.mark.parametrize(
    ("name", "published", "aside", "reason"),
    [
        ("ok", [f"{CASE}-0001", f"{CASE}-0002"], 0, "both events of a step, in the shard's order"),
        (
            "duplicate",
            [f"{CASE}-0002", f"{CASE}-0002"],
            0,
            "a record read twice is published twice",
        ),
        ("other-items", [], 0, "cases, receipts, licences, guards and keys are nobody else's business"),
        ("malformed", [f"{CASE}-0002"], 3, "what can not be read is set aside, and the shard goes on"),
        ("removed", [], 0, "what expired or was removed has no image: nothing happened to the case"),
    ],
)
def test_samples(name: str, published: list[str], aside: int, reason: str) -> None:
    ports = Ports(bus := MemoryBus(), dead := MemoryOutbox())
    with captured("relay") as log:
        assert relay(ports, sample(name)) == {"batchItemFailures": []}, reason
    assert ids(bus) == published, reason
    assert len(dead.sent) == aside, reason
    assert log.getvalue().count('"set aside"') == aside


@pytest.mark.parametrize(
    ("failed", "first", "reason"),
    [
        ((f"{CASE}-0001",), 0, "the first of the batch: all come again"),
        ((f"{CASE}-0002",), 1, "the stream goes on at the second"),
        ((f"{OTHER}-0002", f"{CASE}-0002"), 1, "the first in the shard's order counts, not the last"),
        ((f"{OTHER}-0002",), 3, "only the last comes again"),
    ],
)
def test_a_partial_failure_names_the_first_record_not_taken(failed: tuple[str, ...], first: int, reason: str) -> None:
    with captured("relay"):
        answer = relay(Ports(MemoryBus(failing(*failed)), MemoryOutbox()), sample("partial-failure"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": sequences("partial-failure")[first]}]}, reason


def test_reading_on_from_the_failed_record_loses_nothing() -> None:
    bus = MemoryBus(failing(f"{CASE}-0002"))
    records = sample("partial-failure")["Records"]
    with captured("relay"):
        answer = relay(Ports(bus, MemoryOutbox()), {"Records": records})
        start = sequences("partial-failure").index(answer["batchItemFailures"][0]["itemIdentifier"])
        again = MemoryBus()
        assert relay(Ports(again, MemoryOutbox()), {"Records": records[start:]}) == {"batchItemFailures": []}
    assert set(ids(bus)) | set(ids(again)) == {f"{CASE}-0001", f"{CASE}-0002", f"{OTHER}-0001", f"{OTHER}-0002"}


def test_the_bus_is_asked_once_for_a_batch_and_not_for_nothing() -> None:
    class Counting(MemoryBus):
        calls = 0

        def publish(self, events: Any) -> Any:
            self.calls += 1
            return super().publish(events)

    bus = Counting()
    with captured("relay"):
        relay(Ports(bus, MemoryOutbox()), sample("partial-failure"))
        relay(Ports(bus, MemoryOutbox()), sample("other-items"))
    assert bus.calls == 1


def test_what_is_set_aside_is_a_reference() -> None:
    dead = MemoryOutbox()
    with captured("relay"):
        relay(Ports(MemoryBus(), dead), sample("malformed"))
    references = [json.loads(message.text) for message in dead.sent]
    assert [reference["sequence"] for reference in references] == sequences("malformed")[:3]
    assert {reference["reason"] for reference in references} == {"event-unreadable"}
    assert references[0]["pk"] == f"CASE#{CASE}"


def test_dead_letters_that_are_down_stop_the_batch() -> None:
    class Down(MemoryOutbox):
        def send(self, messages: Any, delay: int = 0) -> None:  # noqa: ARG002  the port's signature
            raise UnavailableError("down")

    with captured("relay"), pytest.raises(UnavailableError):
        relay(Ports(bus := MemoryBus(), Down()), sample("malformed"))
    assert bus.published == []


def test_the_event_is_a_cloud_event() -> None:
    written = happened()
    event = relayed(written.text())[0]
    detail = json.loads(event.detail)
    assert (event.source, event.type) == (SOURCE, written.type)
    assert detail.pop("data") == written.relayed()
    assert detail == {
        "specversion": "1.0",
        "id": written.id,
        "source": "/miaoban/cases",
        "type": written.type,
        "time": written.at.isoformat(),
        "subject": written.case,
        "datacontenttype": "application/json",
    }


def test_relayed_is_all_of_happened_but_the_event() -> None:
    assert set(Relayed.model_fields) == set(Happened.model_fields) - {"event", "traces"}


def test_a_department_is_not_told_the_pseudonym() -> None:
    event = CloudEvent.read(relayed(happened().text())[0].detail)
    assert event.data.owner in event.text()
    assert event.data.owner not in event.told().text()
    assert event.told().data.case == event.subject


def test_a_key_of_a_later_version_is_left_out() -> None:
    written = json.loads(happened().text()) | {"channel": "窗口"}
    assert "窗口" not in relayed(json.dumps(written, ensure_ascii=False))[0].detail


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no body"),
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"id": "x", "name": "甄示例"}', "another thing"),
        ('{"id": ' + "[" * 5000, "nested beyond reason"),
    ],
)
def test_what_can_not_be_read_is_not_quoted(body: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        relayed(body)
    assert "甄示例" not in str(raised.value), reason
    assert raised.value.__suppress_context__, reason


def test_an_event_is_far_from_the_limit_of_the_bus() -> None:
    assert len(relayed(happened().text())[0].detail.encode()) * 100 < MESSAGE_BYTES


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_personal_leaves(path: Path) -> None:
    bus, dead = MemoryBus(failing(f"{OTHER}-0001")), MemoryOutbox()
    with captured("relay") as log:
        relay(Ports(bus, dead), json.loads(path.read_text()))
    out = log.getvalue() + "".join(event.detail for event in bus.published) + "".join(sent.text for sent in dead.sent)
    assert [word for word in PERSONAL if word in out] == []
    assert "xgyiaa7uptw72glatizh23v3n2ufcq6x" not in log.getvalue()
