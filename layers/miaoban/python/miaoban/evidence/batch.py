"""Batches (批量报送): many records of one source in one message, numbered one after the other, so that none is lost unnoticed.

A batch says how many records it holds and what their digest is: half a batch is known as such, and not taken.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field as Declared

from miaoban.canonical import digest
from miaoban.catalogue.errors import Problem
from miaoban.evidence.attributes import Code, Moment
from miaoban.evidence.attributes import Sequence as Number
from miaoban.evidence.errors import MessageError
from miaoban.evidence.wanted import MOST
from miaoban.models import Frozen

MOST_GAPS: Final = 1000
"""Numbers that are missed at once; a longer gap is told by its first numbers."""


class BatchedRecord(Frozen):
    """One record of a batch, as in a message of its own."""

    kind: Code
    sequence: Number
    issued_at: Moment
    values: Mapping[str, Any]
    withdrawn: bool = False


class BatchData(Frozen):
    """A batch: its number in the source's stream, how many records it holds, and the digest of all (RFC 8785, SHA-256)."""

    source: Code
    number: Number
    count: int = Declared(ge=1, le=MOST)
    digest: str = Declared(pattern=r"^sha256:[0-9a-f]{64}$")
    records: Sequence[Mapping[str, Any]] = Declared(max_length=MOST)


class BatchIncompleteError(MessageError):
    """Raised when a batch does not hold what it says: half of it, or other records."""

    code = "batch-incomplete"


class BatchConflictError(MessageError):
    """Raised when a batch's number comes again with other records."""

    code = "batch-conflict"


class Stream(Frozen):
    """How far a source's batches have come: the highest number, those missing below it, and the digests of the last ones."""

    source: str
    highest: int = 0
    missing: tuple[int, ...] = ()
    digests: Mapping[str, str] = Declared(default_factory=dict)

    def with_(self, batch: BatchData) -> "Stream":
        """The stream after one more batch; raises BatchConflictError when its number came with other records."""
        known = self.digests.get(str(batch.number))
        if known is not None and known != batch.digest:
            sentence = f"批次 {batch.number} 已收到，但内容不同，请以新的批次号重新发送正确的内容"
            raise BatchConflictError(sentence, [Problem(pointer="/data/number", code="batch-conflict", message=sentence)])
        skipped = range(self.highest + 1, min(batch.number, self.highest + 1 + MOST_GAPS))
        missing = tuple(number for number in (*self.missing, *skipped) if number != batch.number)
        last = [*self.digests.items(), (str(batch.number), batch.digest)][-MOST_GAPS:]
        update = {"highest": max(self.highest, batch.number), "missing": missing[:MOST_GAPS], "digests": dict(last)}
        return self.model_copy(update=update)


def check_whole(batch: BatchData) -> None:
    """Raise BatchIncompleteError for half a batch, or for other records than it says."""
    if len(batch.records) != batch.count:
        raise _incomplete("/data/count", f"批次写明 {batch.count} 条，实有 {len(batch.records)} 条，请整批重新发送")
    if digest([dict(record) for record in batch.records]) != batch.digest:
        raise _incomplete("/data/digest", "批次的内容与摘要不符，请核对后整批重新发送")


def _incomplete(pointer: str, sentence: str) -> BatchIncompleteError:
    return BatchIncompleteError(sentence, [Problem(pointer=pointer, code="batch-incomplete", message=sentence)])
