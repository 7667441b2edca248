"""Dropping: files on which no case rests (any more) go when their day is over (个人信息保护法 art. 47)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from miaoban.errors import MiaobanError
from miaoban.evidence.upload import Stage, Upload
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services, law_date
from miaoban.operations.uploads import UNUSED, put
from miaoban.storage import Commit, Delete, Index, Key, Put, Range

LIMIT: Final = 100


class Dropped(NamedTuple):
    """How many files went, and the errors that kept others: they are tried again."""

    dropped: int
    failed: tuple[MiaobanError, ...]


def drop_due(services: Services, moment: datetime) -> Dropped:
    """Delete the files whose last day has passed, at most `LIMIT`; done twice, nothing happens twice."""
    today = law_date(min(moment, services.now())).isoformat()
    question = Range(Index.QUEUE, UNUSED, end=today, limit=LIMIT)
    dropped, failed = 0, list[MiaobanError]()
    for item in services.store.query(question).items:
        try:
            dropped += retried(partial(_drop, services, item.key, today))
        except MiaobanError as error:
            failed.append(error)
    return Dropped(dropped, tuple(failed))


def _drop(services: Services, key: Key, today: str) -> bool:
    """Delete one file: it is marked first, so that no case comes to rest on it while it goes."""
    item = services.store.read([key]).get(key)
    if item is None or item.queue_at is None or item.queue_at >= today:
        return False
    upload = Upload.read(item.body)
    version = item.version
    if upload.stage is not Stage.DROPPED:
        marked = put(upload.model_copy(update={"stage": Stage.DROPPED}), version, item.queue_at)
        services.store.commit(Commit((marked,)))
        version = marked.item.version
    if upload.name is not None:
        services.files.remove(upload.name)
    services.store.commit(Commit((Delete(key, version),)))
    return True


def released(services: Services, case: str, files: Iterable[Key], today: str) -> Iterator[Put]:
    """What an erased case rested on rests on it no more; a file that no other case needs is kept until its uses are over."""
    wanted = tuple(dict.fromkeys(files))
    for item in services.store.read(wanted).values() if wanted else ():
        upload = Upload.read(item.body)
        if case in upload.cases:
            cases = tuple(one for one in upload.cases if one != case)
            until = [use.valid_until.isoformat() for use in upload.uses if use.reusable and use.valid_until]
            due = None if cases else max([today, *until])
            yield put(upload.model_copy(update={"cases": cases}), item.version, due)
