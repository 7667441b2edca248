from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest

from miaoban.ports import CursorError, RefusedError, Store
from miaoban.storage import Commit, Index, Item, Key, Put, Range, Table

SORTS = ("1", "2", "20", "3", "条件", "🌾", "𠮷")


@pytest.fixture
def listed(store: Store, partition: str) -> tuple[Item, ...]:
    """Items that stand in a partition and in both indexes in the same order, and one that no index lists."""
    items = tuple(
        Item(Key(Table.CASES, partition, sort), f"正文{sort}", 1, f"{partition}人", sort, f"{partition}队", sort)
        for sort in SORTS
    )
    bare = Item(Key(Table.CASES, f"{partition}外", "1"), "{}", owner=f"{partition}人")
    store.commit(Commit(tuple(Put(item) for item in (*reversed(items), bare))))
    return items


def questions(partition: str) -> dict[Index | None, Range]:
    return {
        None: Range(None, partition),
        Index.OWNER: Range(Index.OWNER, f"{partition}人"),
        Index.QUEUE: Range(Index.QUEUE, f"{partition}队"),
    }


def pages(store: Store, question: Range) -> list[tuple[Item, ...]]:
    found = [store.query(question)]
    while found[-1].cursor is not None:
        found.append(store.query(replace(question, cursor=found[-1].cursor)))
    return [page.items for page in found]


EVERY = pytest.mark.parametrize("index", [None, *Index])


@EVERY
def test_items_come_in_the_order_of_their_sort_key(
    store: Store, partition: str, listed: tuple[Item, ...], index: Index | None
) -> None:
    question = questions(partition)[index]
    assert store.query(question).items == listed
    assert store.query(replace(question, descending=True)).items == listed[::-1]


@EVERY
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 6, 7, 8])
def test_pages_hold_everything_once_and_the_last_has_no_cursor(
    store: Store, partition: str, listed: tuple[Item, ...], index: Index | None, *, descending: bool, limit: int
) -> None:
    question = replace(questions(partition)[index], limit=limit, descending=descending)
    found = pages(store, question)
    assert [item for page in found for item in page] == list(listed[::-1] if descending else listed)
    assert [len(page) for page in found] == [min(limit, 7 - start) for start in range(0, 7, limit)]


@EVERY
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2", "3", ("2", "20", "3")),
        ("", "2", ("1", "2")),
        ("条件", "\U0010ffff", ("条件", "🌾", "𠮷")),
        ("20", "20", ("20",)),
        ("4", "5", ()),
        ("3", "2", ()),
        ("", "", ()),
    ],
)
@pytest.mark.usefixtures("listed")
def test_a_range_holds_both_its_ends(
    store: Store, partition: str, index: Index | None, start: str, end: str, expected: tuple[str]
) -> None:
    found = store.query(replace(questions(partition)[index], start=start, end=end)).items
    assert tuple(item.key.sort for item in found) == expected


def test_equal_sort_keys_in_an_index_are_all_paged(store: Store, partition: str) -> None:
    items = {Item(Key(Table.CASES, f"{partition}{n}", "a"), "{}", 1, partition, "2026-05-01") for n in range(5)}
    store.commit(Commit(tuple(Put(item) for item in items)))
    found = [item for page in pages(store, Range(Index.OWNER, partition, limit=2)) for item in page]
    assert len(found) == 5
    assert set(found) == items


def test_pages_of_over_a_mebibyte_are_cut_and_go_on(store: Store, partition: str) -> None:
    items = [Item(Key(Table.RECORDS, partition, str(n)), "x" * 300_000) for n in range(8)]
    store.commit(Commit(tuple(Put(item) for item in items)))
    found = pages(store, Range(None, partition, Table.RECORDS))
    assert [item for page in found for item in page] == items


def test_an_empty_partition_has_no_items_and_no_cursor(store: Store, partition: str) -> None:
    page = store.query(Range(Index.QUEUE, partition))
    assert (page.items, page.cursor) == ((), None)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Range(None, ""), "an empty partition"),
        (Range(None, "a", limit=0), "an empty page"),
        (Range(Index.OWNER, "a", Table.RECORDS), "an index of another table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_question_without_an_answer_is_refused(store: Store, question: Range, reason: str) -> None:
    with pytest.raises(RefusedError):
        store.query(question)
    assert reason


def genuine(store: Store, question: Range) -> str:
    cursor = store.query(replace(question, limit=2)).cursor
    assert cursor is not None
    return cursor


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "****", "粮", "e30", "W10", "bnVsbA", "WyJhIl0", "WzEsMiwzLDRd", urlsafe_b64encode(b"\xff").decode()],
)
def test_a_forged_cursor_is_told(store: Store, partition: str, cursor: str) -> None:
    with pytest.raises(CursorError):
        store.query(Range(None, partition, cursor=cursor))


@pytest.mark.usefixtures("listed")
def test_an_altered_cursor_is_told(store: Store, partition: str) -> None:
    question = Range(None, partition)
    cursor = genuine(store, question)
    text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).replace(b'["2"', b'["3"')
    with pytest.raises(CursorError):
        store.query(replace(question, cursor=urlsafe_b64encode(text).decode().rstrip("=")))


@pytest.mark.usefixtures("listed")
def test_the_cursor_of_another_question_is_told(store: Store, partition: str) -> None:
    question = questions(partition)[Index.OWNER]
    cursor = genuine(store, question)
    others = [
        replace(question, partition=f"{partition}队", index=Index.QUEUE),
        replace(question, partition="别人"),
        replace(question, descending=True),
        replace(question, start="2"),
    ]
    for other in others:
        with pytest.raises(CursorError):
            store.query(replace(other, cursor=cursor))
