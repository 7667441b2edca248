"""The department client: what it sends is what the receive function takes."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from miaoban.evidence.record import Record
from miaoban.memory import MemoryOutbox, MemoryStore
from miaoban.operations.editions import publish
from miaoban.operations.receive import Desk, receive
from tests import kit
from tools import department
from tools.department import DepartmentError, examples, send, stamped
from tools.issuer import AGENT, LEGAL_REPRESENTATIVE


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    services = kit.services(store)
    publish(services, kit.edition(), kit.NOW)
    return Desk(services, MemoryOutbox(), {})


def short(part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(department.SAMPLES.read_text(encoding="utf-8"))[part]
    return found


@pytest.mark.parametrize("part", ["records", "arrival", "authorisation"])
def test_the_samples_are_taken(part: str, desk: Desk) -> None:
    messages = [stamped(message, kit.NOW, number) for number, message in enumerate(short(part))]
    received = [receive(desk, json.dumps(message), None, "m-0") for message in messages]
    assert {found.outcome for found in received} <= {"stored", "heard"}


def test_sent_again_later_the_samples_are_newer(desk: Desk, store: MemoryStore) -> None:
    for moment in (kit.NOW, kit.NOW + timedelta(seconds=1)):
        for number, message in enumerate(short("records")):
            received = receive(desk, json.dumps(stamped(message, moment, number)), None, "m-0")
            assert received.outcome in {"stored", "heard"}
    records = [Record.read(item.body) for key, item in store.items.items() if key.sort == "RECORD"]
    assert len(records) == 4


def test_the_samples_tell_the_storys_firms_apart() -> None:
    firms = {
        message["values"]["uscc"]: message["values"] for message in short("records") if message.get("kind") == "enterprise"
    }
    assert firms["91211281MAXX000158"]["status"] == "存续"
    assert firms["91211202MAXX00023M"]["status"] == "注销"
    assert "粮" not in firms["91211221MAXX000311"]["scope"]
    assert "93211224MAXX00058X" not in firms
    assert short("arrival")[0]["values"]["uscc"] == "93211224MAXX00058X"
    assert {firm["legal_representative_number"] for firm in firms.values()} == {LEGAL_REPRESENTATIVE}
    assert short("authorisation")[0]["values"]["agent_number"] == AGENT
    spoken = {message["source"] for message in short("records") if "kind" not in message}
    assert spoken == set(kit.edition().sources)


def test_a_short_message_becomes_the_event_it_means() -> None:
    place = {"department": "d", "source": "s"}
    record = {**place, "kind": "k", "values": {"uscc": "x"}}
    assert stamped(place, kit.NOW)["type"] == "cn.miaoban.source.heard.v1"
    assert stamped(record, kit.NOW)["type"] == "cn.miaoban.record.upserted.v1"
    assert stamped({**record, "withdrawn": True}, kit.NOW)["type"] == "cn.miaoban.record.withdrawn.v1"


def test_a_whole_event_stays_as_it_is() -> None:
    event = json.loads(kit.message())
    assert stamped(event, kit.NOW) == event


def test_without_a_queue_nothing_is_sent() -> None:
    with pytest.raises(DepartmentError, match="make up"):
        send({}, ["{}"])


def test_a_part_that_is_not_there_is_told() -> None:
    with pytest.raises(DepartmentError, match="records, arrival, authorisation"):
        examples("nothing")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert department.main(["send", str(tmp_path / "none.json")]) == 1
    assert capsys.readouterr().err.startswith("department: ")
