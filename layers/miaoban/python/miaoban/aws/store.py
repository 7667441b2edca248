"""The store on DynamoDB: one BatchGetItem to read, one TransactWriteItems to commit, one Query for a page."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from miaoban.aws import writes
from miaoban.aws.calling import DYNAMODB, Caller, service
from miaoban.aws.failures import translated
from miaoban.aws.items import FIELDS, item_of, key_attributes
from miaoban.aws.pacing import rounds
from miaoban.paging import Position, check_question, cursor_of, position_of
from miaoban.ports import UnavailableError
from miaoban.storage import Commit, Item, Items, Key, Page, Range, Table

BATCH = 100


class DynamoStore:
    """The cases, records and catalogue in DynamoDB tables keyed by `pk` and `sk`; indexes project all attributes.

    Needs the rights BatchGetItem, Query, PutItem, DeleteItem and ConditionCheckItem, as far as they are used.
    """

    def __init__(self, tables: Mapping[Table, str], caller: Caller | None = None) -> None:
        self._tables = tables
        self._dynamodb = caller or service(DYNAMODB)

    def read(self, keys: Iterable[Key]) -> Items:
        """Read items by key, consistently; over 100 keys take several batches, each consistent in itself."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), BATCH):
            self._read(wanted[start : start + BATCH], found)
        return found

    def _read(self, keys: list[Key], into: dict[Key, Item]) -> None:
        pending = self._request(keys)
        for _ in rounds():
            with translated("BatchGetItem"):
                answer = self._dynamodb.call("BatchGetItem", {"RequestItems": pending})
            for table in {key.table for key in keys}:
                rows = answer["Responses"].get(self._tables[table], ())
                into.update((item.key, item) for item in (item_of(table, row) for row in rows))
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return
        raise UnavailableError("数据库繁忙，未能读全所需数据，请稍后重试")

    def _request(self, keys: list[Key]) -> dict[str, Any]:
        request: dict[str, Any] = {}
        for key in keys:
            entry = request.setdefault(self._tables[key.table], {"Keys": [], "ConsistentRead": True})
            entry["Keys"].append(key_attributes(key))
        return request

    def commit(self, commit: Commit) -> None:
        """Execute the plan in one transaction.

        The token is this call's own: its attempts share it, so a lost answer cannot write twice. It is not
        derived from the content, because DynamoDB answers a known token with success for ten minutes and writes
        nothing, even if the item was deleted in between; a repeated commit is recognised by what stands in the table.

        """
        if not commit.writes:
            return
        request = {"TransactItems": writes.actions(commit, self._tables), "ClientRequestToken": str(uuid4())}
        with translated(writes.OPERATION):
            try:
                self._dynamodb.call(writes.OPERATION, request)
            except ClientError as error:
                self._cancelled(commit, error)

    def _cancelled(self, commit: Commit, error: ClientError) -> None:
        reasons: writes.Reasons | None = error.response.get("CancellationReasons")
        if reasons is None:
            raise error
        failure = writes.failure(commit, reasons)
        if failure is not None:
            raise failure from error

    def query(self, question: Range) -> Page:
        """Answer a page of a table's partition, consistently, or of an index, eventually."""
        check_question(question)
        after = position_of(question)
        if not question.end or question.start > question.end:
            return Page(())
        with translated("Query"):
            answer = self._dynamodb.call("Query", self._query(question, after))
        rows = [item_of(question.table, row) for row in answer["Items"]]
        more = len(rows) > question.limit or "LastEvaluatedKey" in answer
        items = tuple(rows[: question.limit])
        return Page(items, cursor_of(question, items[-1]) if more and items else None)

    def _query(self, question: Range, after: Position | None) -> dict[str, Any]:
        partition, sort = FIELDS[question.index]
        # One item more than asked tells whether there is a next page; an empty lower bound is not a legal value.
        bounds = "#s BETWEEN :start AND :end" if question.start else "#s <= :end"
        values = {":p": {"S": question.partition}, ":end": {"S": question.end}}
        request: dict[str, Any] = {
            "TableName": self._tables[question.table],
            "KeyConditionExpression": f"#p = :p AND {bounds}",
            "ExpressionAttributeNames": {"#p": partition, "#s": sort},
            "ExpressionAttributeValues": values | ({":start": {"S": question.start}} if question.start else {}),
            "ScanIndexForward": not question.descending,
            "ConsistentRead": question.index is None,
            "Limit": question.limit + 1,
        }
        if question.index is not None:
            request["IndexName"] = question.index.value
        if after is not None:
            start = {partition: question.partition, sort: after.at, "pk": after.partition, "sk": after.sort}
            request["ExclusiveStartKey"] = {name: {"S": value} for name, value in start.items()}
        return request
