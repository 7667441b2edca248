"""Asking a source over HTTP: a signed POST to an address that was checked, a signed answer to this question alone."""

import base64
import binascii
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException

from miaoban.catalogue.asking import Asking
from miaoban.evidence.errors import (
    AnswerSignatureError,
    QuestionRefusedError,
    SourceTimeoutError,
    SourceUnreachableError,
)
from miaoban.evidence.inquiry import Answered, Question, read_reply
from miaoban.licence.suites import suite_of
from miaoban.operations.destinations import DestinationError, Gate, Target
from miaoban.ports import Signer
from miaoban.web.answers import Heard, heard
from miaoban.web.fields import FieldError
from miaoban.web.lines import Lines, Talk
from miaoban.web.signatures import Message, check, check_digest, content_digest, signed

AGENT = "Miaoban-Asking/1"
CONTENT_TYPE = "application/json"


class WebAsker:
    """Asks over lines that it keeps; `gate` checks each address anew, `now` is the time that questions are signed with."""

    def __init__(self, gate: Gate, signer: Signer, lines: Lines, now: Callable[[], datetime]) -> None:
        self._gate, self._signer, self._lines, self._now = gate, signer, lines, now

    def ask(self, question: Question, asking: Asking, seconds: float) -> Answered:
        """Ask once (see `Asker`)."""
        deadline = time.monotonic() + seconds
        target = self._target(question, asking)
        request = self._request(target, question)
        told = self._exchanged(target, request, question, asking, deadline)
        _check(told, request, asking)
        reply = read_reply(question, told.body)
        return Answered(**reply.model_dump(), digest=f"sha256:{sha256(told.body).hexdigest()}", fetched_at=self._now())

    def _target(self, question: Question, asking: Asking) -> Target:
        if asking.endpoint is None:
            raise QuestionRefusedError(f"数源 {question.source} 没有登记接口地址，不能实时查询")
        try:
            return self._gate.target(asking.endpoint)
        except DestinationError as error:
            raise QuestionRefusedError(f"数源 {question.source} 的接口地址不可用：{error}") from error

    def _request(self, target: Target, question: Question) -> Message:
        path, _, query = target.path.partition("?")
        fields = {"content-type": CONTENT_TYPE, "content-digest": content_digest(question.body)}
        bare = Message(fields, "POST", target.authority, path, query)
        given = signed(bare, self._signer, int(self._now().timestamp()), question.request_id)
        return bare._replace(fields={**fields, **given})

    def _exchanged(self, target: Target, request: Message, question: Question, asking: Asking, deadline: float) -> Heard:
        source = question.source
        try:
            with self._lines.to(target, deadline) as talk:
                told = self._heard(talk, target, request, question)
                # A stray answer on a line that is kept is told from the next one by its signature alone.
                talk.keep = told.keep and asking.public_key is not None
                return told
        except TimeoutError as error:
            raise SourceTimeoutError(f"数源 {source} 没有在限时内给出完整应答") from error
        except (OSError, HTTPException, ValueError) as error:
            # ValueError: an answer that http.client can not make sense of.
            raise SourceUnreachableError(f"数源 {source} 连接失败或应答中断（{type(error).__name__}）") from error

    def _heard(self, talk: Talk, target: Target, request: Message, question: Question) -> Heard:
        connection = HTTPConnection(target.host, target.port)
        connection.sock = talk.pinned
        given = {"host": target.authority, "user-agent": AGENT, "accept": CONTENT_TYPE, **request.fields}
        connection.request("POST", target.path, body=question.body, headers=given)
        with connection.getresponse() as response:
            return heard(question.source, response, self._now())


def _check(told: Heard, request: Message, asking: Asking) -> None:
    """Check an answer's signature where the source has a key, and its digest wherever there is one."""
    answer = Message(told.fields, status=told.status)
    if asking.public_key is not None:
        key = _key(asking.public_key)
        check(answer, request, told.body, suite_of(key), key)
    elif "content-digest" in told.fields:
        try:
            check_digest(answer, told.body)
        except FieldError as error:
            raise AnswerSignatureError(f"数源应答的摘要不合格式（{error}）") from None


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AnswerSignatureError("数源登记的公钥不是 base64 编码的 SPKI，请更正登记") from None
