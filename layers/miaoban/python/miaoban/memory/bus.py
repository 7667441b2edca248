"""The bus as a list."""

import json
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from miaoban.messages import MESSAGE_BYTES, event_size
from miaoban.ports import Event, OversizedError


def takes_all(event: Event) -> str | None:  # noqa: ARG001  the signature of a fault
    """Return no code for any event."""
    return None


class MemoryBus:
    """Keeps what was published in `published`; `fault` returns the code with which an event fails, or None."""

    def __init__(self, fault: Callable[[Event], str | None] = takes_all) -> None:
        self.published: list[Event] = []
        self._fault = fault
        self._lock = Lock()

    def publish(self, events: Iterable[Event]) -> Mapping[int, str]:
        """Publish events; returns the positions that were not taken, each with its code."""
        failed: dict[int, str] = {}
        for number, event in enumerate(events):
            code = _malformed(event) or self._fault(event)
            if code is not None:
                failed[number] = code
                continue
            with self._lock:
                self.published.append(event)
        return failed


def _malformed(event: Event) -> str | None:
    if event_size(event) > MESSAGE_BYTES:
        return OversizedError.code
    if not event.source or not event.type:
        return "InvalidArgument"
    try:
        json.loads(event.detail)
    except ValueError:
        return "MalformedDetail"
    return None
