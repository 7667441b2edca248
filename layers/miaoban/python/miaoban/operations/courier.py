"""What delivering asks of the world, and what it says to it: the POST, the courier's ports, the signature."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from standardwebhooks import Webhook

from miaoban.errors import RetryableError
from miaoban.operations.destinations import Gate, Target
from miaoban.ports import Outbox

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class UnreachableError(RetryableError):
    """Raised when a receiver gives no answer: no connection, no valid certificate, or nothing in time."""

    code = "destination-unreachable"


class Answer(NamedTuple):
    """A receiver's answer; its body is nobody's business."""

    status: int
    retry_after: str | None = None


Post = Callable[[Target, bytes, Mapping[str, str]], Answer]
"""Sends one POST to the address of a target, without following redirects; raises UnreachableError."""


@dataclass(frozen=True)
class Courier:
    """What delivering needs beside the services; `jitter` gives numbers from 0 to 1, `retries` is the notify queue.

    `queues` is the queue of a department that is told over one of its own.
    """

    gate: Gate
    post: Post
    jitter: Callable[[], float]
    retries: Outbox
    queues: Callable[[str], Outbox]


class Report(NamedTuple):
    """What became of a message, for the log: codes and identifiers, nothing of a person."""

    result: str
    event: str
    attempts: int = 0
    status: int | None = None
    error: str | None = None


def signed(event: str, body: str, secrets: Iterable[str], now: datetime) -> Mapping[str, str]:
    """The headers of Standard Webhooks: id, time, and a signature with each secret."""
    # The package writes "UTC" over whatever zone a time has.
    at = now.astimezone(UTC)
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": event,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event, at, body) for secret in secrets),
    }
