from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from miaoban.ports import ConflictError, OversizedError, RefusedError, Store
from miaoban.storage import Check, Commit, Delete, Item, Key, Put, Table, Write

RACERS = 20


def item(partition: str, sort: str, body: str = "{}", version: int = 1) -> Item:
    return Item(Key(Table.CASES, partition, sort), body, version)


def commit(store: Store, *writes: Write) -> None:
    store.commit(Commit(writes))


def conflict(store: Store, *writes: Write) -> tuple[Key, ...]:
    with pytest.raises(ConflictError) as raised:
        commit(store, *writes)
    return raised.value.keys


def test_an_empty_commit_is_done(store: Store) -> None:
    commit(store)


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (lambda old: Put(replace(old, body="新")), "a put of what must not exist"),
        (lambda old: Put(replace(old, body="新", version=8), replaces=7), "a put over another version"),
        (lambda old: Delete(old.key, version=7), "a delete of another version"),
        (lambda old: Check(old.key, version=7), "a check of another version"),
        (lambda old: Check(old.key, version=0), "a check that nothing is there"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_condition_on_what_exists_refuses_the_whole(
    store: Store, partition: str, refused: Callable[[Item], Write], reason: str
) -> None:
    old, new = item(partition, "old"), item(partition, "new")
    commit(store, Put(old))
    write = refused(old)
    assert conflict(store, Put(new), write) == (old.key,), reason
    assert store.read([old.key, new.key]) == {old.key: old}


@pytest.mark.parametrize("kind", ["put", "delete", "check"])
def test_a_version_that_must_be_found_is_missed(store: Store, partition: str, kind: str) -> None:
    absent, new = item(partition, "absent", version=2), item(partition, "new")
    writes: dict[str, Write] = {
        "put": Put(absent, replaces=1),
        "delete": Delete(absent.key, 1),
        "check": Check(absent.key, 1),
    }
    assert conflict(store, Put(new), writes[kind]) == (absent.key,)
    assert store.read([absent.key, new.key]) == {}


def test_a_lone_delete_of_what_never_was_is_a_conflict(store: Store, partition: str) -> None:
    absent = item(partition, "absent")
    assert conflict(store, Delete(absent.key, 1)) == (absent.key,)


def test_all_differing_keys_are_named_in_the_order_of_the_commit(store: Store, partition: str) -> None:
    first, second, third = (item(partition, name) for name in "abc")
    commit(store, Put(first), Put(third))
    writes = (Put(replace(third, body="三")), Put(second), Put(replace(first, body="一")))
    assert conflict(store, *writes) == (third.key, first.key)


def test_conditions_that_hold_let_all_writes_happen(store: Store, partition: str) -> None:
    changed, gone, seen = (item(partition, name) for name in ("changed", "gone", "seen"))
    commit(store, Put(changed), Put(gone), Put(seen))
    after = replace(changed, body="新", version=2)
    absent = Check(item(partition, "absent").key, 0)
    commit(store, Put(after, replaces=1), Delete(gone.key, 1), Check(seen.key, 1), absent)
    assert store.read([changed.key, gone.key, seen.key]) == {after.key: after, seen.key: seen}


def test_unconditional_writes_take_whatever_is_there(store: Store, partition: str) -> None:
    old = item(partition, "a")
    commit(store, Put(old, replaces=None))
    commit(store, Put(replace(old, body="新"), replaces=None))
    assert store.read([old.key])[old.key].body == "新"
    commit(store, Delete(old.key), Delete(item(partition, "absent").key))
    commit(store, Delete(old.key))
    assert store.read([old.key]) == {}


def test_a_repeated_commit_succeeds_and_writes_nothing(store: Store, partition: str) -> None:
    old, gone = item(partition, "a"), item(partition, "gone")
    commit(store, Put(old), Put(gone))
    writes = (Put(replace(old, version=2), replaces=1), Put(item(partition, "b")), Delete(gone.key, 1))
    commit(store, *writes)
    before = store.read([old.key, gone.key, item(partition, "b").key])
    commit(store, *writes)
    assert store.read([old.key, gone.key, item(partition, "b").key]) == before


def test_a_commit_that_was_overtaken_is_not_repeated(store: Store, partition: str) -> None:
    first = item(partition, "a")
    commit(store, Put(first))
    second = replace(first, body="新", version=2)
    commit(store, Put(second, replaces=1))
    assert conflict(store, Put(first)) == (first.key,)
    assert store.read([first.key]) == {first.key: second}


def test_half_a_commit_that_stands_is_another_one(store: Store, partition: str) -> None:
    shared, own = item(partition, "shared"), item(partition, "own")
    commit(store, Put(shared))
    assert conflict(store, Put(shared), Put(own)) == (shared.key,)
    assert store.read([own.key]) == {}


def test_what_was_deleted_can_be_written_again_word_for_word(store: Store, partition: str) -> None:
    """A request token made from the content fails here: DynamoDB calls the last put done and writes nothing."""
    lease = item(partition, "lease", "承办人甲")
    commit(store, Put(lease))
    commit(store, Delete(lease.key, 1))
    commit(store, Put(lease))
    assert store.read([lease.key]) == {lease.key: lease}


def test_of_many_at_once_exactly_one_wins(store: Store, partition: str) -> None:
    def race(number: int) -> bool:
        try:
            commit(store, Put(item(partition, "guard", f"申请{number}")), Put(item(partition, f"case-{number}")))
        except ConflictError as error:
            return item(partition, "guard").key not in error.keys
        return True

    with ThreadPoolExecutor(RACERS) as threads:
        won = [number for number, first in enumerate(threads.map(race, range(RACERS))) if first]
    assert len(won) == 1
    keys = [item(partition, f"case-{number}").key for number in range(RACERS)]
    assert set(store.read(keys)) == {keys[won[0]]}


def test_many_counters_lose_no_step(store: Store, partition: str) -> None:
    counter = item(partition, "counter", "0")
    commit(store, Put(counter))

    def step(number: int) -> None:
        while True:
            now = store.read([counter.key])[counter.key]
            after = replace(now, body=str(int(now.body) + 1), version=now.version + 1)
            try:
                commit(store, Put(after, replaces=now.version), Put(item(partition, f"step-{number}")))
            except ConflictError:
                continue
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(step, range(12)))
    assert store.read([counter.key])[counter.key].body == "12"


def test_a_hundred_writes_are_taken_and_one_more_is_refused(store: Store, partition: str) -> None:
    items = [item(partition, f"{number:03}") for number in range(101)]
    with pytest.raises(RefusedError):
        commit(store, *map(Put, items))
    commit(store, *map(Put, items[:100]))
    assert len(store.read(row.key for row in items)) == 100


def test_a_key_is_written_once_in_a_commit(store: Store, partition: str) -> None:
    one = item(partition, "a")
    with pytest.raises(RefusedError):
        commit(store, Put(one, replaces=None), Delete(one.key))


def test_more_than_four_mebibytes_are_refused(store: Store, partition: str) -> None:
    large = [item(partition, f"{number:02}", "x" * 400_000) for number in range(11)]
    with pytest.raises(OversizedError):
        commit(store, *map(Put, large))
    assert store.read([large[0].key]) == {}
