"""The arrival of a record's new state: newer, the same again, late, or at odds with what is held."""

from enum import StrEnum

from miaoban.canonical import digest
from miaoban.catalogue.errors import Problem
from miaoban.catalogue.source import RecordKind
from miaoban.evidence.errors import MessageError
from miaoban.evidence.privacy import comparable
from miaoban.evidence.record import Record


class SequenceConflictError(MessageError):
    """Raised when a sequence number comes again with other content: one of the two is wrong, and nobody knows which."""

    code = "sequence-conflict"


class Arrival(StrEnum):
    """What becomes of a state: it is stored, was held already, or is older than the one held."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    LATE = "late"


def arrival(held: Record | None, new: Record) -> Arrival:
    """Compare a new state with the one held, by sequence; raises SequenceConflictError."""
    if held is None or new.sequence > held.sequence:
        return Arrival.STORED
    if new.sequence < held.sequence:
        return Arrival.LATE
    if new.digest != held.digest:
        sentence = f"序号 {new.sequence} 的记录已收到，但内容不同，请以更大的序号重新发送正确的内容"
        raise SequenceConflictError(sentence, [Problem(pointer="/data/sequence", code="sequence-conflict", message=sentence)])
    return Arrival.DUPLICATE


def content_digest(record: Record, kind: RecordKind) -> str:
    """The digest of what a state says, whenever it was received.

    Personal numbers go in as pseudonyms: their sealed texts differ each time, and a digest of the numbers could be guessed.
    """
    said = record.model_dump(mode="json", exclude={"received_at", "digest", "response", "values"}, exclude_none=True)
    return digest({**said, "values": comparable(kind.fields, record.values)})
