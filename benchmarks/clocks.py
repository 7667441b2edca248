"""Processor time, told fairly on a machine that others use: acts take turns, and the median turn counts."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """The processor milliseconds of one act: the median turn, and the cheapest."""

    median_ms: float
    least_ms: float


def in_turns(rounds: int, acts: Sequence[Callable[[int], object]], first: int = 0) -> tuple[Cost, ...]:
    """Call every act with the number of each round, starting with another act each time; returns their costs in order."""
    spent: list[list[float]] = [[] for _ in acts]
    for number in range(rounds):
        for turn in range(len(acts)):
            place = (number + turn) % len(acts)
            spent[place].append(_spent(acts[place], first + number))
    return tuple(cost(times) for times in spent)


def cost(times_ms: Sequence[float]) -> Cost:
    """The cost that some turns tell."""
    return Cost(round(statistics.median(times_ms), 3), round(min(times_ms), 3))


def _spent(act: Callable[[int], object], number: int) -> float:
    started = time.process_time_ns()
    act(number)
    return (time.process_time_ns() - started) / 1e6
