"""The API's documents, generated from the operations: OpenAPI 3.1 for people, and the gateway's body built from it.

`python -m tools.openapi` writes both; `--check` says whether they are what the code would write.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import app as entry
from functions.api.problems import STATUSES, TITLES, ProblemDocument
from functions.api.routing import OPERATIONS, Operation

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "infra" / "openapi.json"
GATEWAY = ROOT / "infra" / "gateway.yaml"
REF = "#/components/schemas/{model}"
SECURITY = "bearer"
ERRORS = (400, 403, 404, 409, 410, 413, 422, 500, 503)

ANSWERS = {
    "name": "answers",
    "in": "query",
    "description": "The answers to the matter's questions, each as a parameter of its own, such as kind=first.",
    "required": False,
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    operations = sorted(OPERATIONS.values(), key=lambda operation: (operation.route.path, operation.route.method))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Miaoban 秒办", "version": "1.0.0", "description": "Government services decided in seconds."},
        "paths": paths,
        "components": {"schemas": schemas(), "securitySchemes": {SECURITY: {"type": "http", "scheme": "bearer"}}},
    }


def described(operation: Operation) -> dict[str, Any]:
    """One operation: its parameters, body, answer, problems and whether it needs a token."""
    told: dict[str, Any] = {
        "operationId": operation.route.action.value,
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": {str(operation.status): answer(operation.answer)} | {str(status): problem(status) for status in ERRORS},
        "security": [] if operation.route.public else [{SECURITY: []}],
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference(operation.body)}}}
    return told


def parameters(operation: Operation) -> list[dict[str, Any]]:
    """Path parameters, those of the query, the cursor of lists, and the Idempotency-Key of what writes."""
    names = [part[1:-1] for part in operation.route.path.split("/") if part.startswith("{")]
    told = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    told += [ANSWERS if name == "*" else _query(name) for name in operation.route.query]
    if "cursor" in operation.answer.model_fields:
        told.append({"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}})
    if operation.once:
        limits = {"type": "string", "minLength": 1, "maxLength": 128}
        told.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": limits})
    return told


def answer(model: type[BaseModel]) -> dict[str, Any]:
    """A successful answer."""
    return {"description": (model.__doc__ or "").split("\n")[0], "content": {"application/json": {"schema": reference(model)}}}


def _query(name: str) -> dict[str, Any]:
    return {"name": name.rstrip("?"), "in": "query", "required": not name.endswith("?"), "schema": {"type": "string"}}


def problem(status: int) -> dict[str, Any]:
    """A problem answer, with the codes that come with its status."""
    codes = sorted({kind.code for kind, answered in STATUSES if answered == status and kind.code})
    content = {"application/problem+json": {"schema": reference(ProblemDocument)}}
    return {"description": f"{TITLES[status]}: {', '.join(codes)}" if codes else TITLES[status], "content": content}


def reference(model: type[BaseModel]) -> dict[str, str]:
    """The reference to a model's schema."""
    return {"$ref": REF.format(model=model.__name__)}


def schemas() -> dict[str, Any]:
    """The schemas of every body and answer."""
    bodies = {(operation.body, "validation") for operation in OPERATIONS.values() if operation.body}
    answers = {(operation.answer, "serialization") for operation in OPERATIONS.values()}
    models = sorted({*bodies, *answers, (ProblemDocument, "serialization")}, key=str)
    _, schema = models_json_schema(models, ref_template=REF)  # type: ignore[arg-type]
    return dict(sorted(schema["$defs"].items()))


def gateway(api: dict[str, Any]) -> dict[str, Any]:
    """The gateway's body (it reads OpenAPI 3.0): the document's paths, each handed whole to the api function."""
    paths = {path: {method: routed(told) for method, told in item.items()} for path, item in api["paths"].items()}
    scheme = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": invocation("AuthorizeFunctionArn"),
            "authorizerResultTtlInSeconds": 60,
            "identityValidationExpression": "^Bearer [-0-9A-Za-z._~+/]+=*$",
        },
    }
    info = {"title": api["info"]["title"], "version": api["info"]["version"]}
    return {"openapi": "3.0.1", "info": info, "paths": paths, "components": {"securitySchemes": {SECURITY: scheme}}}


def routed(told: dict[str, Any]) -> dict[str, Any]:
    """One operation as the gateway needs it."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": invocation("ApiFunctionArn")}
    names = [parameter for parameter in told["parameters"] if parameter["in"] == "path"]
    return {
        "operationId": told["operationId"],
        **({"parameters": names} if names else {}),
        "security": told["security"],
        "responses": {"default": {"description": "as the function answers"}},
        "x-amazon-apigateway-integration": integration,
    }


def invocation(function: str) -> dict[str, str]:
    """The URI by which the gateway invokes a function, whose ARN is a parameter of the template."""
    arn = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${" + function + "}/invocations"
    return {"Fn::Sub": arn}


def rendered() -> dict[Path, str]:
    """Both files, as they should be."""
    api = document()
    return {
        DOCUMENT: json.dumps(api, ensure_ascii=False, indent=2) + "\n",
        GATEWAY: "# Generated by make openapi from the operations of functions/api.\n"
        + yaml.safe_dump(template(gateway(api)), allow_unicode=True, sort_keys=False, width=120),
    }


def template(body: dict[str, Any]) -> dict[str, Any]:
    """The gateway's template: one REST API, its stage, and the rights to invoke its functions."""
    skeleton = yaml.safe_load((ROOT / "infra" / "gateway.skeleton.yaml").read_text(encoding="utf-8"))
    resources = skeleton["Resources"]
    resources["Api"]["Properties"]["Body"] = body
    # A deployment is a snapshot: only a new logical id makes the gateway take another one.
    name = f"Deployment{sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()[:12]}"
    resources[name] = resources.pop("Deployment")
    resources["Stage"]["Properties"]["DeploymentId"] = {"Ref": name}
    result: dict[str, Any] = skeleton
    return result


def main(arguments: list[str]) -> int:
    """Write the documents, or check them."""
    assert entry.app  # noqa: S101 (importing the app registers the operations)
    files = rendered()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} 与代码不一致，请运行 make openapi")
        return 1 if stale else 0
    for path in stale:
        path.write_text(files[path], encoding="utf-8")
        print(f"已生成 {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
