"""A commit as the actions of TransactWriteItems, and the meaning of its cancellation."""

from collections.abc import Mapping, Sequence
from typing import Any

from miaoban.aws.failures import THROTTLED, refusal
from miaoban.aws.items import attributes, item_of, key_attributes
from miaoban.errors import MiaobanError
from miaoban.ports import ConflictError, UnavailableError
from miaoban.storage import Check, Commit, Delete, Put, Table, Write, key_of

OPERATION = "TransactWriteItems"
_CONDITION_FAILED = "ConditionalCheckFailed"
_CONFLICTS = frozenset({_CONDITION_FAILED, "TransactionConflict"})

Reasons = Sequence[Mapping[str, Any]]


def actions(commit: Commit, tables: Mapping[Table, str]) -> list[dict[str, Any]]:
    """Return the actions of a commit, in its order."""
    return [_action(write, tables[key_of(write).table]) for write in commit.writes]


def _action(write: Write, table: str) -> dict[str, Any]:
    if isinstance(write, Put):
        # The old item tells a repeated commit, which is success, from another's, which is a conflict.
        failing = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        put = {"TableName": table, "Item": attributes(write.item), **_condition(write.replaces), **failing}
        return {"Put": put}
    named = {"TableName": table, "Key": key_attributes(write.key), **_condition(write.version)}
    return {"Delete" if isinstance(write, Delete) else "ConditionCheck": named}


def _condition(version: int | None) -> dict[str, Any]:
    if version is None:
        return {}
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "version = :v", "ExpressionAttributeValues": {":v": {"N": str(version)}}}


def failure(commit: Commit, reasons: Reasons) -> MiaobanError | None:
    """Return what a cancelled transaction means: an error of the ports, or None if the commit stands already."""
    if _stands(commit, reasons):
        return None
    codes = [reason.get("Code", "None") for reason in reasons]
    differing = tuple(key_of(write) for write, code in zip(commit.writes, codes, strict=True) if code in _CONFLICTS)
    if differing:
        return ConflictError(differing)
    if THROTTLED.intersection(codes):
        return UnavailableError(f"{OPERATION} 繁忙，请稍后重试")
    messages = [reason.get("Message") or "" for reason in reasons if reason.get("Code", "None") != "None"]
    return refusal(OPERATION, "；".join(messages))


def _stands(commit: Commit, reasons: Reasons) -> bool:
    puts = any(isinstance(write, Put) for write in commit.writes)
    return puts and all(
        _in_place(write, reason) for write, reason in zip(commit.writes, reasons, strict=True) if not isinstance(write, Check)
    )


def _in_place(write: Put | Delete, reason: Mapping[str, Any]) -> bool:
    if reason.get("Code") != _CONDITION_FAILED:
        return False
    if isinstance(write, Put):
        return bool(reason.get("Item")) and item_of(write.item.key.table, reason["Item"]) == write.item
    # A delete whose old item still exists failed on its version, not on its absence.
    return not reason.get("Item")
