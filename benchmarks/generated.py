"""Catalogues made up at the size of a city: seeded, the same every time, with the fan-out of real ones.

A few sources, fields and materials are used by most matters, and most are used by one or two: what is drawn is drawn by
Zipf's law, and what remains is dealt out in turn, so that everything is used. The texts are those of folders, as people
write them; `editions` reads them as `make publish` would.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Final

from benchmarks.generated_texts import Drawn, folder, source
from benchmarks.generated_words import DEPARTMENTS
from miaoban.catalogue.folder import edition_from, read_sources
from miaoban.catalogue.publication import Edition

SEED: Final = 2851
HUBS: Final = 40
"""The things of each sort that most matters use."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are of each layer."""

    matters: int
    situations: int
    materials: int
    fields: int
    sources: int


SHENYANG: Final = Size(matters=2_851, situations=8_539, materials=2_611, fields=4_772, sources=7_383)
"""Shenyang's catalogue, as counted in the founding documents."""


@dataclass(frozen=True)
class Catalogue:
    """A made-up catalogue; `folders` and `sources` are texts by name."""

    size: Size
    seed: int = SEED

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The texts of the sources."""
        return {f"{number:05}.yaml": source(number) for number in range(self.size.sources)}

    def folders(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Every folder: its name and its texts."""
        random = Random(self.seed)  # noqa: S311 (made-up data, the same every time)
        size = self.size
        dealt = {sort: _Deck(getattr(size, sort), size.matters, random) for sort in ("sources", "fields", "materials")}
        for number, situations in enumerate(_situations(size, random)):
            drawn = Drawn(
                number=number,
                situations=situations,
                sources=dealt["sources"].hand(number, 2),
                fields=dealt["fields"].hand(number, 6),
                materials=dealt["materials"].hand(number, 4),
                department=DEPARTMENTS[random.randrange(len(DEPARTMENTS))],
            )
            yield folder(drawn)

    def editions(self) -> Iterator[Edition]:
        """The editions that the folders are."""
        known = read_sources(self.sources)
        return (edition_from(texts, known) for _, texts in self.folders())


class _Deck:
    """Things numbered from 0: a hand holds some that are drawn by Zipf's law, and its turn's share of all."""

    def __init__(self, count: int, hands: int, random: Random) -> None:
        self._count = count
        self._hands = hands
        self._random = random
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(min(HUBS, count))))

    def hand(self, number: int, drawn: int) -> Sequence[int]:
        """The things of one matter, each once."""
        hubs = self._random.choices(range(len(self._weights)), cum_weights=self._weights, k=drawn)
        share = range(number * self._count // self._hands, (number + 1) * self._count // self._hands)
        return list(dict.fromkeys((*hubs, *share)))


def _situations(size: Size, random: Random) -> list[int]:
    """How many situations each matter has: one at least, in all exactly as many as the size says, with a long tail."""
    counts = [1] * size.matters
    weights = list(accumulate(1 / (rank % 97 + 1) for rank in range(size.matters)))
    for number in random.choices(range(size.matters), cum_weights=weights, k=size.situations - size.matters):
        counts[number] += 1
    return counts
