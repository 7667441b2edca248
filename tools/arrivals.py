"""Arrivals: records sent to the department queue, and waited for until the receive function has taken them."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from miaoban.catalogue.folder import read_sources
from miaoban.catalogue.source import Access
from miaoban.evidence.message import HeardMessage, RecordMessage, parse_message
from miaoban.evidence.record import Record, Watermark
from miaoban.operations import keys
from miaoban.operations.intake import record_of
from miaoban.operations.receive import MARKED_EVERY, stated
from miaoban.operations.sources import Sources
from miaoban.storage import Key
from tools.client import until
from tools.department import send, stamped
from tools.deployment import services
from tools.folders import SOURCES, texts_of


def heartbeats() -> list[dict[str, Any]]:
    """A word from every source that speaks by itself, so that its silence about a firm means something."""
    speaking = (source for source in read_sources(texts_of(SOURCES)).values() if source.access is Access.REGISTRY)
    return [{"department": source.owner, "source": source.code} for source in speaking]


def arrive(outputs: Mapping[str, str], shorts: Iterable[Mapping[str, Any]], seconds: float = 30.0) -> None:
    """Send messages, short or whole, and return when all of them stand in the record table; raises TooLateError."""
    now = datetime.now(UTC)
    texts = [json.dumps(stamped(short, now, number), ensure_ascii=False) for number, short in enumerate(shorts)]
    send(outputs, texts)
    wanted = dict(_wanted(text, now) for text in texts)
    until(lambda: _missing(wanted), lambda missing: not missing, seconds)


def _wanted(text: str, now: datetime) -> tuple[Key, Callable[[str], bool]]:
    """Where a message will leave its trace, and whether what lies there is that trace, or a later one."""
    message = parse_message(text, now)
    if isinstance(message, HeardMessage):
        # watermarks are written once a minute
        return keys.watermark(message.data.source), lambda body: Watermark.read(body).heard_at >= message.time - MARKED_EVERY
    if not isinstance(message, RecordMessage):
        raise TypeError("a batch is not waited for")
    record = record_of(services(), Sources(services()).known(message.data.source), stated(message))
    key = keys.record(record.source, record.kind, record.key)
    return key, lambda body: Record.read(body).sequence >= record.sequence


def _missing(wanted: Mapping[Key, Callable[[str], bool]]) -> list[str]:
    """The sources and kinds that are still to come; no key, for it stands for a person or a firm."""
    items = services().store.read(wanted)
    return [key.partition.rpartition("#")[0] for key, came in wanted.items() if key not in items or not came(items[key].body)]
