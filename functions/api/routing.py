"""Routing: a view is registered under its action; the route table says where, the models say what, for gateway and docs."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalice import Blueprint, Response  # type: ignore[attr-defined]
from pydantic import BaseModel

from functions.api.calls import Call
from functions.api.problems import problem, unexpected
from functions.telemetry import failure, logger
from miaoban.access.routes import ROUTES, Action, Route
from miaoban.errors import MiaobanError

View = Callable[[Call], BaseModel | Mapping[str, Any]]

SERVICE = "api"
JSON = "application/json; charset=utf-8"
ANY_TYPE = ["*/*"]


@dataclass(frozen=True)
class Operation:
    """One operation as the documentation tells it."""

    route: Route
    view: View
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None
    status: int
    once: bool


OPERATIONS: dict[Action, Operation] = {}


@cache
def route_of(action: Action) -> Route:
    """Where an action lies."""
    return next(route for route in ROUTES if route.action is action)


def operation(
    blueprint: Blueprint,
    action: Action,
    answer: type[BaseModel],
    body: type[BaseModel] | None = None,
    *,
    status: int = 200,
    once: bool = False,
) -> Callable[[View], View]:
    """Register a view under its action. `once` tells that it needs an Idempotency-Key."""

    def register(view: View) -> View:
        route = route_of(action)
        summary = (view.__doc__ or "").strip().split("\n")[0]
        OPERATIONS[action] = Operation(route, view, summary, answer, body, status, once)

        def answered(**_: str) -> Response:
            return _answer(action, blueprint.current_request.to_original_event(), view, status)

        blueprint.route(route.path, methods=[route.method], name=action.value, content_types=ANY_TYPE)(answered)
        return view

    return register


def _answer(action: Action, event: Mapping[str, Any], view: View, status: int) -> Response:
    context = event.get("requestContext") or {}
    known = {"correlation_id": context.get("requestId"), "action": action.value}
    try:
        answer = view(_call(action, event, context))
    except MiaobanError as error:
        logger(SERVICE).info("refused", extra={**known, "code": error.code})
        return problem(error)
    except Exception as error:  # noqa: BLE001 (the entry's edge: whatever broke must not tell the caller how)
        logger(SERVICE).error("broken", extra={**known, **failure(error)})
        return unexpected()
    body = answer.model_dump(mode="json", exclude_none=True) if isinstance(answer, BaseModel) else answer
    logger(SERVICE).info("answered", extra={**known, "status": body.get("status")})
    headers: dict[str, str | list[str]] = {"Content-Type": JSON, "Cache-Control": "no-store"}
    return Response(body=json.dumps(body, ensure_ascii=False, separators=(",", ":")), status_code=status, headers=headers)


def _call(action: Action, event: Mapping[str, Any], context: Mapping[str, Any]) -> Call:
    body = event.get("body") or ""
    return Call(
        action=action,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        raw_body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        authorizer=context.get("authorizer") or {},
        request=context.get("requestId") or "",
    )
