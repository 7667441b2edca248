"""What DynamoDB would refuse, so that the fake refuses it too.

Source: DynamoDB Developer Guide, "Service, account, and table quotas" and "Constraints".
"""

from collections.abc import Iterable

from miaoban.ports import OversizedError, RefusedError
from miaoban.storage import Commit, Item, Key, Put, key_of

WRITES = 100
ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
PARTITION_BYTES = 2048
SORT_BYTES = 1024

_TEXTS = ("body", "owner", "owner_at", "queue", "queue_at")


def check_commit(commit: Commit) -> None:
    """Raise RefusedError or OversizedError for a commit that DynamoDB does not take."""
    keys = [key_of(write) for write in commit.writes]
    if len(keys) > WRITES:
        raise RefusedError(f"一次提交至多 {WRITES} 项，收到 {len(keys)} 项")
    if len(set(keys)) < len(keys):
        raise RefusedError("一次提交中同一条数据只能写一次")
    check_keys(keys)
    sizes = [_checked_size(write.item) for write in commit.writes if isinstance(write, Put)]
    if sum(sizes) > TRANSACTION_BYTES:
        raise OversizedError(f"一次提交共 {sum(sizes)} 字节，超过 {TRANSACTION_BYTES} 字节")


def check_keys(keys: Iterable[Key]) -> None:
    """Raise RefusedError for a key with an empty or overlong part."""
    for key in keys:
        if not key.partition or not key.sort:
            raise RefusedError("主键不能为空文本")
        if len(key.partition.encode()) > PARTITION_BYTES or len(key.sort.encode()) > SORT_BYTES:
            raise RefusedError(f"主键过长：分区至多 {PARTITION_BYTES} 字节，排序至多 {SORT_BYTES} 字节")


def _checked_size(item: Item) -> int:
    if "" in {item.owner, item.owner_at, item.queue, item.queue_at}:
        raise RefusedError("索引键不能为空文本，不入索引请留 None")
    size = _size(item)
    if size > ITEM_BYTES:
        raise OversizedError(f"一条数据 {size} 字节，超过 {ITEM_BYTES} 字节")
    return size


def _size(item: Item) -> int:
    """Return the bytes of names and values in UTF-8; a number takes a byte for two digits and one more."""
    texts = {"pk": item.key.partition, "sk": item.key.sort} | {
        name: value for name in _TEXTS if (value := getattr(item, name)) is not None
    }
    numbers = {"version": item.version} | ({} if item.expires is None else {"expires": item.expires})
    return sum(len(name) + len(value.encode()) for name, value in texts.items()) + sum(
        len(name) + (len(str(value)) + 1) // 2 + 1 for name, value in numbers.items()
    )
