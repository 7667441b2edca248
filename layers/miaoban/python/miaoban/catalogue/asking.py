"""How a source is asked that does not push its records: where, how often, how long it may take, and when to leave it alone."""

from typing import Literal

from pydantic import Field as Declared

from miaoban.models import Frozen


class Quota(Frozen):
    """How many questions the department takes, `n` in each second, minute or hour."""

    n: int = Declared(ge=1, le=100_000)
    per: Literal["second", "minute", "hour"]


class Breaker(Frozen):
    """After so many failures in a row the source is not asked for so many seconds; then one question tries it."""

    failures: int = Declared(ge=1, le=100)
    open_seconds: int = Declared(ge=1, le=3600)


class Asking(Frozen):
    """How a source is asked: in real time at `endpoint` (an https address), or, without one, over the department's queue.

    `timeout_seconds` is for one attempt; `attempts` counts the first. `public_key` is that with which the department signs
    its answers, SPKI in base64: where it is given, an answer without its signature is none.
    """

    endpoint: str | None = Declared(default=None, max_length=500)
    timeout_seconds: float = Declared(ge=0.1, le=10)
    attempts: int = Declared(ge=1, le=4)
    quota: Quota
    breaker: Breaker
    public_key: str | None = Declared(default=None, max_length=200)
