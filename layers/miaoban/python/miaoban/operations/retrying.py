"""Trying again on fresh data: a bounded number of times, and only for conflicts."""

from collections.abc import Callable
from typing import TypeVar

from miaoban.operations.errors import BusyError
from miaoban.ports import ConflictError

Answer = TypeVar("Answer")

ATTEMPTS = 5


def retried(attempt: Callable[[], Answer | None]) -> Answer:
    """Call until it answers; a conflict, or None, means that what was read is no longer so. Raises BusyError at last."""
    for _ in range(ATTEMPTS):
        try:
            answer = attempt()
        except ConflictError:
            continue
        if answer is not None:
            return answer
    raise BusyError("同一数据正在被多个请求更新，请稍后再试")
