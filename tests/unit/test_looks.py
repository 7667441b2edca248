"""Who looked: every look at another's data is written down before it is answered, and the person reads it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from app import app
from functions.composition import use
from miaoban.access.routes import ROUTES, Action
from miaoban.evidence.look import Look
from miaoban.memory import MemoryStore
from miaoban.operations.flagging import Flag
from miaoban.operations.looking import MANY_PEOPLE, MANY_REFUSED, Count
from miaoban.operations.looks import looks_of, partition
from miaoban.operations.submit import submit
from miaoban.ports import UnavailableError
from miaoban.storage import Commit, Item, Key, Put
from tests import kit
from tests.unit.test_privacy import Context

NAME, NUMBER = kit.REPRESENTATIVE
STAFF: Mapping[str, Mapping[str, Any]] = {
    "officer": {"subject": "officer-1", "roles": ["officer"], "department": "grain", "region": "211281"},
    "stranger": {"subject": "officer-9", "roles": ["officer"], "department": "grain", "region": "211224"},
    "window": {"subject": "window-1", "roles": ["window"], "region": "211281"},
    "supervisor": {"subject": "supervisor-1", "roles": ["supervisor"], "region": "211200"},
    "applicant": {"subject": "c-1", "roles": ["applicant"], "name": NAME, "person": {"kind": "111", "number": NUMBER}},
    "another": {"subject": "c-2", "roles": ["applicant"], "name": "贾", "person": {"kind": "111", "number": kit.AGENT[1]}},
}


class World:
    """The HTTP face over fakes, with a case that was approved and one that a person must review."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = kit.Clock()
        self.services = kit.ready(kit.services(store=self.store, clock=self.clock))
        self.owner = kit.party(self.services).owner
        self.department = kit.edition().matter.all_organs[0].department
        named = kit.application(enterprise_name="示例（铁岭）粮食贸易有限公司")
        self.case = str(submit(self.services, named, kit.party(self.services), "key-1")["case"])

    def call(self, who: str, action: Action, body: Any = None, **path: str) -> dict[str, Any]:
        """One request through the HTTP face; the answer's JSON, with its status."""
        route = next(route for route in ROUTES if route.action is action)
        principal = {**STAFF[who]}
        if "department" in principal:
            principal["department"] = self.department
        event = {
            "resource": route.path,
            "path": route.path.format(**path),
            "httpMethod": route.method,
            "headers": {"Content-Type": "application/json", "Idempotency-Key": self.services.new_id(8)},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": path or None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": route.path,
                "httpMethod": route.method,
                "path": route.path,
                "requestId": "r-1",
                "authorizer": {"principal": json.dumps(principal, ensure_ascii=False)},
                "identity": {"sourceIp": "192.0.2.1"},
            },
            "body": None if body is None else json.dumps(body, ensure_ascii=False),
            "isBase64Encoded": False,
        }
        with use(self.services):
            answer = app(event, Context())
        return {"http": answer["statusCode"], **json.loads(answer["body"])}

    def looks(self) -> tuple[Look, ...]:
        return looks_of(self.services, self.owner).items

    def flags(self) -> list[Flag]:
        return [Flag.read(item.body) for key, item in self.store.items.items() if key.partition.startswith("FLAG#READ-")]


@pytest.fixture
def world() -> World:
    return World()


def test_a_decision_says_which_records_it_looked_at_on_which_law(world: World) -> None:
    (look,) = world.looks()
    assert (look.reader.role, look.case, look.purpose) == ("machine", world.case, "核验和决定")
    assert look.reader.region == "211281"
    assert [basis.law for basis in look.basis] == [basis.law for basis in kit.edition().matter.basis]
    base = next(seen for seen in look.seen if seen.source == "legal-person-base")
    assert "企业名称" in base.fields
    assert base.digest
    silent = [seen for seen in look.seen if seen.source == "enterprise-authorisations"]
    assert all(seen.fields == () for seen in silent), "nothing was there to be seen"
    assert look.digest, "the receipt's"


LOOKS: list[tuple[str, Action, str, str]] = [
    ("officer", Action.READ_CASE, "办理或者答复办件", "the officer of the organ"),
    ("officer", Action.READ_TASK, "审核办件", "the task, with the form"),
    ("officer", Action.READ_TIMELINE, "了解办理过程", "how far it is"),
    ("officer", Action.READ_RECEIPT, "核对决定的依据", "on what it rested"),
    ("supervisor", Action.READ_TIMELINE, "了解办理过程", "supervision"),
    ("window", Action.READ_CASE, "办理或者答复办件", "a window that answers a question"),
]


@pytest.mark.parametrize(("who", "action", "purpose", "reason"), LOOKS, ids=[row[-1] for row in LOOKS])
def test_who_reads_anothers_case_leaves_a_look(world: World, who: str, action: Action, purpose: str, reason: str) -> None:
    answered = world.call(who, action, **{"task" if action is Action.READ_TASK else "case": world.case})
    assert answered["http"] == 200, answered
    look = next(look for look in world.looks() if look.reader.role == STAFF[who]["roles"][0])
    assert (look.purpose, look.case, look.outcome) == (purpose, world.case, "seen"), reason
    assert look.basis[0].law == "中华人民共和国个人信息保护法"
    assert look.digest
    assert look.reader.staff
    assert STAFF[who]["subject"] not in look.text(), "the account is told by its hash"


def test_a_list_of_tasks_is_a_look_at_each(world: World) -> None:
    assert world.call("officer", Action.LIST_TASKS)["http"] == 200
    look = next(look for look in world.looks() if look.reader.role == "officer")
    assert look.seen[0].fields == ("申请人", "理由")


def test_a_window_that_fills_a_form_leaves_a_look(world: World) -> None:
    application = kit.application()
    body = {
        "matter": kit.GRAIN,
        "region": "211281",
        "situation": application.situation,
        "form": {"uscc": application.form["uscc"]},
        "applicant": {"name": NAME, "number": NUMBER},
    }
    assert world.call("window", Action.CREATE_DRAFT, body)["http"] == 200
    look = next(look for look in world.looks() if look.reader.role == "window")
    assert look.purpose == "窗口代为填报"
    assert "企业名称" in next(seen for seen in look.seen if seen.source == "legal-person-base").fields


def test_the_person_reads_the_own_data_without_a_trace_and_everybodys_looks(world: World) -> None:
    world.clock.advance(minutes=1)
    world.call("applicant", Action.READ_CASE, case=world.case)
    world.call("officer", Action.READ_CASE, case=world.case)
    page = world.call("applicant", Action.READ_DATA_USE)
    assert [item["reader"]["role"] for item in page["items"]] == ["officer", "machine"], "newest first, the own are none"
    assert world.call("another", Action.READ_DATA_USE)["items"] == []


def test_no_look_holds_what_was_seen(world: World) -> None:
    world.call("officer", Action.READ_CASE, case=world.case)
    text = "".join(item.body for key, item in world.store.items.items() if key.partition == partition(world.owner))
    for value in (NAME, NUMBER, "13900000000", "示例（铁岭）粮食贸易有限公司"):
        assert value not in text


def test_what_is_refused_is_written_down(world: World) -> None:
    assert world.call("stranger", Action.READ_CASE, case=world.case)["http"] == 404
    assert world.call("another", Action.READ_CASE, case=world.case)["http"] == 404
    refused = [look for look in world.looks() if look.outcome == "refused"]
    assert sorted(look.reader.role for look in refused) == ["applicant", "officer"]
    assert all(look.digest is None and look.seen == () for look in refused)


def test_who_is_refused_often_is_told_to_supervision_once(world: World) -> None:
    for _ in range(MANY_REFUSED + 5):
        world.call("stranger", Action.READ_CASE, case=world.case)
    (flag,) = world.flags()
    assert flag.readings
    assert (flag.readings.refused, flag.readings.reader.role) == (MANY_REFUSED, "officer")
    listed = world.call("supervisor", Action.LIST_FLAGS)["items"]
    assert flag.id in {one["id"] for one in listed}


def test_who_looks_at_many_people_is_told_to_supervision(world: World) -> None:
    world.call("officer", Action.READ_CASE, case=world.case)
    key = next(key for key in world.store.items if key.partition.startswith("READER#"))
    item = world.store.items[key]
    many = Count(people=tuple(f"p{number}" for number in range(MANY_PEOPLE)))
    replaced(world.store, key, many.text(), item.version)
    world.call("officer", Action.READ_CASE, case=world.case)
    (flag,) = world.flags()
    assert flag.readings
    assert flag.readings.people == MANY_PEOPLE + 1


def replaced(store: MemoryStore, key: Key, body: str, version: int) -> None:
    """Let an item say something else."""
    store.commit(Commit((Put(Item(key, body, version=version + 1), replaces=version),)))


def test_nothing_is_answered_whose_look_cannot_be_written() -> None:
    world = World()
    broken = Broken(world.store.items.values())
    world.services = kit.services(store=broken)
    broken.broken = True
    answered = world.call("officer", Action.READ_CASE, case=world.case)
    assert (answered["http"], "form" in answered) == (503, False)


class Broken(MemoryStore):
    """A store that takes no writes while it is broken."""

    broken = False

    def commit(self, commit: Commit) -> None:
        if self.broken:
            raise UnavailableError("没有写入")
        super().commit(commit)


def test_looks_are_kept_as_long_as_the_deployment_says(world: World) -> None:
    item = next(item for key, item in world.store.items.items() if key.partition == partition(world.owner))
    assert item.expires == int((kit.NOW + world.services.looks_kept).timestamp())
    assert world.services.looks_kept >= timedelta(days=3 * 365)
