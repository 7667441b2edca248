"""AWS calls on the path of an approved application, counted by the services' listeners."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import app as entry
from benchmarks.scenario import Scenario, event, expect_approval
from miaoban.aws.calling import DYNAMODB, KMS, SECRETS, SQS, Listener, service

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
    """Note the name of every operation that this process calls, whatever becomes of it."""
    called: list[str] = []

    with listening(lambda operation, _: called.append(operation)):
        yield called


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let a listener hear of every call of this process."""
    services = [service(dialect) for dialect in (DYNAMODB, KMS, SECRETS, SQS)]
    for one in services:
        one.listeners.append(listener)
    try:
        yield
    finally:
        for one in services:
            one.listeners.remove(listener)
