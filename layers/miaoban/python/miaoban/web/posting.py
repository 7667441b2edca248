"""One POST to an address that was checked, on a connection of its own: the status is all that is wanted."""

import io
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException

from miaoban.operations.courier import Answer, UnreachableError
from miaoban.operations.destinations import Target
from miaoban.web.pinned import Pinned, connected

TOTAL_SECONDS = 10.0
BODY_BYTES = 1024
AGENT = "Miaoban-Webhooks/1"


def post(target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float = TOTAL_SECONDS) -> Answer:
    """Send one POST and return the status; raises UnreachableError (see `Post`), at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        with connected(target, deadline) as sock:
            return _exchange(Pinned(sock, deadline), target, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        # ValueError: an answer that http.client can not make sense of.
        raise UnreachableError(f"回调地址没有应答（{type(error).__name__}）") from error


def _exchange(pinned: Pinned, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = pinned
    given = {**headers, "host": target.authority, "user-agent": AGENT, "connection": "close"}
    connection.request("POST", target.path, body=body, headers=given)
    with connection.getresponse() as answer:
        retry_after = answer.headers.get("retry-after")
        _drain(answer)
        return Answer(answer.status, retry_after)


def _drain(answer: io.BufferedIOBase) -> None:
    """Let the receiver finish a short answer; the status stands, whatever comes after it."""
    try:
        answer.read(BODY_BYTES)
    except (OSError, HTTPException, ValueError):
        return
