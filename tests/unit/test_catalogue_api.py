"""The public routes of the catalogue, called as the gateway calls them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app import app
from functions.composition import use
from miaoban.access.routes import ROUTES, Action
from miaoban.operations.editions import publish
from tests import kit, made


@pytest.fixture(autouse=True, scope="module")
def _catalogue() -> Iterator[None]:
    services = kit.services()
    publish(services, kit.edition(), services.now())
    publish(services, made.edition("other", materials={"b": made.material("营业执照")}), services.now())
    with use(services):
        yield


def get(action: Action, path: Mapping[str, str] | None = None, **query: str) -> tuple[int, Any]:
    """The status and the body of what a route answers."""
    route = next(found for found in ROUTES if found.action is action)
    event = {
        "resource": route.path,
        "path": route.path.format(**(path or {})),
        "httpMethod": route.method,
        "headers": {"Accept": "application/json"},
        "multiValueHeaders": {},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {"resourcePath": route.path, "httpMethod": route.method, "requestId": "request-1"},
        "body": None,
        "isBase64Encoded": False,
    }
    answer = app(event, None)
    return answer["statusCode"], json.loads(answer["body"])


GRAIN = {"matter": kit.GRAIN}


def test_a_guide() -> None:
    status, page = get(Action.READ_GUIDE, GRAIN, region="211281")
    assert (status, page["name"], page["burden"]["before"]) == (200, "粮食收购企业备案", 7)
    assert page["organ"]["name"] == "调兵山市发展和改革局"


def test_a_notice_of_the_answers_in_the_query() -> None:
    status, notice = get(Action.READ_NOTICE, GRAIN, kind="first", subject="enterprise", storage="lease")
    assert (status, [part["name"] for part in notice["bring"]]) == (200, ["仓房租赁合同"])


def test_a_plan_of_the_answers_in_the_query() -> None:
    status, plan = get(Action.READ_PLAN, GRAIN, kind="first", subject="enterprise", storage="own")
    prefills = {field["code"]: field.get("prefill", {}).get("source") for field in plan["form"]["fields"]}
    assert (status, prefills["address"], prefills["grains"]) == (200, "legal-person-base", None)
    assert {part["code"]: part["way"] for part in plan["materials"]}["business-licence"] == "spared"
    assert {found["condition"] for found in plan["verification"]} >= {"C1", "C6"}


def test_a_list() -> None:
    status, found = get(Action.READ_LIST, {"list": "powers"})
    assert (status, found["title"], len(found["rows"])) == (200, "权力事项清单", 2)
    assert "cursor" not in found


def test_lineage() -> None:
    status, found = get(Action.READ_LINEAGE, node="source:legal-person-base")
    assert (status, [entry["matter"] for entry in found["items"]]) == (200, [kit.GRAIN, "other"])
    assert get(Action.READ_LINEAGE, node="source:nobody")[1]["items"] == []


def test_the_to_do_list() -> None:
    status, found = get(Action.READ_TODO)
    assert (status, [(todo["matter"], todo["name"], todo["why"]) for todo in found["items"]]) == (
        200,
        [("other", "营业执照", "held")],
    )


def test_a_bundle() -> None:
    status, found = get(Action.READ_BUNDLE, matters=f"{kit.GRAIN}, other")
    assert (status, found["materials"]) == (200, {"before": 8, "merged": 7, "after": 1})


REFUSED: list[tuple[Action, Mapping[str, str] | None, dict[str, str], int, str, str]] = [
    (Action.READ_GUIDE, GRAIN, {}, 422, "request-invalid", "no region"),
    (Action.READ_GUIDE, GRAIN, {"region": "21"}, 422, "identifier-invalid", "what is no region"),
    (Action.READ_GUIDE, {"matter": "nothing"}, {"region": "211281"}, 404, "matter-not-found", "no such matter"),
    (Action.READ_NOTICE, GRAIN, {}, 422, "situation-invalid", "questions are open"),
    (Action.READ_NOTICE, GRAIN, {"kind": "first", "x": "y"}, 422, "situation-invalid", "what nobody asked"),
    (Action.READ_LIST, {"list": "secrets"}, {}, 404, "not-found", "no such list"),
    (Action.READ_LIST, {"list": "powers"}, {"cursor": "x"}, 400, "cursor-invalid", "a cursor that is none"),
    (Action.READ_LINEAGE, None, {}, 422, "request-invalid", "no node"),
    (Action.READ_LINEAGE, None, {"node": f"source:{'x' * 201}"}, 422, "catalogue-invalid", "a key that no table takes"),
    (Action.READ_LINEAGE, None, {"node": "held:x"}, 422, "catalogue-invalid", "what is no node"),
    (Action.READ_BUNDLE, None, {"matters": "other"}, 422, "bundle-invalid", "no bundle of one"),
    (Action.READ_BUNDLE, None, {"matters": "other,nothing"}, 404, "matter-not-found", "no such matter"),
]


@pytest.mark.parametrize(
    ("action", "path", "query", "status", "code", "reason"), REFUSED, ids=[f"{r[0]}: {r[-1]}" for r in REFUSED]
)
def test_what_is_refused(
    action: Action, path: Mapping[str, str] | None, query: dict[str, str], status: int, code: str, reason: str
) -> None:
    answered, problem = get(action, path, **query)
    assert (answered, problem["code"]) == (status, code), reason
    assert problem["detail"]
