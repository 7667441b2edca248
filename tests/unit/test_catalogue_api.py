"""The public routes of the catalogue, called as the gateway calls them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app import app
from functions.composition import use
from miaoban.access.routes import ROUTES, Action
from miaoban.operations.editions import publish
from miaoban.operations.services import Services
from tests import kit, made


@pytest.fixture(autouse=True, name="catalogue")
def _catalogue() -> Iterator[Services]:
    services = kit.ready()
    publish(services, made.edition("other", materials={"b": made.material("营业执照")}), services.now())
    with use(services):
        yield services


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


def test_the_resource_catalogue() -> None:
    status, found = get(Action.LIST_SOURCES)
    assert (status, [source["code"] for source in found["items"]]) == (200, sorted(kit.edition().sources))
    assert found["items"][1]["contact"]["office"] == kit.edition().sources[found["items"][1]["code"]].contact.office
    assert "cursor" not in found


FILTERS: list[tuple[dict[str, str], list[str], str]] = [
    ({"owner": "digital-government"}, ["enterprise-authorisations"], "an owner"),
    ({"owner": "nobody"}, [], "an owner of none"),
    ({"sharing": "conditional"}, ["enterprise-authorisations"], "a sharing class"),
    ({"access": "registry", "sharing": "unconditional"}, ["abnormal-operations", "legal-person-base"], "both at once"),
    ({"access": "http"}, [], "nobody here is asked in real time"),
    ({"owner": "", "access": ""}, ["abnormal-operations", "enterprise-authorisations", "legal-person-base"], "nothing said"),
]


@pytest.mark.parametrize(("query", "codes", "reason"), FILTERS, ids=[row[-1] for row in FILTERS])
def test_the_resource_catalogue_by(query: dict[str, str], codes: list[str], reason: str) -> None:
    status, found = get(Action.LIST_SOURCES, None, **query)
    assert (status, [source["code"] for source in found["items"]]) == (200, codes), reason


def test_a_source_and_who_uses_it() -> None:
    status, found = get(Action.READ_SOURCE, {"source": "legal-person-base"})
    assert (status, found["source"]["name"], found["source"]["freshness"]["decide"]) == (
        200,
        "法人基础信息库",
        {"n": 30, "unit": "day"},
    )
    assert found["matters"] == [{"code": kit.GRAIN, "name": "粮食收购企业备案"}, {"code": "other", "name": "粮食收购企业备案"}]


HOUSING = "housing-fund-withdrawal"


@pytest.mark.parametrize(
    ("action", "path", "reason"),
    [
        (Action.LIST_SOURCES, None, "in the list"),
        (Action.READ_SOURCE, {"source": "social-insurance"}, "by itself"),
        (Action.READ_MATTER, {"matter": HOUSING}, "with its matter"),
    ],
)
def test_nobody_is_told_how_a_source_is_asked(
    catalogue: Services, action: Action, path: Mapping[str, str] | None, reason: str
) -> None:
    publish(catalogue, kit.edition(HOUSING), catalogue.now())
    status, found = get(action, path)
    text = json.dumps(found)
    assert (status, "social-insurance" in text, "example.cn" in text, "asking" in text) == (200, True, False, False), reason


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
    (Action.LIST_SOURCES, None, {"sharing": "some"}, 422, "request-invalid", "no such sharing class"),
    (Action.LIST_SOURCES, None, {"access": "HTTP"}, 422, "request-invalid", "no such way of access"),
    (Action.LIST_SOURCES, None, {"cursor": "x"}, 400, "cursor-invalid", "a cursor that is none"),
    (Action.READ_SOURCE, {"source": "nobody"}, {}, 404, "source-not-found", "no such source"),
    (Action.READ_SOURCE, {"source": "legal-person-base"}, {"cursor": "x"}, 400, "cursor-invalid", "a cursor that is none"),
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
