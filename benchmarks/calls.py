"""AWS calls on the path of an approved application, counted on botocore's own event hooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import app as entry
from benchmarks.scenario import Scenario, event, expect_approval
from miaoban.aws import clients

BUDGET: Final = 3


@dataclass(frozen=True, slots=True)
class CallFigures:
    """The operations of one approval in their order: of a warm process, and of the first request of a new one."""

    warm: tuple[str, ...]
    cold: tuple[str, ...]


def measure(scene: Scenario, numbers: Iterator[int]) -> CallFigures:
    """File three applications; the first must be this process's first request, for then it is cold."""
    cold, _, warm = (_calls(scene, next(numbers)) for _ in range(3))
    return CallFigures(warm=warm, cold=cold)


def _calls(scene: Scenario, number: int) -> tuple[str, ...]:
    request = event(scene, number)
    with counted() as called:
        expect_approval(entry.app(request, None))
    return tuple(called)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note the name of every operation that this process's clients call, whatever becomes of it."""
    called: list[str] = []

    def note(model: Any, **_: Any) -> None:
        called.append(model.name)

    hooks = [client.meta.events for client in (clients.dynamodb(), clients.kms(), clients.secrets(), clients.sqs())]
    for hook in hooks:
        hook.register_first("before-call", note)
    try:
        yield called
    finally:
        for hook in hooks:
            hook.unregister("before-call", note)
