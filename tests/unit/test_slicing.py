"""A file in slices: each line exactly once, whatever lies on a border and wherever reading is taken up again."""

from hypothesis import example, given
from hypothesis import strategies as st

from miaoban.catalogue.slicing import LONGEST, Line, slice_of, slices

PIECES = [b"\n", b"\r\n", b"\r", b"a", "粮".encode(), "🌾".encode(), b'{"a":1}', b"", b"x" * 50]
FILES = st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)


def read(data: bytes, step: int) -> list[Line]:
    """All lines, each slice read apart, and every line after a new start at its own offset."""
    found: list[Line] = []
    for number in range(slices(len(data), step)):
        piece = slice_of(len(data), number, step)
        position: int | None = None
        while True:
            first, last = piece.window(position)
            line = next(piece.lines(data[first:last], position), None)
            if line is None:
                break
            found.append(line)
            position = line.end
    return found


def at_once(data: bytes) -> list[bytes]:
    """The lines as they are: parted by line feeds, without the carriage return before one, nothing after the last one."""
    parts = data.split(b"\n")
    return [part.removesuffix(b"\r") for part in (parts if parts[-1] else parts[:-1])]


@given(FILES, st.integers(1, 70))
@example(b"a\nb\nc", 2)
@example(b"\n\n\n", 1)
@example("粮食\n收购".encode(), 4)
@example(b"a\r\nb\r\n", 2)
def test_any_cut_of_any_file_gives_each_line_once_and_in_order(data: bytes, step: int) -> None:
    assert [line.data for line in read(data, step)] == at_once(data)


@given(FILES, st.integers(1, 70))
def test_lines_say_where_they_lie(data: bytes, step: int) -> None:
    lines = read(data, step)
    assert [line.start for line in lines[1:]] == [line.end for line in lines[:-1]]
    assert not lines or (lines[0].start, lines[-1].end) == (0, len(data))


def test_an_empty_file_has_no_slice() -> None:
    assert slices(0) == 0


def test_a_line_that_is_too_long_is_told_once_and_the_next_is_read() -> None:
    for extra in (1, 5 * LONGEST):
        data = b"a\n" + b"x" * (LONGEST + extra) + b"\nb\n"
        for step in (10, LONGEST, 10 * LONGEST):
            assert [line.data for line in read(data, step)] == [b"a", None, b"b"], (extra, step)


def test_the_longest_line_is_read_wherever_it_begins() -> None:
    data = b"x" * LONGEST + b"\r\n" + b"y" * LONGEST
    assert [line.data for line in read(data, 7)] == [b"x" * LONGEST, b"y" * LONGEST]
