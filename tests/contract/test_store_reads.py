from typing import Any

import pytest

from miaoban.ports import OversizedError, RefusedError, Store
from miaoban.storage import Commit, Item, Key, Put, Table

LONG = "粮食收购企业备案 🌾 𠮷" * 4000


def key(partition: str, sort: str, table: Table = Table.CASES) -> Key:
    return Key(table, partition, sort)


def put(*items: Item) -> Commit:
    return Commit(tuple(Put(item) for item in items))


def test_nothing_asked_is_nothing_read(store: Store) -> None:
    assert store.read([]) == {}


def test_missing_items_are_left_out_and_present_ones_come_from_every_table(store: Store, partition: str) -> None:
    items = [Item(key(partition, "a", table), f"{table}") for table in Table]
    store.commit(put(*items))
    asked = [item.key for item in items] + [key(partition, "absent"), items[0].key]
    assert store.read(asked) == {item.key: item for item in items}


def test_over_a_hundred_keys_are_read(store: Store, partition: str) -> None:
    items = [Item(key(partition, f"{number:03}"), "{}") for number in range(250)]
    for start in range(0, 250, 100):
        store.commit(put(*items[start : start + 100]))
    assert store.read(item.key for item in items) == {item.key: item for item in items}


def test_more_than_one_answer_holds_is_read_in_rounds(store: Store, partition: str) -> None:
    items = [Item(key(partition, f"{number:03}"), "x" * 390_000) for number in range(50)]
    for start in range(0, 50, 10):
        store.commit(put(*items[start : start + 10]))
    assert len(store.read(item.key for item in items)) == 50


@pytest.mark.parametrize("body", ["", "{}", "\x00\x1f", '{"企业":"沈阳市粮库 🌾"}', LONG], ids=["", "{}", "nul", "zh", "long"])
def test_a_body_comes_back_as_it_was(store: Store, partition: str, body: str) -> None:
    item = Item(key(partition, "件"), body)
    store.commit(put(item))
    assert store.read([item.key])[item.key].body == body


def test_every_attribute_comes_back(store: Store, partition: str) -> None:
    full = Item(key(partition, "a"), "{}", 7, f"{partition}人", "2026-05-01", f"{partition}队", "2026-05-02", 1_800_000_000)
    store.commit(put(full))
    assert store.read([full.key]) == {full.key: full}


@pytest.mark.parametrize(("one", "two"), [("", "a"), ("a", ""), ("", "")])
def test_an_empty_key_is_refused(store: Store, one: str, two: str) -> None:
    with pytest.raises(RefusedError):
        store.read([key(one, two)])
    with pytest.raises(RefusedError):
        store.commit(put(Item(key(one, two), "{}")))


@pytest.mark.parametrize("name", ["owner", "owner_at", "queue", "queue_at"])
def test_an_empty_index_key_is_refused(store: Store, partition: str, name: str) -> None:
    attributes: dict[str, Any] = {"owner": "甲", "owner_at": "1", "queue": "乙", "queue_at": "2"} | {name: ""}
    with pytest.raises(RefusedError):
        store.commit(put(Item(key(partition, "a"), "{}", 1, **attributes)))


@pytest.mark.parametrize("body", ["x" * 409_600, "粮" * 136_600, "🌾" * 102_400], ids=["ascii", "zh", "emoji"])
def test_an_oversized_item_is_refused_and_nothing_is_written(store: Store, partition: str, body: str) -> None:
    small = Item(key(partition, "small"), "{}")
    with pytest.raises(OversizedError):
        store.commit(put(small, Item(key(partition, "large"), body)))
    assert store.read([small.key]) == {}


def test_an_item_just_below_the_limit_is_taken(store: Store, partition: str) -> None:
    item = Item(key(partition, "large"), "x" * (409_600 - 200))
    store.commit(put(item))
    assert store.read([item.key]) == {item.key: item}
