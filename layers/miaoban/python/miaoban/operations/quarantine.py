"""Quarantine: a message that cannot be taken is kept with the reason, and its department is told."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, NamedTuple

from miaoban.catalogue.errors import Problem
from miaoban.errors import FinalError
from miaoban.evidence.errors import MessageError
from miaoban.evidence.message import Envelope, read_envelope
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.services import Services, law_date
from miaoban.ports import Outbox
from miaoban.storage import Commit, Item, Put

KEPT = timedelta(days=180)
LARGEST = 100_000
"""Bytes of a body that is kept; of a larger one only size and digest are."""
MOST_PROBLEMS = 20
LONGEST_SENTENCE = 500

_NUMBERS = re.compile(r"\d{11,}[Xx]?", re.ASCII)


class Letter(NamedTuple):
    """A message as it came: its text, the queue's id for it, and the queue's word for who sent it."""

    text: str
    message_id: str
    sender: str | None


class Quarantined(Frozen):
    """A message in quarantine. Its body is sealed, for it may hold what the sender should not have sent."""

    message: str
    sender: str | None = None
    envelope: Envelope
    code: str
    sentence: str
    problems: tuple[Problem, ...]
    received_at: datetime
    size: int
    sealed: str | None = None
    digest: str | None = None


class Refusal(Frozen):
    """What the department is told: which message (the queue's id, and its own if readable), why, and every place."""

    message_id: str
    event_id: str | None = None
    department: str | None = None
    code: str
    message: str
    problems: tuple[Problem, ...]


class Reply(Frozen):
    """The refusal as a CloudEvent; its id is the same each time the same message is refused."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: Literal["/miaoban/receive"] = "/miaoban/receive"
    type: Literal["cn.miaoban.record.refused.v1", "cn.miaoban.batch.missed.v1"] = "cn.miaoban.record.refused.v1"
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: Refusal


def quarantine(
    services: Services, replies: Outbox, letter: Letter, error: FinalError, department: str | None = None
) -> Quarantined:
    """Keep a message that was refused, then tell the department, or the one that its envelope names if None is given."""
    kept = _kept(services, letter, error)
    day, expires = law_date(kept.received_at), int((kept.received_at + KEPT).timestamp())
    item = Item(keys.quarantine(day, letter.message_id), kept.text(), expires=expires)
    services.store.commit(Commit((Put(item, replaces=None),)))
    replies.send([_reply(kept, department).text()])
    return kept


def _kept(services: Services, letter: Letter, error: FinalError) -> Quarantined:
    body = letter.text.encode(errors="backslashreplace")
    small = len(body) <= LARGEST
    return Quarantined(
        message=letter.message_id,
        sender=letter.sender,
        envelope=read_envelope(letter.text),
        code=error.code,
        sentence=_told(str(error)),
        problems=tuple(_problems(error.problems if isinstance(error, MessageError) else ())),
        received_at=services.now(),
        size=len(body),
        sealed=services.vault.seal(body.decode()) if small else None,
        digest=None if small else f"sha256:{sha256(body).hexdigest()}",
    )


def _problems(problems: tuple[Problem, ...]) -> Iterable[Problem]:
    for problem in problems[:MOST_PROBLEMS]:
        yield Problem(pointer=_told(problem.pointer), code=problem.code, message=_told(problem.message))
    if len(problems) > MOST_PROBLEMS:
        yield Problem(pointer="", code="problems-more", message=f"共有 {len(problems)} 处问题，只列出前 {MOST_PROBLEMS} 处")


def _told(sentence: str) -> str:
    """A sentence without what could be a person's number in a misplaced key, and not endless."""
    return _NUMBERS.sub("***", sentence[:LONGEST_SENTENCE])


def _reply(kept: Quarantined, department: str | None) -> Reply:
    named = (kept.envelope.source or "").removeprefix("/departments/") or None
    refusal = Refusal(
        message_id=kept.message,
        event_id=kept.envelope.id,
        department=department or named,
        code=kept.code,
        message=kept.sentence,
        problems=kept.problems,
    )
    return Reply(id=f"{kept.message}-refused", time=kept.received_at, data=refusal)
