"""The outbox as a list."""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from miaoban.messages import check_delay, message_size


class Sent(NamedTuple):
    """A message that was sent, and the seconds it was delayed by."""

    text: str
    delay: int


class MemoryOutbox:
    """Keeps what was sent in `sent`, in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._lock = Lock()

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Send texts; raises RefusedError or OversizedError as a queue would, before any is sent."""
        check_delay(delay)
        sent = [Sent(text, delay) for text in messages]
        for message in sent:
            message_size(message.text)
        with self._lock:
            self.sent += sent
