"""An HTTP client of the deployed API, for the demo and the flow tests: one caller, with the token of a role.

What the API answers is data, problem documents too: a caller looks at `status` and `code`, nothing is raised for them.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

import httpx

from tools.issuer import mint

Value = TypeVar("Value")

URL: Final = "ApiUrl"
TIMEOUT: Final = httpx.Timeout(60.0, pool=None)
CONNECTIONS: Final = 6
"""Requests of one caller at once; others wait for their turn. The local cloud starts a process for each that it runs."""
BUSY: Final = frozenset({429, 503})
PATIENCE: Final = 60.0
"""Seconds for which a request that meets a busy service is repeated."""
LONGEST_PAUSE: Final = 2.0
FIRST_POLL, LONGEST_POLL = 0.02, 0.5
SHOWN: Final = 300
"""Letters of what was last seen that an error shows."""


class ClientError(RuntimeError):
    """Raised when the API cannot be asked at all; its text is one sentence with the cure."""


class TooLateError(AssertionError):
    """Raised when what was waited for did not happen within its bound; shows what was last seen."""


@dataclass(frozen=True)
class Answer:
    """One answer: `body` is its JSON object, `key` the Idempotency-Key that was sent, `milliseconds` the last attempt's."""

    status: int
    body: Mapping[str, Any]
    milliseconds: float
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.status} {json.dumps(self.body, ensure_ascii=False)}"

    def __getitem__(self, name: str) -> Any:
        """A member of the body; raises KeyError showing the whole answer."""
        if name not in self.body:
            raise KeyError(f"no {name!r} in {self}")
        return self.body[name]

    @property
    def code(self) -> str:
        """The problem's stable code, or nothing."""
        return str(self.body.get("code", "")) if self.status >= httpx.codes.BAD_REQUEST else ""

    @property
    def busy(self) -> bool:
        """Whether it may go better in a moment: too much at once, or a gateway's own 500 that never reached the API."""
        gateways = self.status >= httpx.codes.INTERNAL_SERVER_ERROR and not self.code
        return self.status in BUSY or gateways

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where a problem lies: pairs of JSON pointer and code."""
        return [(place["pointer"], place["code"]) for place in self.body.get("errors", ())]


class Client:
    """One caller of the API. `claims` replace those of the role's persona; None takes one away."""

    def __init__(self, outputs: Mapping[str, str], role: str | None = None, *, token: str | None = None, **claims: Any) -> None:
        """Call as a role of the local issuer, or with a token as it is, or as nobody."""
        if URL not in outputs:
            raise ClientError("部署的输出里没有 ApiUrl：请先运行 make up")
        bearer = mint(role, **claims) if role else token
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self._http = httpx.Client(base_url=outputs[URL], headers=headers, timeout=TIMEOUT, limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **query: str) -> Answer:
        """Read."""
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any, key: str | None = None) -> Answer:
        """Write once: under this Idempotency-Key, or a new one."""
        return self.send("POST", path, _json(body), key=key or str(uuid4()))

    def put(self, path: str, body: Any) -> Answer:
        """Replace; a repeat changes nothing, so it needs no key."""
        return self.send("PUT", path, _json(body))

    def pages(self, path: str, **query: str) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        while True:
            page = self.get(path, **query)
            items += page["items"]
            if "cursor" not in page.body:
                return items
            query["cursor"] = page["cursor"]

    def send(
        self, method: str, path: str, content: bytes = b"", *, key: str | None = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Send bytes as they are; a busy service is asked again, after its Retry-After, with the same key."""
        headers = {"content-type": "application/json"} if content else {}
        request = self._http.build_request(method, path, content=content, headers=headers, params=query or None)
        if key is not None:
            request.headers["idempotency-key"] = key
        until, pause = time.monotonic() + PATIENCE, FIRST_POLL
        while True:
            answer, wait = self._sent(request, key)
            if not answer.busy or time.monotonic() > until:
                return answer
            time.sleep(max(pause, wait))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _sent(self, request: httpx.Request, key: str | None) -> tuple[Answer, float]:
        began = time.perf_counter()
        try:
            answer = self._http.send(request)
        except httpx.ConnectError:
            raise ClientError(f"{request.url.host}:{request.url.port} 没有应答：请先运行 make up") from None
        except httpx.HTTPError as error:
            raise ClientError(f"{request.method} {request.url.path} 没有得到应答（{type(error).__name__}）") from error
        taken = (time.perf_counter() - began) * 1000
        return Answer(answer.status_code, _object(answer), taken, key, answer.headers), _retry_after(answer)


def until(ask: Callable[[], Value], holds: Callable[[Value], bool], seconds: float = 30.0) -> Value:
    """Wait for an event: ask, at growing intervals up to half a second, until what is answered holds; return that answer.

    Nothing is waited for longer than the event takes, nor than the bound: then TooLateError shows the last answer.
    """
    end, pause = time.monotonic() + seconds, FIRST_POLL
    while not holds(value := ask()):
        if time.monotonic() > end:
            raise TooLateError(f"没有在 {seconds:g} 秒内等到，最后看到的是：{str(value)[:SHOWN]}")
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_POLL)
    return value


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    """The answer's JSON object; what is none is kept as text under `text`."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"text": answer.text}


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0
