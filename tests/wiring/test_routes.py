"""The routes: one table for the code, the gateway, the authoriser and the documents, which are generated and current."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from functions.api.routing import OPERATIONS
from miaoban.access.routes import PUBLIC_ACTIONS, ROUTES
from tests.wiring.templates import ROOT, Json, everywhere, leads_to, walk
from tools.openapi import ERRORS, document, main, rendered

PUBLIC = [
    ("list_matters", "which services there are is public"),
    ("read_matter", "so is what a service asks, on which basis and in which time"),
    ("search_catalogue", "and what all organs offer"),
    ("read_entry", "one guide item of it"),
    ("read_guide", "who does what by when, for everybody (716号令 art. 6)"),
    ("read_notice", "so is what to bring, told once"),
    ("read_plan", "so is what is filled in, verified and spared"),
    ("read_list", "the five lists are public by their name"),
    ("read_lineage", "it says nothing that the matters do not say, and nothing of any person"),
    ("read_todo", "so is what need not be asked for (716号令 art. 7)"),
    ("read_bundle", "so is what several matters ask together"),
    ("list_sources", "which department has which data, and how it is shared (国令809); not how it is asked"),
    ("read_source", "so is which matters use it"),
    ("verify_licence", "who is shown a licence has no account here"),
    ("open_verification", "the link that stands on a licence"),
    ("read_keys", "verifying offline needs the keys"),
]
METHODS = {"get", "post", "put", "delete", "patch"}
TTL = 300
"""Seconds for which the gateway may keep an answer of the authoriser, at most."""

(API,) = everywhere("AWS::ApiGateway::RestApi").values()
BODY: Json = API["Body"]


def operations(api: Json) -> dict[tuple[str, str], Json]:
    """The operations of an OpenAPI document, by method and path."""
    return {(method.upper(), path): told for path, item in api["paths"].items() for method, told in item.items()}


def test_the_documents_are_current() -> None:
    assert [str(path.relative_to(ROOT)) for path, text in rendered().items() if path.read_text(encoding="utf-8") != text] == []
    assert main(["--check"]) == 0


@pytest.mark.parametrize("api", [BODY, document()], ids=["gateway", "openapi"])
def test_every_route_is_there_and_no_other(api: Json) -> None:
    told = {(method, path, op["operationId"]) for (method, path), op in operations(api).items()}
    assert told == {(route.method, route.path, route.action.value) for route in ROUTES}


def test_every_route_has_one_view() -> None:
    assert set(OPERATIONS) == {route.action for route in ROUTES}
    assert Counter(route.action for route in ROUTES).most_common(1)[0][1] == 1
    assert Counter((route.method, route.path) for route in ROUTES).most_common(1)[0][1] == 1


def test_what_is_public_is_listed_here_with_a_reason() -> None:
    assert {action.value for action in PUBLIC_ACTIONS} == {name for name, _ in PUBLIC}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_all_but_the_public_routes_have_the_authoriser(route: Any) -> None:
    public = route.action.value in {name for name, _ in PUBLIC}
    assert operations(BODY)[route.method, route.path]["security"] == ([] if public else [{"bearer": []}])


def test_no_path_or_method_goes_round_the_table() -> None:
    assert {method for item in BODY["paths"].values() for method in item} <= METHODS, "no x-amazon-apigateway-any-method"
    assert not [path for path in BODY["paths"] if "+" in path], "no greedy path"
    assert not everywhere("AWS::ApiGateway::Method"), "no method beside the body"
    assert not everywhere("AWS::ApiGateway::Resource")


def test_every_route_is_handed_whole_to_the_api_function() -> None:
    for told in operations(BODY).values():
        integration = told["x-amazon-apigateway-integration"]
        assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")
        assert "/functions/ApiFunction.Arn/invocations" in leads_to(integration["uri"], "Gateway")


def test_the_authoriser_is_the_authorize_function_and_answers_are_kept_briefly() -> None:
    schemes = BODY["components"]["securitySchemes"]
    assert list(schemes) == ["bearer"]
    authorizer = schemes["bearer"]["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "token"
    assert authorizer["authorizerResultTtlInSeconds"] <= TTL
    assert "/functions/AuthorizeFunction.Arn/invocations" in leads_to(authorizer["authorizerUri"], "Gateway")


TOKENS = [
    ("Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln", True, "a token"),
    ("Bearer ", False, "none"),
    ("Basic dXNlcjpwYXNz", False, "another scheme"),
    ("Bearer a b", False, "two words"),
]


@pytest.mark.parametrize(("header", "passes", "reason"), TOKENS)
def test_the_gateway_turns_away_what_is_no_token(header: str, passes: bool, reason: str) -> None:  # noqa: FBT001
    authorizer = BODY["components"]["securitySchemes"]["bearer"]["x-amazon-apigateway-authorizer"]
    assert bool(re.fullmatch(authorizer["identityValidationExpression"], header)) is passes, reason


def test_the_stage_serves_the_last_deployment_and_traces_no_bodies() -> None:
    (stage,) = everywhere("AWS::ApiGateway::Stage").values()
    (deployment,) = everywhere("AWS::ApiGateway::Deployment")
    assert leads_to(stage["DeploymentId"], "Gateway") == deployment
    assert [setting["DataTraceEnabled"] for setting in stage["MethodSettings"]].count(True) == 0, "bodies hold persons"
    assert all(setting["MetricsEnabled"] for setting in stage["MethodSettings"]), "the alarm on 5xx needs them"


API_3_1: Json = document()
"""The document for people; no official meta-schema is at hand offline, so its structure is checked here."""


def test_the_document_says_3_1_and_has_what_that_needs() -> None:
    assert re.fullmatch(r"3\.1\.\d", API_3_1["openapi"])
    assert {"title", "version"} <= API_3_1["info"].keys()
    assert API_3_1.keys() <= {"openapi", "info", "paths", "components", "servers", "security", "tags"}


def test_every_reference_resolves() -> None:
    for path, node in walk(API_3_1):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            found: Any = API_3_1
            for part in node["$ref"].removeprefix("#/").split("/"):
                assert part in found, f"{path}: {node['$ref']}"
                found = found[part]


def test_no_schema_is_left_over() -> None:
    named = {node["$ref"].rsplit("/", 1)[-1] for _, node in walk(API_3_1) if isinstance(node, dict) and "$ref" in node}
    assert API_3_1["components"]["schemas"].keys() == named


@pytest.mark.parametrize("told", operations(API_3_1).values(), ids=[f"{m} {p}" for m, p in operations(API_3_1)])
def test_an_operation_is_whole(told: Json) -> None:
    assert told["summary"]
    answers = told["responses"]
    assert [status for status in answers if status.startswith("2")], "what it answers"
    for status in ERRORS:
        schema = answers[str(status)]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ProblemDocument"}
    assert all(answer["description"] for answer in answers.values())
    assert all(parameter["schema"] and parameter["in"] in {"path", "query", "header"} for parameter in told["parameters"])


@pytest.mark.parametrize(("method", "path"), operations(API_3_1))
def test_path_parameters_are_those_of_the_path(method: str, path: str) -> None:
    told = operations(API_3_1)[method, path]
    named = {parameter["name"] for parameter in told["parameters"] if parameter["in"] == "path"}
    assert named == set(re.findall(r"\{(\w+)\}", path))
    assert method != "GET" or "requestBody" not in told


@pytest.mark.parametrize(("method", "path"), [key for key in operations(API_3_1) if key[0] == "POST"])
def test_what_writes_needs_an_idempotency_key(method: str, path: str) -> None:
    reads = {"/v1/drafts": "fills a form, writes nothing", "/v1/public/verifications": "reads, writes nothing"}
    names = {parameter["name"] for parameter in operations(API_3_1)[method, path]["parameters"]}
    assert ("Idempotency-Key" in names) is (path not in reads)


def test_operation_ids_are_unique() -> None:
    names = [told["operationId"] for told in operations(API_3_1).values()]
    assert len(names) == len(set(names))


def test_the_gateways_own_refusals_are_problem_documents() -> None:
    told = {answer["ResponseType"]: answer for answer in everywhere("AWS::ApiGateway::GatewayResponse").values()}
    for kind, status in (("UNAUTHORIZED", 401), ("ACCESS_DENIED", 403)):
        problem = json.loads(told[kind]["ResponseTemplates"]["application/json"])
        assert (told[kind]["StatusCode"], problem["status"]) == (str(status), status)
        assert problem["type"].endswith(problem["code"])
        assert problem["title"]
        assert problem["detail"]
