"""A shelf: the names of one region's guide items, indexed by their bigrams, so that words find them.

Chinese has no spaces between words, and a dictionary of words ages: pairs of neighbouring characters need neither. A shelf
is a few thousand rows (about 3,600 a region in Liaoning), so it is made once, kept packed, and unpacked where it is asked.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Final, NamedTuple

from miaoban.text import comparable

PART_ROWS: Final = 10_000
"""Rows of one packed part: some 200 KB, half of what an item takes."""
LONGEST_QUESTION: Final = 60
"""Characters of a question that are looked at."""


class Row(NamedTuple):
    """One line of a shelf; `audience` is its codes in one text, `until` is empty where no end is set."""

    code: str
    name: str
    region: str
    audience: str
    since: str = ""
    until: str = ""

    def holds_on(self, day: str) -> bool:
        """Whether the item is valid on a day, in ISO 8601."""
        return self.since <= day and (not self.until or day <= self.until)


class Match(NamedTuple):
    """How well a row answers a question: whether all its words stand in the name, and how many bigrams do."""

    row: Row
    whole: bool
    bigrams: int


class Held(NamedTuple):
    """A shelf that a process keeps: by which mark it knows that it is current, and what is on it."""

    mark: str
    shelf: "Shelf"


class Words(NamedTuple):
    """A question: its words, and their bigrams."""

    words: tuple[str, ...]
    bigrams: tuple[str, ...]


class Shelf:
    """Rows that can be found by words."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def find(self, question: Words) -> Iterator[Match]:
        """The rows that have half the question's bigrams or more, in no order; without words, all rows."""
        names = self._names
        for number, count in self._counted(question):
            whole = all(word in names[number] for word in question.words)
            if 2 * count >= len(question.bigrams) and (question.bigrams or whole):
                yield Match(self.rows[number], whole, count)

    def _counted(self, question: Words) -> Iterable[tuple[int, int]]:
        if not question.bigrams:
            return ((number, 0) for number in range(len(self.rows)))
        found: Counter[int] = Counter()
        for bigram in question.bigrams:
            found.update(self._postings.get(bigram, ()))
        return found.items()

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(comparable(row.name) for row in self.rows)

    @cached_property
    def _postings(self) -> dict[str, list[int]]:
        postings: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            for bigram in dict.fromkeys(_bigrams(name)):
                postings[bigram].append(number)
        return dict(postings)


def words_of(text: str) -> Words:
    """The question that somebody typed; spaces part words."""
    words = tuple(dict.fromkeys(filter(None, map(comparable, text[:LONGEST_QUESTION].split()))))
    return Words(words, tuple(dict.fromkeys(bigram for word in words for bigram in _bigrams(word))))


def _bigrams(word: str) -> Iterator[str]:
    return (first + second for first, second in pairwise(word))


def packed(rows: Sequence[Row]) -> tuple[str, list[str]]:
    """The digest of rows, and the texts that keep them."""
    texts = [json.dumps(rows[at : at + PART_ROWS], ensure_ascii=False).encode() for at in range(0, len(rows), PART_ROWS)]
    digest = sha256(b"\n".join(texts)).hexdigest()
    return digest, [b64encode(zlib.compress(text)).decode() for text in texts]


def unpacked(parts: Iterable[str]) -> Shelf:
    """The shelf whose rows these texts keep."""
    return Shelf([Row(*row) for part in parts for row in json.loads(zlib.decompress(b64decode(part)))])
