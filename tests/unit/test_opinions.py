"""Opinions: each department asked has the case in its own list and gives its opinion; the lead decides when all are in."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from app import app
from functions.composition import use
from miaoban.access.principal import Principal, Role
from miaoban.access.routes import ROUTES, Action
from miaoban.calendar import add_working_days
from miaoban.case import commands
from miaoban.case.case import Case
from miaoban.case.errors import CaseStateError, OpinionsMissingError
from miaoban.case.events import CaseEvent, Judged, Opined
from miaoban.case.opinion import Opinion
from miaoban.decision.outcome import Outcome
from miaoban.identifiers import RegionCode
from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.handing import expire, withdraw
from miaoban.operations.once import Once
from miaoban.operations.opining import DepartmentOpinion, opine
from miaoban.operations.relay import relayed
from miaoban.operations.review import PersonalDecision, review
from miaoban.operations.services import law_date
from miaoban.operations.submit import Application, submit
from tests import kit

STAGE, CITY = "construction-completion", "211200"
LEAD, PLANNING, DEFENCE, ARCHIVES = "housing-construction", "natural-resources", "civil-defence", "construction-archives"
EVERYTHING = [
    "planning-check",
    "land-check",
    "fire-acceptance",
    "civil-defence",
    "archives",
    "joint-opinion",
    "completion-filing",
]


class Stage:
    """One project whose completion is filed for, with the items chosen, and lies with people."""

    def __init__(self, *items: str, stage: str = STAGE, example: str = "01-government.yaml") -> None:
        given = kit.examples(stage)[example].given
        self.store, self.clock = MemoryStore(), kit.Clock(given.now)
        self.services = kit.populate(kit.services(self.store, clock=self.clock), given, stage)
        form = {**given.form, **({"items": list(items)} if items else {})}
        application = Application(matter=stage, region=given.region, situation=given.situation, form=form)
        self.id = str(submit(self.services, application, kit.party(self.services), "filed")["case"])

    @property
    def case(self) -> Case:
        return Case.read(self.store.items[keys.case(self.id)].body)

    def queues(self) -> dict[str, str]:
        """Where the case lies: the index partition of each item in it, and the day."""
        found = (item for key, item in self.store.items.items() if key.partition == f"CASE#{self.id}" and item.queue)
        return {str(item.queue): str(item.queue_at).partition("#")[0] for item in found}

    def opine(self, department: str, key: str = "said", *, agree: bool = True) -> Any:
        told = DepartmentOpinion(officer=f"{department}-1", department=department, agree=agree, reason="已现场核查")
        once = Once(self.services, told.officer, key, {"agree": agree})
        return opine(self.services, self.id, told, once, lambda _: None)

    def decide(self, key: str = "decided", *, approve: bool = True, without: str | None = None) -> Any:
        decided = PersonalDecision(officer="lead", approve=approve, reason="汇总各部门意见", without_opinions=without)
        return review(self.services, self.id, decided, Once(self.services, "lead", key, {"w": without}), lambda _: None)


def tasks(*departments: str) -> set[str]:
    return {keys.tasks(department, CITY) for department in departments}


CHOSEN = [
    (EVERYTHING, (PLANNING, DEFENCE, ARCHIVES), "every department but the lead's own"),
    (["civil-defence", "joint-opinion"], (DEFENCE,), "only those whose items are asked for"),
    (["fire-acceptance", "completion-filing"], (), "the lead's own items ask nobody"),
]


@pytest.mark.parametrize(("items", "departments", "reason"), CHOSEN)
def test_a_case_lies_with_the_lead_and_with_every_department_asked(
    items: list[str], departments: tuple[str, ...], reason: str
) -> None:
    stage = Stage(*items)
    assert {one.department for one in stage.case.opinions} == set(departments), reason
    assert stage.queues().keys() == tasks(LEAD, *departments), reason


def test_a_department_has_one_task_for_all_of_its_items_and_its_own_time() -> None:
    stage = Stage(*EVERYTHING)
    planning = next(one for one in stage.case.opinions if one.department == PLANNING)
    assert (planning.by, planning.items) == ("自然资源部门", ("规划条件核实", "土地核验"))
    assert planning.deadline == add_working_days(law_date(kit.NOW), 10)
    assert stage.queues()[keys.tasks(PLANNING, CITY)] == str(planning.deadline)
    assert stage.case.deadline == add_working_days(law_date(kit.NOW), 15), "the city's promise"


def test_nobody_is_asked_for_longer_than_the_case_has_time() -> None:
    """The city promises small projects eight days for what takes 33 one after the other."""
    stage = Stage(stage="construction-land-use", example="02-type-04.yaml")
    (asked,) = stage.case.opinions
    assert (asked.department, asked.deadline) == ("development-reform", stage.case.deadline)


def test_the_lead_decides_when_all_are_in() -> None:
    stage = Stage("planning-check", "civil-defence")
    with pytest.raises(OpinionsMissingError, match=r"自然资源部门（期限到 2026-03-16）、人民防空部门.*请等意见到齐"):
        stage.decide("early")
    stage.opine(PLANNING)
    assert stage.queues().keys() == tasks(LEAD, DEFENCE), "who has spoken has the task no more"
    with pytest.raises(OpinionsMissingError, match=r"^人民防空部门"):
        stage.decide("still early")
    stage.opine(DEFENCE, agree=False)
    assert stage.decide()["status"] == "approved"
    assert stage.queues() == {}
    told = [(one.department, one.agree, one.reason, one.given_by, one.given_at) for one in stage.case.opinions]
    assert told == [
        (PLANNING, True, "已现场核查", f"{PLANNING}-1", kit.NOW),
        (DEFENCE, False, "已现场核查", f"{DEFENCE}-1", kit.NOW),
    ]


DEADLINE = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("day", "without", "status", "reason"),
    [
        (DEADLINE, "部门人员外出", None, "the last day is not over: no reason helps"),
        (date(2026, 3, 17), None, None, "late, but nobody says why not to wait"),
        (date(2026, 3, 17), "逾期一日，已书面催办", "approved", "late, and the reason is told"),
    ],
)
def test_the_lead_goes_on_without_who_is_late(day: date, without: str | None, status: str | None, reason: str) -> None:
    stage = Stage("planning-check")
    stage.clock.now = datetime.combine(day, kit.NOW.timetz())
    kit.hear(stage.services, "construction-approvals")
    if status is None:
        with pytest.raises(OpinionsMissingError):
            pytest.fail(f"{stage.decide(without=without)} accepted: {reason}")
        assert stage.case.status == "reviewing"
        return
    assert stage.decide(without=without)["status"] == status, reason
    assert stage.queues() == {}, "the task of who was late goes"
    event = json.loads(stage.store.items[keys.event(stage.id, stage.case.events)].body)["event"]
    assert event["without"] == without


def test_one_who_is_early_is_waited_for_beside_one_who_is_late() -> None:
    late, early = (
        Opinion(department=name, by=name, items=(), deadline=day) for name, day in (("a", DEADLINE), ("b", date(2026, 3, 20)))
    )
    case = Stage("planning-check").case.model_copy(update={"opinions": (late, early)})
    at = datetime.combine(date(2026, 3, 17), kit.NOW.timetz())
    with pytest.raises(OpinionsMissingError, match=r"^b（期限到 2026-03-20）还没有"):
        commands.review(case, Judged(at=at, by="lead", outcome=Outcome.APPROVED, receipt="r", without="不等了"))


def test_an_opinion_is_an_event_with_who_and_when_and_nothing_of_it_is_relayed() -> None:
    stage = Stage("planning-check")
    before = stage.case
    stage.opine(PLANNING, agree=False)
    happened = json.loads(stage.store.items[keys.event(stage.id, stage.case.events)].body)
    assert (happened["type"], happened["status"]) == ("cn.miaoban.case.opined.v1", "reviewing")
    event = TypeAdapter[CaseEvent](CaseEvent).validate_python(happened["event"])
    assert isinstance(event, Opined)
    assert (event.by, event.department, event.agree, event.at) == (f"{PLANNING}-1", PLANNING, False, kit.NOW)
    assert "已现场核查" not in relayed(json.dumps(happened))[0].detail
    assert (stage.case.status, stage.case.deadline, stage.case.events) == (before.status, before.deadline, before.events + 1)


def test_an_opinion_is_given_once_and_only_by_who_is_asked() -> None:
    stage = Stage("planning-check")
    with pytest.raises(CaseStateError, match="没有待出具的意见"):
        stage.opine(DEFENCE)
    stage.opine(PLANNING)
    before = stage.store.items
    stage.opine(PLANNING)
    assert stage.store.items == before, "the same request again"
    with pytest.raises(CaseStateError, match="没有待出具的意见"):
        stage.opine(PLANNING, "again", agree=False)


def test_what_is_withdrawn_lies_with_nobody() -> None:
    stage = Stage(*EVERYTHING)
    withdraw(stage.services, stage.id, None, Once(stage.services, "owner", "gone", {}), lambda _: None)
    assert stage.queues() == {}
    with pytest.raises(CaseStateError, match="已撤回"):
        stage.opine(PLANNING)


def test_a_case_that_waited_in_vain_asks_the_departments_too() -> None:
    stage = Stage(example="06-silent-system.yaml")
    assert (stage.case.status, stage.case.opinions) == ("waiting", ())
    stage.clock.advance(days=3)
    expire(stage.services, stage.id, stage.clock.now)
    assert stage.case.status == "reviewing"
    assert stage.case.missing
    assert stage.queues().keys() == tasks(LEAD, *(one.department for one in stage.case.opinions))


OFFICERS = {
    name: Principal(subject=f"{name}-1", roles=(Role.OFFICER,), department=name, region=RegionCode(CITY))
    for name in (LEAD, PLANNING, DEFENCE, "grain-reserve")
}
ELSEWHERE = OFFICERS[PLANNING].model_copy(update={"region": RegionCode("210100")})


@pytest.fixture
def stage() -> Iterator[Stage]:
    found = Stage("planning-check")
    with use(found.services):
        yield found


def call(action: Action, officer: Principal, task: str | None = None, **body: Any) -> tuple[int, Any]:
    """What a route answers an officer."""
    route = next(found for found in ROUTES if found.action is action)
    path = {"task": task} if task else None
    context = {"resourcePath": route.path, "httpMethod": route.method, "requestId": "request-1"}
    event = {
        "resource": route.path,
        "path": route.path.format(**(path or {})),
        "httpMethod": route.method,
        "headers": {"Accept": "application/json", "Content-Type": "application/json", "Idempotency-Key": f"{body}"},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {**context, "authorizer": {"principal": officer.text()}},
        "body": json.dumps(body, ensure_ascii=False) if body else None,
        "isBase64Encoded": False,
    }
    answer = app(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def test_each_department_sees_what_it_is_asked_in_its_own_list(stage: Stage) -> None:
    lists = {name: call(Action.LIST_TASKS, officer)[1]["items"] for name, officer in OFFICERS.items()}
    assert {name: [task["kind"] for task in items] for name, items in lists.items()} == {
        LEAD: ["review"],
        PLANNING: ["opinion"],
        DEFENCE: [],
        "grain-reserve": [],
    }
    (asked,) = lists[PLANNING]
    assert (asked["task"], asked["deadline"], asked["opinions"][0]["items"]) == (stage.id, "2026-03-16", ["规划条件核实"])
    assert "case" not in asked, "a list tells nothing of what is in the case"


def test_who_is_asked_reads_the_case_and_nobody_else_does(stage: Stage) -> None:
    read = {name: call(Action.READ_TASK, officer, stage.id) for name, officer in OFFICERS.items()}
    assert {name: status for name, (status, _) in read.items()} == {
        LEAD: 200,
        PLANNING: 200,
        DEFENCE: 404,
        "grain-reserve": 404,
    }
    assert read[PLANNING][1]["case"]["form"]["survey"].startswith("sha256:")
    assert call(Action.READ_TASK, ELSEWHERE, stage.id)[0] == 404, "the same department of another city"


def test_an_opinion_by_the_route(stage: Stage) -> None:
    said = {"agree": True, "reason": "符合规划条件"}
    refused = [
        call(Action.GIVE_OPINION, officer, stage.id, **said)[0] for name, officer in OFFICERS.items() if name != PLANNING
    ]
    assert (refused, call(Action.GIVE_OPINION, ELSEWHERE, stage.id, **said)[0]) == ([404, 404, 404], 404)
    decision = {"approve": True, "reason": "同意"}
    status, problem = call(Action.DECIDE_TASK, OFFICERS[LEAD], stage.id, **decision)
    assert (status, problem["code"]) == (409, "opinions-missing")
    assert call(Action.DECIDE_TASK, OFFICERS[PLANNING], stage.id, **decision)[0] == 404, "who is asked does not decide"
    assert call(Action.GIVE_OPINION, OFFICERS[PLANNING], stage.id, agree=True)[0] == 422, "without a reason"
    assert call(Action.GIVE_OPINION, OFFICERS[PLANNING], stage.id, **said)[0] == 200
    assert call(Action.LIST_TASKS, OFFICERS[PLANNING])[1]["items"] == []
    lead = call(Action.READ_TASK, OFFICERS[LEAD], stage.id)[1]
    assert [(one["by"], one["agree"], one["reason"]) for one in lead["opinions"]] == [("自然资源部门", True, "符合规划条件")]
    assert call(Action.DECIDE_TASK, OFFICERS[LEAD], stage.id, **decision)[1]["status"] == "approved"


def test_nobody_gives_an_opinion_on_the_own_case(stage: Stage) -> None:
    person = {"kind": "111", "number": kit.REPRESENTATIVE[1]}
    own = Principal.model_validate({**OFFICERS[PLANNING].model_dump(mode="json"), "person": person})
    status, problem = call(Action.GIVE_OPINION, own, stage.id, agree=True, reason="自己的项目")
    assert (status, problem["code"]) == (404, "not-found")
    assert stage.case.missing
