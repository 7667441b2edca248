"""Replies find their department: its own queue where it has one, the queue of all where it has none or nobody knows it."""

import json
from typing import Any

import pytest

from functions.replies import Replies
from miaoban.memory import MemoryOutbox
from miaoban.ports import QueueMissingError, UnavailableError


class Missing(MemoryOutbox):
    """A queue that is not there, or does not answer."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def send(self, messages: Any, delay: int = 0) -> None:  # noqa: ARG002  what an outbox takes
        """Raise the error."""
        raise self.error


def reply(department: str | None) -> str:
    """A reply as the domain writes it."""
    return json.dumps({"id": "m-0-refused", "data": {"department": department} if department else {}})


ROUTES = [
    ("tax", 1, 0, "its own queue"),
    ("civil-affairs", 0, 1, "none of its own"),
    (None, 0, 1, "nobody could be told apart"),
]


@pytest.mark.parametrize(("department", "own", "shared", "reason"), ROUTES, ids=[row[-1] for row in ROUTES])
def test_where_a_reply_goes(department: str | None, own: int, shared: int, reason: str) -> None:
    all_, tax = MemoryOutbox(), MemoryOutbox()
    queues = {"tax": tax, "civil-affairs": Missing(QueueMissingError("没有这个队列"))}
    Replies(all_, queues.__getitem__).send([reply(department)])
    assert (len(tax.sent), len(all_.sent)) == (own, shared), reason


def test_a_queue_that_does_not_answer_is_no_queue_that_is_missing() -> None:
    all_, busy = MemoryOutbox(), Missing(UnavailableError("队列繁忙"))
    with pytest.raises(UnavailableError):
        Replies(all_, lambda _: busy).send([reply("tax")])
    assert all_.sent == []
