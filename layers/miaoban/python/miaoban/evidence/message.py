"""Messages (报文): what a department's system sends, as CloudEvents 1.0 in JSON, read strictly.

Source: CloudEvents 1.0.2 and its JSON event format. Extension attributes are allowed there, and left aside here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import ConfigDict, JsonValue, ValidationError
from pydantic import Field as Declared

from miaoban.canonical import JsonError, parse
from miaoban.catalogue.errors import Problem
from miaoban.evidence.attributes import Code, EventId, EventType, Moment, Sender, Sequence
from miaoban.evidence.batch import BatchData
from miaoban.evidence.errors import MessageError
from miaoban.evidence.wanted import BATCHED, HEARD, UPSERTED, WANTED, WITHDRAWN
from miaoban.models import Frozen

LIMIT: Final = 200_000
"""Bytes of a message."""
SKEW: Final = timedelta(minutes=5)

_LARGEST: Final = 1024 * 1024


class HeardData(Frozen):
    """A heartbeat: the source speaks, and has nothing new."""

    source: Code
    issued_at: Moment


class RecordData(Frozen):
    """The state of one record; a withdrawn one has only the key fields. `sequence` grows with each change of a key."""

    source: Code
    kind: Code
    sequence: Sequence
    issued_at: Moment
    values: Mapping[str, Any]


class _Attributes(Frozen):
    """The attributes that every message has."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    id: EventId
    source: Sender
    time: Moment
    subject: str | None = Declared(default=None, max_length=200)
    datacontenttype: str = Declared(default="application/json", pattern=r"^application/json(;.{0,60})?$")

    @property
    def department(self) -> str:
        """The code of the department that speaks."""
        return self.source.removeprefix("/departments/")


class RecordMessage(_Attributes):
    """A record was made, changed or withdrawn; `correlation` is the id of the question that it answers, if it answers one."""

    correlation: EventId | None = None
    type: Literal["cn.miaoban.record.upserted.v1", "cn.miaoban.record.withdrawn.v1"]
    data: RecordData

    @property
    def withdrawn(self) -> bool:
        """Whether the record is withdrawn."""
        return self.type == WITHDRAWN


class BatchMessage(_Attributes):
    """Many records of a source, under a number of its stream."""

    type: Literal["cn.miaoban.records.batched.v1"]
    data: BatchData


class HeardMessage(_Attributes):
    """A source spoke."""

    type: Literal["cn.miaoban.source.heard.v1"]
    data: HeardData


Message = RecordMessage | HeardMessage | BatchMessage


class Envelope(Frozen):
    """As much of a message's attributes as could be read; what holds a person's number is left out."""

    model_config = ConfigDict(extra="ignore")

    id: EventId | None = None
    source: Sender | None = None
    type: EventType | None = None
    time: Moment | None = None


_MODELS: Final[Mapping[object, type[RecordMessage | HeardMessage | BatchMessage]]] = {
    BATCHED: BatchMessage,
    UPSERTED: RecordMessage,
    WITHDRAWN: RecordMessage,
    HEARD: HeardMessage,
}


def parse_message(text: str, now: datetime, limit: int = LIMIT) -> Message:
    """Read a message of at most `limit` bytes; raises MessageError listing every place that is wrong.

    Refused: what is not strict JSON, does not fit the model, or says that it comes from more than 5 minutes after `now`.
    """
    document = _document(text, limit)
    kind = document.get("type")
    model = _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise _refused([_problem("/type", "type-unknown", f"应当是{WANTED['/type']}")])
    try:
        message = model.model_validate(document)
    except ValidationError as error:
        raise _refused([_told(fault["type"], fault["loc"]) for fault in error.errors(include_input=False)]) from None
    if early := list(_early(message, now + SKEW)):
        raise _refused(early)
    return message


def read_envelope(text: str) -> Envelope:
    """What can be told of a message that may be wrong in any way; never fails."""
    try:
        document = parse(text, _LARGEST)
    except JsonError:
        return Envelope()
    parts = document if isinstance(document, dict) else {}
    try:
        return Envelope.model_validate(parts)
    except ValidationError as error:
        wrong = {fault["loc"][0] for fault in error.errors(include_input=False)}
        return Envelope.model_validate({name: part for name, part in parts.items() if name not in wrong})


def _document(text: str, limit: int) -> dict[str, JsonValue]:
    try:
        document = parse(text, limit)
    except JsonError as error:
        raise _refused([Problem(pointer="", code=error.code, message=str(error))]) from None
    if not isinstance(document, dict):
        raise _refused([Problem(pointer="", code="message-shape", message="最外层应当是一个 JSON 对象（CloudEvents 1.0）")])
    return document


def _early(message: Message, latest: datetime) -> Iterator[Problem]:
    times = {"/time": message.time}
    if not isinstance(message, BatchMessage):
        times["/data/issued_at"] = message.data.issued_at
    for pointer, moment in times.items():
        if moment > latest:
            yield _problem(pointer, "time-future", "晚于当前时间 5 分钟以上，请校准系统时钟后重新发送")


def _told(fault: str, place: tuple[int | str, ...]) -> Problem:
    pointer = "".join(f"/{str(step)[:60]}" for step in place)
    if fault == "extra_forbidden":
        return _problem(pointer, "field-unknown", "没有这一项，请删除或者核对名称")
    wanted = WANTED.get(pointer, "另一种内容")
    if fault == "missing":
        return _problem(pointer, "field-missing", f"缺少，应当是{wanted}")
    return _problem(pointer, "field-format", f"应当是{wanted}")


def _problem(pointer: str, code: str, sentence: str) -> Problem:
    return Problem(pointer=pointer, code=code, message=f"报文的 {pointer} {sentence}")


def _refused(problems: list[Problem]) -> MessageError:
    return MessageError("报文不合格式：" + "；".join(problem.message for problem in problems), problems)
