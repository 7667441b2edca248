"""How often, and after which pauses, an adapter tries again what a service did not finish."""

from collections.abc import Iterator
from random import SystemRandom
from time import sleep

ROUNDS = 5
FIRST_PAUSE = 0.05

_random = SystemRandom()


def rounds(count: int = ROUNDS, first: float = FIRST_PAUSE) -> Iterator[int]:
    """Yield 0, 1, 2 ... with a random pause before each but the first, up to `first` seconds and doubling."""
    for number in range(count):
        if number:
            sleep(_random.uniform(0, first * 2 ** (number - 1)))
        yield number
