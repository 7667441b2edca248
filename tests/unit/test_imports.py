"""Imports: nothing lost, nothing doubled, wherever the worker is killed and in whatever order messages come."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest

from functions.load.handler import deliver
from miaoban.catalogue.shelf import packed, unpacked
from miaoban.catalogue.slicing import SLICE
from miaoban.memory import MemoryStore
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.errors import NotFoundError
from miaoban.operations.imports import LARGEST, ChunkTold, Counts, chunks_of, total
from miaoban.operations.loading import KEPT, STEP, load
from miaoban.operations.progress import progress_of, recent
from miaoban.operations.shelving import Label, shelve
from tests import kit
from tests.yard import COUNTY, Yard, file_of
from tools.generate import items, lines
from tools.killing import KilledError, mortal, notice


@cache
def several_chunks() -> bytes:
    """A file of 3,000 items, some of them malformed or repeated, that is more than one slice."""
    data = b"".join(lines(3000, COUNTY, malformed=40, repeated=50))
    assert len(data) > SLICE
    return data


def some(count: int = 1, **changes: Any) -> list[dict[str, Any]]:
    return [{**item, **changes} for item in items(count)]


def test_every_item_is_there_and_every_line_counted() -> None:
    yard = Yard()
    went = yard.bring(b"".join(lines(300, malformed=20, repeated=30)))
    assert yard.entries().keys() == {item["code"] for item in items(300)}
    assert went.counts == Counts(lines=350, written=300, unchanged=30, refused=20)
    assert (went.state, went.chunks, went.chunks_done) == ("finished", 1, 1)


class Killer:
    """Kills a worker once, when it has passed so many points."""

    def __init__(self, passes: int) -> None:
        self.passes = passes
        self.done = False

    def __call__(self) -> None:
        """Pass a point."""
        self.passes -= 1
        if self.passes < 0 and not self.done:
            self.done = True
            raise KilledError


def test_killed_at_every_call_the_outcome_is_the_same() -> None:
    data = b"".join(lines(2 * STEP - 12, COUNTY, malformed=5, repeated=7))
    assert data.count(b"\n") == 2 * STEP, "the last commit may also be killed where nothing is left to read"
    whole = Yard()
    whole.bring(data)
    points, died = 0, True
    while died:
        yard, killer = Yard(seed=points), Killer(points)
        yard.upload(data)
        yard.queue.drain(mortal(yard.dock, killer))
        assert yard.store.items == whole.store.items, f"killed at point {points}"
        points, died = points + 1, killer.done
    assert points > 30, "every call has two"


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_over_several_chunks_in_any_order_with_repeats(seed: int) -> None:
    dice = Random(seed)  # noqa: S311  the same deaths on every run
    yard = Yard(seed, repeats=3)
    yard.upload(several_chunks())

    def point() -> None:
        if dice.random() < 0.02:
            raise KilledError

    yard.queue.drain(mortal(yard.dock, point))
    went = yard.newest()
    assert yard.entries().keys() == {item["code"] for item in items(3000, COUNTY)}
    assert (went.state, went.counts) == ("finished", Counts(lines=3090, written=3000, unchanged=50, refused=40))
    assert yard.queue.deaths


def test_the_same_file_again_writes_nothing() -> None:
    yard = Yard()
    data = b"".join(lines(150))
    yard.bring(data)
    before = yard.entries()
    went = yard.bring(data, "imports/again.jsonl")
    assert went.counts == Counts(lines=150, unchanged=150)
    assert yard.entries() == before


VERSIONS = [
    ([1, 2], 2, Counts(lines=2, written=1, older=1), "the newer of two in one commit is written, once"),
    ([2, 1], 2, Counts(lines=2, written=1, older=1), "whichever comes first"),
    ([3, 1, 2, 3], 3, Counts(lines=4, written=1, older=2, unchanged=1), "all of them"),
]


@pytest.mark.parametrize(("versions", "stands", "counts", "reason"), VERSIONS)
def test_the_newest_version_stands(versions: list[int], stands: int, counts: Counts, reason: str) -> None:
    yard = Yard()
    went = yard.bring(file_of(*(some(version=version)[0] for version in versions)))
    assert [entry.version for entry in yard.entries().values()] == [stands], reason
    assert went.counts == counts


def test_an_older_file_changes_nothing_that_is_newer() -> None:
    yard = Yard()
    yard.bring(file_of(*some(50, version=5)))
    went = yard.bring(file_of(*some(60, version=4, name="旧")))
    assert went.counts == Counts(lines=60, written=10, older=50)
    assert sum(entry.version == 5 for entry in yard.entries().values()) == 50


def test_one_version_with_two_contents_is_refused_and_the_first_stands() -> None:
    yard = Yard()
    went = yard.bring(file_of(*some(version=3, name="甲"), *some(version=3, name="乙")))
    assert (went.counts.written, went.counts.refused) == (1, 1)
    assert [entry.name for entry in yard.entries().values()] == ["甲"]
    (line,) = progress_of(yard.store, went.id, None).lines
    assert "第 3 版的内容与已有的第 3 版不同" in line.sentence


def test_two_files_at_once_end_with_the_newest_of_each_item() -> None:
    for seed in range(5):
        yard = Yard(seed)
        yard.upload(file_of(*some(250, version=1)), "imports/a.jsonl")
        yard.upload(file_of(*some(250, version=2)), "imports/b.jsonl")
        yard.queue.drain(yard.dock)
        assert {entry.version for entry in yard.entries().values()} == {2}


class Meanwhile:
    """Lets something else happen once, at the given point of a worker."""

    def __init__(self, passes: int, act: Callable[[], object]) -> None:
        self.passes, self.act, self.done = passes, act, False

    def __call__(self) -> None:
        """Pass a point."""
        self.passes -= 1
        if self.passes < 0 and not self.done:
            self.done = True
            self.act()


def at_every_point(work: Callable[[int], Meanwhile]) -> int:
    """Let work be done with something happening at its first point, its second, and so on; how many there were."""
    points = 0
    while work(points).done:
        points += 1
    return points


def test_a_newer_file_that_is_loaded_at_any_point_of_an_older_one_stands() -> None:
    def work(point: int) -> Meanwhile:
        yard = Yard()
        yard.upload(file_of(*some(3, version=1)), "imports/older.jsonl")
        deliver(yard.dock, yard.queue.waiting.pop())

        def newer() -> None:
            other = Yard()
            dock = Dock(yard.store, other.objects, other.queue)
            other.upload(file_of(*some(3, version=2)), "imports/newer.jsonl")
            other.queue.drain(dock)

        meanwhile = Meanwhile(point, newer)
        yard.queue.drain(mortal(yard.dock, meanwhile))
        assert {entry.version for entry in yard.entries().values()} == {1 + meanwhile.done}, f"at point {point}"
        for went in recent(yard.store, None)[0]:
            assert went.counts.written + went.counts.older == 3
        return meanwhile

    assert at_every_point(work) > 5


def test_another_worker_on_the_same_chunk_at_any_point_is_met_and_nothing_is_counted_twice() -> None:
    """The first commit writes no item, so that the chunk's record alone stands between the two."""
    data = b"\n" * STEP + b"".join(lines(150, COUNTY))

    def work(point: int) -> Meanwhile:
        yard = Yard()
        yard.upload(data)
        deliver(yard.dock, yard.queue.waiting.pop())
        told = ChunkTold.read(yard.queue.waiting[0])
        meanwhile = Meanwhile(point, lambda: load(yard.dock, told))
        assert load(mortal(yard.dock, meanwhile), told).done, f"at point {point}"
        counts = Counts(lines=STEP + 150, written=150, blank=STEP)
        summed = total(tuple(chunks_of(yard.store, told.import_id)))
        assert (yard.newest().counts, summed) == (counts, counts), f"at point {point}"
        return meanwhile

    assert at_every_point(work) > 10


def test_an_item_that_is_written_at_any_point_of_shelving_is_on_the_shelf_in_the_end() -> None:
    first, second = items(2, COUNTY)

    def work(point: int) -> Meanwhile:
        yard = Yard()
        yard.bring(file_of(first))
        other = Yard()
        other.upload(file_of({**second, "version": 9}, {**first, "version": 9}), "imports/more.jsonl")
        dock = Dock(yard.store, other.objects, other.queue)
        deliver(dock, other.queue.waiting.pop())
        deliver(dock, other.queue.waiting.pop(0))
        late = file_of({**second, "version": 10, "name": "后来的名称"})

        def happen() -> None:
            other.upload(late, "imports/late.jsonl")
            other.queue.drain(dock)

        meanwhile = Meanwhile(point, happen)
        shelve(mortal(yard.dock, meanwhile).store, COUNTY)
        other.queue.drain(dock)
        label = Label.read(yard.store.items[keys.shelf(COUNTY)].body)
        rows = unpacked([yard.store.items[keys.shelf_part(COUNTY, 0)].body]).rows
        stands = [entry.name for entry in yard.entries().values()]
        assert sorted(row.name for row in rows) == sorted(stands), f"at point {point}"
        assert label.digest == packed(rows)[0]
        return meanwhile

    assert at_every_point(work) > 5


def test_refused_lines_have_numbers_in_the_file_and_come_in_pages() -> None:
    yard = Yard()
    good = file_of(*some(3))
    data = good + b"\n" + b"{\n" * 60 + b"x" * SLICE + b"\n" + good + b"]"
    went = yard.bring(data)
    first = progress_of(yard.store, went.id, None)
    assert first.cursor
    second = progress_of(yard.store, went.id, first.cursor)
    numbers = [line.number for line in (*first.lines, *second.lines)]
    assert numbers == [*range(5, 65), 65, 69], "blank lines count as lines, and those of other chunks too"
    assert went.counts == Counts(lines=69, written=3, unchanged=3, blank=1, refused=62)
    assert [data[line.offset :][:1] for line in second.lines[-2:]] == [b"x", b"]"]


def test_a_line_number_is_not_guessed_while_chunks_before_are_open() -> None:
    yard = Yard()
    yard.upload(file_of(*some(10)) + b"\n" * SLICE + b"{\n")
    deliver(yard.dock, yard.queue.waiting.pop(0))
    last = [text for text in yard.queue.waiting if ChunkTold.read(text).chunk == 1]
    deliver(yard.dock, last[0])
    went = progress_of(yard.store, yard.newest().id, None)
    assert (went.state, went.chunks_done) == ("loading", 1)
    assert [line.number for line in went.lines] == [None]


def test_a_file_of_rubbish_is_counted_whole_and_kept_in_part() -> None:
    yard = Yard()
    went = yard.bring(b"{\n" * 1000)
    assert went.counts == Counts(lines=1000, refused=1000)
    kept = [key for key in yard.store.items if key.partition == keys.lines(went.id)]
    assert len(kept) == KEPT


REFUSED_FILES = [
    ("imports/a.jsonl.gz", 10, "请解压", "not JSON Lines as it is"),
    ("imports/a.xlsx", 10, "JSON Lines", "a table"),
    ("imports/a.jsonl", LARGEST + 1, "请拆成几个文件", "too large"),
]


@pytest.mark.parametrize(("name", "size", "says", "reason"), REFUSED_FILES)
def test_a_file_that_is_refused_says_why_and_is_not_read(name: str, size: int, says: str, reason: str) -> None:
    yard = Yard()
    yard.queue.send([notice(name, size, "no such object", yard.clock())])
    yard.queue.drain(yard.dock)
    went = yard.newest()
    assert (went.state, went.chunks) == ("refused", 0), reason
    assert says in (went.refused or "")


def test_an_empty_file_is_finished_at_once() -> None:
    went = Yard().bring(b"")
    assert (went.state, went.chunks, went.counts) == ("finished", 0, Counts())


def test_a_file_that_is_replaced_meanwhile_fails_with_a_sentence_and_its_successor_is_whole() -> None:
    yard = Yard()
    yard.upload(b"".join(lines(200)))
    deliver(yard.dock, yard.queue.waiting.pop(0))
    newer = b"".join(lines(210))
    yard.upload(newer)
    yard.queue.drain(yard.dock)
    states = sorted((went.state, went.counts.written) for went in recent(yard.store, None)[0])
    assert states == [("failed", 0), ("finished", 210)]


def test_a_chunk_of_no_import_is_an_error_for_the_dead_letters() -> None:
    with pytest.raises(NotFoundError):
        load(Yard().dock, ChunkTold(import_id="nobody", chunk=0))


def test_imports_are_listed_newest_first_page_by_page() -> None:
    yard = Yard()
    for number in range(12):
        yard.upload(b"", f"imports/{number}.jsonl")
    yard.queue.drain(yard.dock)
    names = list(pages(yard.store))
    assert names == [f"imports/{number}.jsonl" for number in reversed(range(12))]


def pages(store: MemoryStore) -> Iterator[str]:
    cursor: str | None = None
    while True:
        found, cursor = recent(store, cursor)
        yield from (went.name for went in found)
        if cursor is None:
            return


def test_workers_on_one_chunk_at_once_count_every_line_once() -> None:
    yard = Yard()
    yard.upload(b"".join(lines(5 * STEP, COUNTY)))
    deliver(yard.dock, yard.queue.waiting.pop())
    (told,) = (ChunkTold.read(text) for text in yard.queue.waiting)
    kit.at_once(4, lambda _: load(yard.dock, told))
    yard.queue.drain(yard.dock)
    assert yard.newest().counts == Counts(lines=5 * STEP, written=5 * STEP)
    assert len(yard.entries()) == 5 * STEP
