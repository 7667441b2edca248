"""Entry of the authorize function: a bearer token in, an IAM policy and the principal out.

The gateway turns the error "Unauthorized" into 401 and a route outside the policy into 403. It may keep an answer for
as long as its TTL says, so a token can outlive its `exp` by that much: keep the TTL at most 300 s.
"""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.logging import Logger

from functions.authorize.answer import answer
from functions.authorize.keys import Fetch, Keys, source
from functions.authorize.settings import Settings
from functions.authorize.tokens import Verifier, bearer
from miaoban.access.policy import policy
from miaoban.access.principal import Principal
from miaoban.access.resources import Resource
from miaoban.access.routes import PROTECTED
from miaoban.errors import MiaobanError

Authorizer = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Answers a TOKEN authoriser event; raises the reason for a refusal."""

logger = Logger(service="authorize")


class UnauthorizedError(Exception):
    """Raised for every refusal; its message is the word that the gateway turns into 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer the gateway; raises `UnauthorizedError` for whatever reason, which is in the log by its code."""
    return guarded(authorizer, event)


def guarded(authorize: Callable[[], Authorizer], event: Mapping[str, Any]) -> dict[str, Any]:
    """Authorise at the function's edge: log a failure's code, never the token, and raise `UnauthorizedError`."""
    try:
        return authorize()(event)
    except MiaobanError as error:
        logger.warning("refused", extra={"code": error.code})
    except Exception as error:  # noqa: BLE001 - the edge: whatever fails, nobody gets in
        # no traceback, which could quote the token
        logger.error("failed", extra={"code": "internal", "error": type(error).__name__})  # noqa: TRY400 - see above
    raise UnauthorizedError


@cache
def authorizer() -> Authorizer:
    """Return the authoriser of this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    return make(settings, source(settings), time.time)


def make(settings: Settings, fetch: Fetch, clock: Callable[[], float]) -> Authorizer:
    """Return an authoriser that gets its keys and the time (seconds of the epoch) from the ports given."""
    verifier = Verifier(settings, Keys(fetch, clock), clock)
    routes = [route.action for route in PROTECTED]

    def authorize(event: Mapping[str, Any]) -> dict[str, Any]:
        principal = Principal.from_claims(verifier.verify(bearer(event.get("authorizationToken"))))
        permitted = policy().permitted(principal, routes, Resource.route())
        return answer(principal, permitted, event["methodArn"])

    return authorize
