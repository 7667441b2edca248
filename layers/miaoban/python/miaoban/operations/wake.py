"""Wake: the cases that wait for a record, or for a source to speak at all, are told to look again."""

from collections.abc import Iterable, Iterator

from miaoban.operations import keys
from miaoban.operations.services import Services
from miaoban.operations.watch import RECORD_ARRIVED, Wakeup
from miaoban.storage import Range


def wake(services: Services, source: str, record_keys: Iterable[str]) -> int:
    """Send the waiting cases to the resume queue and return how many; waking a case twice, or in vain, is harmless."""
    cases = dict.fromkeys(case for record_key in record_keys for case in _waiting(services, source, record_key))
    services.resumes.send(Wakeup(case=case, why=RECORD_ARRIVED, correlation=services.correlation).text() for case in cases)
    return len(cases)


def waits(services: Services, source: str, record_key: str) -> bool:
    """Whether any case waits for a record."""
    return bool(services.store.query(Range(None, keys.waiting_partition(source, record_key), limit=1)).items)


def _waiting(services: Services, source: str, record_key: str) -> Iterator[str]:
    cursor = None
    while True:
        page = services.store.query(Range(None, keys.waiting_partition(source, record_key), limit=200, cursor=cursor))
        yield from (item.key.sort for item in page.items)
        if (cursor := page.cursor) is None:
            return
