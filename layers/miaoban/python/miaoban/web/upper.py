"""The upper-level platform over HTTP: signed POSTs of JSON to an address that was checked, in bounded time."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from miaoban.canonical import JsonError, canonical, parse
from miaoban.ledger.tree import Node
from miaoban.operations.destinations import DestinationError, Gate, Target
from miaoban.operations.upper import Handed, UpperError
from miaoban.ports import Signer
from miaoban.web.lines import Lines, Talk
from miaoban.web.signatures import Message, content_digest, signed

AGENT: Final = "Miaoban-Exchange/1"
CONTENT_TYPE: Final = "application/json"
LIMIT: Final = 4 * 1024 * 1024
"""Bytes of an answer."""
SECONDS: Final = 20.0
NONCE_LETTERS: Final = 20
OK: Final = 200
_NODES: Final = TypeAdapter(dict[str, Node])


class WebUpper:
    """Talks to the platform at `url`; `now` and `new_id` are those of the services."""

    def __init__(
        self, url: str, gate: Gate, signer: Signer, lines: Lines, now: Callable[[], datetime], new_id: Callable[[int], str]
    ) -> None:
        self._url, self._gate, self._signer, self._lines = url, gate, signer, lines
        self._now, self._new_id = now, new_id
        self.told = 0

    def take(self, items: Sequence[Handed]) -> None:
        """Hand items up (see `UpperPlatform`)."""
        if items:
            self._asked("/items", {"items": [item.model_dump(mode="json", exclude_none=True) for item in items]})

    def nodes(self, region: str, day: str, prefixes: Sequence[str]) -> Mapping[str, Node]:
        """One exchange of nodes (see `UpperPlatform`)."""
        answer = self._asked("/nodes", {"region": region, "day": day, "prefixes": list(prefixes)})
        try:
            found = _NODES.validate_python(answer["nodes"])
        except (ValidationError, KeyError, TypeError):
            raise UpperError("上级平台的应答不合格式，请核对接口版本") from None
        if missing := set(prefixes) - found.keys():
            raise UpperError(f"上级平台没有答复 {len(missing)} 个节点，请核对接口版本")
        return found

    def _asked(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        body = canonical(document)
        target = self._target(path)
        request = self._request(target, body)
        deadline = time.monotonic() + SECONDS
        try:
            with self._lines.to(target, deadline) as talk:
                answer = self._exchanged(talk, target, request, body)
        except (OSError, HTTPException) as error:
            raise UpperError(f"上级平台连接失败或应答中断（{type(error).__name__}）") from error
        self.told += len(body) + len(answer)
        return _read(answer)

    def _target(self, path: str) -> Target:
        try:
            return self._gate.target(self._url.rstrip("/") + path)
        except DestinationError as error:
            raise UpperError(f"上级平台的地址不可用：{error}") from error

    def _request(self, target: Target, body: bytes) -> Message:
        path, _, query = target.path.partition("?")
        fields = {"content-type": CONTENT_TYPE, "content-digest": content_digest(body)}
        bare = Message(fields, "POST", target.authority, path, query)
        given = signed(bare, self._signer, int(self._now().timestamp()), self._new_id(NONCE_LETTERS))
        return bare._replace(fields={**fields, **given})

    def _exchanged(self, talk: Talk, target: Target, request: Message, body: bytes) -> bytes:
        connection = HTTPConnection(target.host, target.port)
        connection.sock = talk.pinned
        given = {"host": target.authority, "user-agent": AGENT, "accept": CONTENT_TYPE, **request.fields}
        connection.request("POST", target.path, body=body, headers=given)
        with connection.getresponse() as response:
            answer = response.read(LIMIT + 1)
            if response.status != OK:
                raise UpperError(f"上级平台拒绝了请求（{response.status}），请核对登记的公钥和接口版本")
        talk.keep = len(answer) <= LIMIT
        return answer


def _read(answer: bytes) -> dict[str, Any]:
    try:
        found = parse(answer, LIMIT)
    except JsonError as error:
        raise UpperError(f"上级平台的应答不是 JSON（{error.code}）") from None
    if not isinstance(found, dict):
        raise UpperError("上级平台的应答不是对象，请核对接口版本")
    return found
