"""Slicing: a file of lines cut into byte ranges that are read apart, each line in exactly one of them.

A line belongs to the slice in which its first byte lies. A slice therefore starts to look one byte early, for the line feed
before its first line, and looks as far beyond its end as a line may be long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

SLICE: Final = 1024 * 1024
"""Bytes of a slice: about 1,700 guide items, written in a few seconds."""
LONGEST: Final = 32 * 1024
"""Bytes of the longest line that is read."""

_NEWLINE: Final = b"\n"


class Line(NamedTuple):
    """A line: where it starts, where the next one does, and its bytes without its end; None when it is too long."""

    start: int
    end: int
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The bytes from `start` up to `end` of a file of `size` bytes, whose lines have at most `longest`."""

    start: int
    end: int
    size: int
    longest: int = LONGEST

    def window(self, position: int | None) -> tuple[int, int]:
        """The bytes to read for the lines from `position` on; None is the slice's first line."""
        first = max(self.start - 1, 0) if position is None else position
        return first, min(self.end + self.longest + len(_NEWLINE), self.size)

    def lines(self, data: bytes, position: int | None) -> Iterator[Line]:
        """The slice's lines from `position` on, out of the bytes of that window."""
        first, last = self.window(position)
        start = self._aligned(data, first) if position is None else position
        while start < self.end:
            found = data.find(_NEWLINE, start - first)
            stop = last if found < 0 else first + found
            end = stop if found < 0 else stop + 1
            whole = found >= 0 or last == self.size
            text = data[start - first : stop - first].removesuffix(b"\r")
            yield Line(start, end, text if whole and len(text) <= self.longest else None)
            start = end

    def _aligned(self, data: bytes, first: int) -> int:
        """Where the first line of the slice starts; its end when none does."""
        if self.start == 0:
            return 0
        found = data.find(_NEWLINE)
        return self.end if found < 0 else first + found + 1


def slices(size: int, step: int = SLICE) -> int:
    """How many slices a file of so many bytes has; an empty one has none."""
    return -(-size // step)


def slice_of(size: int, number: int, step: int = SLICE, longest: int = LONGEST) -> Slice:
    """One slice of a file, counted from 0."""
    return Slice(number * step, min((number + 1) * step, size), size, longest)
