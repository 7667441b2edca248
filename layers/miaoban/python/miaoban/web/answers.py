"""Answers as they come over the wire: read to their end, within their limit, or told apart as what they are instead."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import Message as Headers
from http.client import HTTPException, HTTPResponse
from typing import Final, NamedTuple

from miaoban.evidence import errors
from miaoban.evidence.inquiry import LIMIT
from miaoban.operations.pauses import asked_seconds

OK: Final = 200
REDIRECTS, REFUSALS, FAILURES = 300, 400, 500
"""Where these begin."""
BUSY: Final = frozenset({429, 503})
LONGEST_ASKED: Final = 86_400
"""Seconds that a Retry-After may say; the gate grants less."""


class Heard(NamedTuple):
    """An answer: its fields by lower-case name, its body, and whether the line is good for another question."""

    status: int
    fields: Mapping[str, str]
    body: bytes
    keep: bool


def heard(source: str, response: HTTPResponse, now: datetime) -> Heard:
    """Read a response; raises SourceFaultError, AnswerError, QuestionRefusedError for what is no answer."""
    _check_status(source, response, now)
    _check_type(source, response.headers)
    body = response.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise errors.AnswerOversizedError(f"数源 {source} 的应答超过 {LIMIT} 字节，请只返回所问的一条记录")
    if response.length:
        raise HTTPException("the answer breaks off")
    fields = {name.lower(): ", ".join(response.headers.get_all(name, ())) for name in response.headers}
    return Heard(response.status, fields, body, keep=not response.will_close)


def _check_status(source: str, response: HTTPResponse, now: datetime) -> None:
    status = response.status
    if status == OK:
        return
    if status in BUSY:
        asked = timedelta(seconds=min(asked_seconds(response.headers.get("retry-after"), now), LONGEST_ASKED))
        raise errors.SourceBusyError(f"数源 {source} 请求过多或暂停服务（{status}），请稍后再问", asked or None)
    if status >= FAILURES:
        raise errors.SourceFailedError(f"数源 {source} 内部出错（{status}），请稍后再问")
    if status >= REFUSALS:
        raise errors.QuestionRefusedError(f"数源 {source} 不接受查询（{status}），请核对接口地址、签名公钥的登记和查询内容")
    if status >= REDIRECTS:
        raise errors.AnswerRedirectError(f"数源 {source} 要求转到别处（{status}），不予跟随，请更正登记的接口地址")
    raise errors.AnswerNotJsonError(f"数源 {source} 的应答状态为 {status}，查询的应答须为 200")


def _check_type(source: str, headers: Headers) -> None:
    coded = headers.get("content-encoding", "identity").strip().lower() != "identity"
    if headers.get_content_type() != "application/json" or coded:
        raise errors.AnswerNotJsonError(f"数源 {source} 的应答不是 JSON（可能是错误页面），Content-Type 须为 application/json")
    charset = headers.get_content_charset("utf-8")
    if charset != "utf-8":
        raise errors.AnswerCharsetError(f"数源 {source} 的应答使用了 {charset[:20]} 编码，须为 UTF-8")
