"""The answer to the gateway: an IAM policy with exactly the routes that a principal's roles may call."""

import re
from collections.abc import Collection
from typing import Any

from miaoban.access.principal import Principal
from miaoban.access.routes import PROTECTED, Action, Route


def answer(principal: Principal, permitted: Collection[Action], method_arn: str) -> dict[str, Any]:
    """Return the authoriser's output; it names every permitted route, so the gateway may keep it for the token.

    The context carries the principal to the functions as JSON text, with the real-name number: never log it.
    """
    stage = "/".join(method_arn.split("/")[:2])
    return {
        "principalId": principal.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements(stage, permitted)},
        "context": {"principal": principal.text()},
    }


def statements(stage: str, permitted: Collection[Action]) -> list[dict[str, Any]]:
    """Return the statements for one stage of an API (`arn:...:api/stage`).

    IAM's `*` also matches slashes: `GET/v1/cases/*` would let `GET/v1/cases/1/receipt` through. So a route that is not
    permitted but falls under one that is gets a Deny.
    """
    allowed = [route for route in PROTECTED if route.action in permitted]
    if not allowed:
        return [_statement("Deny", [f"{stage}/*"])]
    shadowed = [route for route in PROTECTED if route.action not in permitted and _under(route, allowed)]
    parts = [_statement("Allow", [_arn(stage, route) for route in allowed])]
    return [*parts, _statement("Deny", [_arn(stage, route) for route in shadowed])] if shadowed else parts


def _statement(effect: str, resources: list[str]) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resources}


def _arn(stage: str, route: Route) -> str:
    return f"{stage}/{route.method}{_pattern(route)}"


def _pattern(route: Route) -> str:
    return re.sub(r"\{\w+\}", "*", route.path)


def _under(route: Route, others: Collection[Route]) -> bool:
    return any(
        route.method == other.method and re.fullmatch(_pattern(other).replace("*", ".*"), _pattern(route)) for other in others
    )
