"""Where a department is told what could not be taken: on its own queue, or on the one of all where it has none."""

import json
from collections.abc import Callable, Iterable
from functools import cache

from miaoban.aws.outbox import SqsOutbox
from miaoban.ports import Outbox, QueueMissingError


class Replies:
    """An outbox that reads in each reply for whom it is; `queues` gives the queue of a department by its code."""

    def __init__(self, replies: Outbox, queues: Callable[[str], Outbox]) -> None:
        self._replies = replies
        self._queues = queues

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Send each reply to its department; raises UnavailableError."""
        for text in messages:
            department = json.loads(text)["data"].get("department")
            if department is None or not self._sent(department, text, delay):
                self._replies.send([text], delay)

    def _sent(self, department: str, text: str, delay: int) -> bool:
        """Whether the department has a queue of its own, which then took the reply."""
        queue = self._queues(department)
        try:
            queue.send([text], delay)
        except QueueMissingError:
            return False
        return True


def replies(queue_url: str, own: str) -> Replies:
    """Replies on the queue of all, and on those beside it that are named `own` and a department's code."""
    beside = queue_url.rpartition("/")[0]
    return Replies(SqsOutbox(queue_url), cache(lambda department: SqsOutbox(f"{beside}/{own}{department}")))
