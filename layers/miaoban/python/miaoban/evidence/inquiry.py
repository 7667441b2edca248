"""Inquiries (查询): one question about one record, the port that carries it to the source, and the answer.

The answer is read strictly; what it says becomes a `Record` as if the department had pushed it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from pydantic import Field as Declared
from pydantic import JsonValue, ValidationError

from miaoban.canonical import JsonError, canonical, parse
from miaoban.catalogue.asking import Asking
from miaoban.evidence.attributes import Code, Moment, Sequence
from miaoban.evidence.errors import AnswerInvalidError, AnswerNotJsonError
from miaoban.models import Frozen

LIMIT: Final = 256 * 1024
"""Bytes of an answer."""


class Question(Frozen):
    """What is asked: a record by its key, for a purpose of a case. `request_id` is random, of this question alone."""

    source: Code
    kind: Code
    key: Mapping[str, JsonValue] = Declared(min_length=1)
    purpose: str = Declared(pattern=r"^[a-z][a-z0-9_-]{0,60}$")
    case: str = Declared(pattern=r"^[!-~]{1,64}$")
    request_id: str = Declared(pattern=r"^[0-9A-Za-z_-]{16,64}$")

    @cached_property
    def body(self) -> bytes:
        """The question as it is sent: canonical JSON (RFC 8785)."""
        return canonical(self.model_dump(mode="json"))


class Reply(Frozen):
    """An answer's document. Without a record, `sequence` and `issued_at` are of the statement that there is none."""

    found: bool
    values: Mapping[str, Any] = {}
    sequence: Sequence
    issued_at: Moment


class Answered(Frozen):
    """What a source answered; `digest` is that of the bytes it sent, `fetched_at` when we had them."""

    found: bool
    values: Mapping[str, Any] = {}
    sequence: int
    issued_at: datetime
    digest: str
    fetched_at: datetime


class Asker(Protocol):
    """Carries a question to its source."""

    def ask(self, question: Question, asking: Asking, seconds: float) -> Answered:
        """Ask once and return the answer, after so many seconds at the latest.

        Raises SourceFaultError when the source does not answer now, AnswerError when what it says is no answer,
        QuestionRefusedError when it does not take the question.
        """


def read_reply(question: Question, body: bytes) -> Reply:
    """Read an answer to a question; raises AnswerNotJsonError, AnswerInvalidError."""
    try:
        reply = Reply.model_validate(parse(body, LIMIT))
    except JsonError as error:
        raise AnswerNotJsonError(f"数源 {question.source} 的应答不是合格的 JSON：{error}") from None
    except ValidationError as error:
        places = "、".join("/" + "/".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)[:5])
        sentence = f"数源 {question.source} 的应答不合格式，请核对 {places}：须含 found、values、sequence 和 issued_at"
        raise AnswerInvalidError(sentence) from None
    _check_record(question, reply)
    return reply


def _check_record(question: Question, reply: Reply) -> None:
    if not reply.found and reply.values:
        raise AnswerInvalidError(f"数源 {question.source} 的应答说没有记录，却带有内容，请核对 found")
    wrong = [name for name, value in question.key.items() if reply.values.get(name) != value]
    if reply.found and wrong:
        raise AnswerInvalidError(f"数源 {question.source} 的应答不是所问的记录：{'、'.join(wrong)} 与查询不同")
