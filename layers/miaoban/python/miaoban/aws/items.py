"""Items as DynamoDB's attribute maps, and back.

A body stays text: compressing one of 2.7 KB costs 120 us and a commit writes ten of them, which is more than the
transaction's own CPU; and text can be read in the console and by the stream's consumers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from miaoban.storage import Index, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

    Attributes: TypeAlias = dict[str, UniversalAttributeValueTypeDef]

FIELDS: Mapping[Index | None, tuple[str, str]] = {
    None: ("pk", "sk"),
    Index.OWNER: ("owner", "owner_at"),
    Index.QUEUE: ("queue", "queue_at"),
}
"""The partition and sort attributes of a table (None) and of each index."""

_OPTIONAL = ("owner", "owner_at", "queue", "queue_at")


def key_attributes(key: Key) -> "Attributes":
    """Return the primary key as attributes."""
    return {"pk": {"S": key.partition}, "sk": {"S": key.sort}}


def attributes(item: Item) -> "Attributes":
    """Return all attributes of an item; what is None is left out, so the item stays out of that index."""
    row: Attributes = {
        "pk": {"S": item.key.partition},
        "sk": {"S": item.key.sort},
        "version": {"N": str(item.version)},
        "body": {"S": item.body},
    }
    for name in _OPTIONAL:
        value = getattr(item, name)
        if value is not None:
            row[name] = {"S": value}
    if item.expires is not None:
        row["expires"] = {"N": str(item.expires)}
    return row


def item_of(table: Table, row: Mapping[str, Any]) -> Item:
    """Return the item that an attribute map holds."""
    expires = row.get("expires")
    return Item(
        key=Key(table, row["pk"]["S"], row["sk"]["S"]),
        body=row["body"]["S"],
        version=int(row["version"]["N"]),
        owner=_text(row, "owner"),
        owner_at=_text(row, "owner_at"),
        queue=_text(row, "queue"),
        queue_at=_text(row, "queue_at"),
        expires=None if expires is None else int(expires["N"]),
    )


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None else value["S"]
