"""The rows of a decided filing: what one transaction writes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from benchmarks.peer.database import Row
from benchmarks.peer.forms import Answer, Outcome
from benchmarks.peer.models import (
    Case,
    Decision,
    FilingGuard,
    IdempotencyRecord,
    LedgerLeaf,
    OutboxEvent,
    TimelineEvent,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is not yet written."""

    case_id: UUID
    at: datetime
    matter: str
    account: str
    form: dict[str, Any]
    outcome: Outcome
    receipt: bytes
    answer: Answer
    licence: Row | None


def rows_of(decided: Decided, answered: dict[str, Any]) -> list[Row]:
    """The rows in the order of writing, with the answer that is kept under its idempotency key."""
    of_case = {"case_id": decided.case_id}
    return [
        (Case, _case(decided)),
        *_timeline(decided),
        (Decision, of_case | _decision(decided)),
        *_granted(decided),
        (IdempotencyRecord, answered),
        (LedgerLeaf, of_case | {"leaf_sha256": hashlib.sha256(b"\0" + decided.receipt).digest()}),
        (OutboxEvent, _event(decided)),
    ]


def _case(decided: Decided) -> dict[str, Any]:
    state = "closed" if decided.outcome is not Outcome.REVIEW else "review"
    names = {"id": decided.case_id, "matter": decided.matter, "account": decided.account}
    return names | {"state": state, "form": decided.form, "received_at": decided.at}


def _decision(decided: Decided) -> dict[str, Any]:
    texts = {"receipt": decided.receipt.decode(), "receipt_sha256": decided.answer.receipt_sha256}
    return texts | {"outcome": decided.outcome, "decided_at": decided.at}


def _timeline(decided: Decided) -> list[Row]:
    answer = decided.answer
    judged = {"outcome": answer.outcome, "licence": answer.licence_number, "receipt": answer.receipt_sha256, "by": "machine"}
    told = [("submitted", {"account": decided.account, "form": decided.form}), ("judged", judged)]
    return [
        (TimelineEvent, {"case_id": decided.case_id, "number": number, "type": word, "data": data, "at": decided.at})
        for number, (word, data) in enumerate(told, 1)
    ]


def _granted(decided: Decided) -> list[Row]:
    if decided.licence is None:
        return []
    form = decided.form
    guard = {"matter": decided.matter, "uscc": form["uscc"], "county": form["county"], "case_id": decided.case_id}
    return [decided.licence, (FilingGuard, guard)]


def _event(decided: Decided) -> dict[str, Any]:
    kind, event_id = "cn.peer.case.decided.v1", uuid4()
    payload = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": decided.matter,
        "type": kind,
        "time": decided.at.isoformat(),
        "data": {"case_id": str(decided.case_id), "outcome": decided.outcome},
    }
    return {"id": event_id, "type": kind, "payload": payload, "created_at": decided.at}
