"""The letters of the load queue: S3's notice of an upload, a chunk to load, a shelf to make again.

Source: Amazon S3 User Guide, "Event message structure" (2.1 and later): keys are URL-encoded, tags are not quoted.
"""

from datetime import datetime
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field, ValidationError

from miaoban.errors import FinalError
from miaoban.operations.imports import ChunkTold, Created, ShelfTold

TEST = "s3:TestEvent"
"""What S3 sends once when the notification is set up."""


class LetterError(FinalError):
    """Raised when a message of the load queue is none of its letters; the message ends in the dead letters."""

    code = "letter-unknown"


class _Object(BaseModel):
    key: str
    size: int = 0
    tag: str = Field(alias="eTag")
    sequencer: str = ""


class _Bucket(BaseModel):
    object: _Object


class _Record(BaseModel):
    at: datetime = Field(alias="eventTime")
    name: str = Field(alias="eventName")
    s3: _Bucket


class _Letter(BaseModel):
    """Any letter: which of its parts are there says which it is."""

    event: str | None = Field(default=None, alias="Event")
    records: tuple[_Record, ...] = Field(default=(), alias="Records")
    import_id: str | None = None
    chunk: int | None = None
    region: str | None = None


def read_letter(text: str) -> tuple[Created | ChunkTold | ShelfTold, ...]:
    """What a message asks for; nothing for S3's test. Raises LetterError."""
    try:
        letter = _Letter.model_validate_json(text)
    except ValidationError as error:
        raise LetterError("消息不是导入队列约定的格式，请核对发送方") from error
    if letter.import_id is not None and letter.chunk is not None:
        return (ChunkTold(import_id=letter.import_id, chunk=letter.chunk),)
    if letter.region is not None:
        return (ShelfTold(region=letter.region),)
    if letter.records or letter.event == TEST:
        return tuple(_created(record) for record in letter.records if record.name.startswith("ObjectCreated:"))
    raise LetterError("消息不是导入队列约定的格式，请核对发送方")


def _created(record: _Record) -> Created:
    found = record.s3.object
    return Created(
        name=unquote_plus(found.key), size=found.size, tag=found.tag.strip('"'), at=record.at, sequence=found.sequencer
    )
