"""The store as a dictionary behind a lock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import nlargest, nsmallest
from threading import Lock

from miaoban.memory.limits import check_commit, check_keys
from miaoban.paging import Position, check_question, cursor_of, place, position_of
from miaoban.ports import ConflictError
from miaoban.storage import Check, Commit, Delete, Index, Item, Items, Key, Page, Put, Range, Table, Write, key_of


class MemoryStore:
    """Reads, commits and queries with DynamoDB's outcomes, its limits included; safe to share between threads."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items: dict[Key, Item] = {}
        self._partitions: dict[tuple[Table, str], dict[Key, Item]] = defaultdict(dict)
        self._indexed: dict[tuple[Index, str], dict[Key, Item]] = defaultdict(dict)
        self._lock = Lock()
        for item in items:
            self._keep(item)

    @property
    def items(self) -> Items:
        """A copy of all that is stored, for a test to look at."""
        with self._lock:
            return dict(self._items)

    def read(self, keys: Iterable[Key]) -> Items:
        """Read items by key; keys without an item are left out."""
        wanted = dict.fromkeys(keys)
        check_keys(wanted)
        with self._lock:
            return {key: self._items[key] for key in wanted if key in self._items}

    def commit(self, commit: Commit) -> None:
        """Execute the plan whole or not at all; raises ConflictError naming the keys that differed."""
        check_commit(commit)
        with self._lock:
            differing = tuple(key_of(write) for write in commit.writes if not self._holds(write))
            if not differing:
                self._execute(commit)
            elif not self._stands(commit):
                raise ConflictError(differing)

    def _holds(self, write: Write) -> bool:
        expected = write.replaces if isinstance(write, Put) else write.version
        if expected is None:
            return True
        found = self._items.get(key_of(write))
        return expected == (0 if found is None else found.version)

    def _stands(self, commit: Commit) -> bool:
        changes = [write for write in commit.writes if not isinstance(write, Check)]
        return any(isinstance(write, Put) for write in changes) and all(self._in_place(write) for write in changes)

    def _in_place(self, write: Put | Delete) -> bool:
        if self._holds(write):
            return False
        return self._items.get(key_of(write)) == (write.item if isinstance(write, Put) else None)

    def _execute(self, commit: Commit) -> None:
        for write in commit.writes:
            if isinstance(write, Put):
                self._keep(write.item)
            elif isinstance(write, Delete):
                self._remove(write.key)

    def _keep(self, item: Item) -> None:
        self._remove(item.key)
        self._items[item.key] = item
        self._partitions[item.key.table, item.key.partition][item.key] = item
        for index in Index:
            partition, _ = place(index, item)
            if partition is not None:
                self._indexed[index, partition][item.key] = item

    def _remove(self, key: Key) -> None:
        item = self._items.pop(key, None)
        if item is None:
            return
        del self._partitions[key.table, key.partition][key]
        for index in Index:
            partition, _ = place(index, item)
            if partition is not None:
                del self._indexed[index, partition][key]

    def query(self, question: Range) -> Page:
        """Answer a page of a partition or of an index."""
        check_question(question)
        after = position_of(question)
        found = (row for row in self._rows(question) if after is None or _follows(row[0], after, question))
        first = nlargest if question.descending else nsmallest
        rows = first(question.limit + 1, found, key=lambda row: row[0])
        items = tuple(item for _, item in rows[: question.limit])
        return Page(items, cursor_of(question, items[-1]) if len(rows) > question.limit else None)

    def _rows(self, question: Range) -> Iterator[tuple[Position, Item]]:
        for item in self._candidates(question):
            partition, at = place(question.index, item)
            listed = item.key.table == question.table and partition == question.partition
            if listed and at is not None and question.start <= at <= question.end:
                yield Position(at, item.key.partition, item.key.sort), item

    def _candidates(self, question: Range) -> list[Item]:
        with self._lock:
            if question.index is not None:
                return list(self._indexed.get((question.index, question.partition), {}).values())
            return list(self._partitions.get((question.table, question.partition), {}).values())


def _follows(position: Position, after: Position, question: Range) -> bool:
    return position < after if question.descending else position > after
