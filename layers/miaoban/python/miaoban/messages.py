"""What a queue and a bus take: the limits that the adapters and the fakes check alike.

The services of AWS now take 1 MiB; 256 KiB is what all partitions take, and messages carry references.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from miaoban.ports import Event, OversizedError, RefusedError

BATCH = 10
MESSAGE_BYTES = 262_144
EVENT_OVERHEAD = 14
LONGEST_DELAY = 900

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_T = TypeVar("_T")


def message_size(text: str) -> int:
    """Return the bytes of a message; raises RefusedError or OversizedError for one that SQS does not take."""
    if not text or _FORBIDDEN.search(text):
        raise RefusedError("消息不能为空，也不能含控制字符，请发送 JSON 文本")
    size = len(text.encode())
    if size > MESSAGE_BYTES:
        raise OversizedError(f"消息 {size} 字节，超过 {MESSAGE_BYTES} 字节，请只传引用")
    return size


def check_delay(delay: int) -> None:
    """Raise RefusedError unless the delay is 0 to 900 seconds."""
    if not 0 <= delay <= LONGEST_DELAY:
        raise RefusedError(f"延迟须为 0 至 {LONGEST_DELAY} 秒，收到 {delay}")


def event_size(event: Event) -> int:
    """Return the bytes that EventBridge counts for an event: source, type, detail and 14 for its time."""
    return EVENT_OVERHEAD + sum(len(part.encode()) for part in event)


def batches(entries: Iterable[tuple[_T, int]]) -> Iterator[list[_T]]:
    """Group entries, each with its size, in order into batches of at most ten and 256 KiB."""
    batch: list[_T] = []
    total = 0
    for entry, size in entries:
        if batch and (len(batch) == BATCH or total + size > MESSAGE_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(entry)
        total += size
    if batch:
        yield batch
