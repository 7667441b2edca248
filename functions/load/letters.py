"""The letters of the load queue: S3's notice of an upload, a chunk to load, a shelf to make again."""

from pydantic import ValidationError

from functions.buckets import TEST, BucketLetter, LetterError, Notice
from miaoban.operations.imports import ChunkTold, Created, ShelfTold


class _Letter(BucketLetter):
    """Any letter: which of its parts are there says which it is."""

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
        return tuple(_created(record) for record in letter.records if record.created)
    raise LetterError("消息不是导入队列约定的格式，请核对发送方")


def _created(notice: Notice) -> Created:
    return Created(name=notice.object_name, size=notice.size, tag=notice.tag, at=notice.at, sequence=notice.sequence)
