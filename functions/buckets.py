"""What S3 tells of uploads, in the messages of a queue.

Source: Amazon S3 User Guide, "Event message structure" (2.1 and later): keys are URL-encoded, tags are not quoted.
"""

from datetime import datetime
from typing import Final
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field

from miaoban.errors import FinalError

TEST: Final = "s3:TestEvent"
"""What S3 sends once when the notification is set up."""


class LetterError(FinalError):
    """Raised when a message of a queue is none of its letters; the message ends in the dead letters."""

    code = "letter-unknown"


class _Object(BaseModel):
    key: str
    size: int = 0
    tag: str = Field(alias="eTag")
    sequencer: str = ""


class _Bucket(BaseModel):
    object: _Object


class Notice(BaseModel):
    """One upload, or another thing that happened in the bucket."""

    at: datetime = Field(alias="eventTime")
    name: str = Field(alias="eventName")
    s3: _Bucket

    @property
    def created(self) -> bool:
        """Whether an object was made."""
        return self.name.startswith("ObjectCreated:")

    @property
    def object_name(self) -> str:
        """The object's name."""
        return unquote_plus(self.s3.object.key)

    @property
    def size(self) -> int:
        """The object's size in bytes."""
        return self.s3.object.size

    @property
    def tag(self) -> str:
        """The tag of what the object holds."""
        return self.s3.object.tag.strip('"')

    @property
    def sequence(self) -> str:
        """What orders notices about one object."""
        return self.s3.object.sequencer


class BucketLetter(BaseModel):
    """A message from a bucket; nothing for S3's test."""

    event: str | None = Field(default=None, alias="Event")
    records: tuple[Notice, ...] = Field(default=(), alias="Records")
