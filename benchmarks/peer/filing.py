"""Deciding one filing: load, evaluate, plan the rows, write, answer."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.peer import database, rules
from benchmarks.peer.errors import IdempotencyConflictError
from benchmarks.peer.forms import Answer, GrainFiling, Outcome, Reason
from benchmarks.peer.keys import Keys, canonical, digest
from benchmarks.peer.models import Case, Decision, FilingGuard, IdempotencyRecord, LedgerLeaf, Licence, OutboxEvent

MATTER: Final = "grain-purchase-filing"
VERSION: Final = "2026.1"
BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Submission:
    """An application as it came: the form, the digest of its bytes, who sent it, under which idempotency key."""

    form: GrainFiling
    body_sha256: str
    account: str
    key: str

    def wanted(self) -> dict[str, str]:
        """Return what to load by."""
        form = self.form
        return {"uscc": form.uscc, "county": form.county, "matter": MATTER, "account": self.account, "key": self.key}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is not yet written."""

    case_id: UUID
    at: datetime
    form: dict[str, Any]
    outcome: Outcome
    receipt: bytes
    answer: Answer
    licence: database.Row | None


async def submit(engine: AsyncEngine, keys: Keys, submission: Submission) -> bytes:
    """Decide and write, or give an earlier answer again; a lost race on a unique index is decided once more."""
    try:
        return await _attempt(engine, keys, submission)
    except IntegrityError:
        return await _attempt(engine, keys, submission)


async def _attempt(engine: AsyncEngine, keys: Keys, submission: Submission) -> bytes:
    async with engine.connect() as connection:
        loaded = await database.load(connection, submission.wanted())
        if loaded.earlier_answer is not None:
            return _again(loaded, submission)
        decided = _decide(loaded, keys, submission)
        answer = decided.answer.model_dump_json()
        await database.write(connection, _rows(decided, submission, answer))
    return answer.encode()


def _again(loaded: database.Loaded, submission: Submission) -> bytes:
    if loaded.earlier_body != submission.body_sha256 or loaded.earlier_answer is None:
        raise IdempotencyConflictError("同一 Idempotency-Key 不能用于不同的申请")
    return loaded.earlier_answer.encode()


def _decide(loaded: database.Loaded, keys: Keys, submission: Submission) -> Decided:
    case_id, at, form = uuid4(), datetime.now(BEIJING), submission.form.model_dump(mode="json")
    verdicts = rules.evaluate(submission.form, loaded.records, at.date())
    outcome = rules.outcome_of(verdicts)
    receipt = _receipt(loaded.records, verdicts, outcome, form, at)
    licence = _licence(loaded, keys, form, case_id, at) if outcome is Outcome.APPROVED else None
    reasons = [Reason(condition=v.condition, basis=v.basis, **v.failure._asdict()) for v in verdicts if v.failure]
    number = licence[1]["number"] if licence else None
    answer = Answer(
        case_id=str(case_id),
        outcome=outcome,
        reasons=reasons,
        licence_number=number,
        receipt_sha256=digest(receipt),
    )
    return Decided(case_id, at, form, outcome, receipt, answer, licence)


def _receipt(
    records: rules.Records, verdicts: list[rules.Verdict], outcome: Outcome, form: dict[str, Any], at: datetime
) -> bytes:
    facts = {
        "legal_person": asdict(records.person) if records.person else None,
        "authorised_until": records.authorised_until,
        "abnormal": records.abnormal,
        "filed": records.filed,
    }
    verdict_list = [
        {"condition": name, "basis": basis, "holds": failure is None, **(failure._asdict() if failure else {})}
        for name, basis, failure in verdicts
    ]
    sources = {name: {"value": value, "sha256": digest(canonical(value)), "at": at} for name, value in facts.items()}
    return canonical(
        {"matter": MATTER, "version": VERSION, "form": form, "facts": sources, "verdicts": verdict_list}
        | {"outcome": outcome, "decided_at": at}
    )


def _licence(loaded: database.Loaded, keys: Keys, form: dict[str, Any], case_id: UUID, at: datetime) -> database.Row:
    number = f"LSBA{form['county']}{at.year}{loaded.serial:08d}"
    shown = ("uscc", "enterprise_name", "legal_representative", "county", "warehouses", "grains")
    credential = canonical(
        {name: form[name] for name in shown}
        | {"number": number, "issued_at": at, "issuer": rules.ORGANS[form["county"]], "notice": "备案凭证，非行政许可"}
    )
    return Licence, {
        "number": number,
        "case_id": case_id,
        "credential": credential.decode(),
        "signature": keys.sign(credential),
        "issued_at": at,
    }


def _rows(decided: Decided, submission: Submission, answer: str) -> list[database.Row]:
    case_id, at, account = decided.case_id, decided.at, submission.account
    sha256 = decided.answer.receipt_sha256
    state = "closed" if decided.outcome is not Outcome.REVIEW else "review"
    case = {
        "id": case_id,
        "matter": MATTER,
        "account": account,
        "state": state,
        "form": decided.form,
        "received_at": at,
    }
    decision = {"case_id": case_id, "outcome": decided.outcome, "receipt": decided.receipt.decode(), "decided_at": at}
    record = {"account": account, "key": submission.key, "body_sha256": submission.body_sha256, "answer": answer}
    leaf = hashlib.sha256(b"\0" + decided.receipt).digest()
    return [
        (Case, case),
        (Decision, decision | {"receipt_sha256": sha256}),
        *_granted(decided),
        (IdempotencyRecord, record | {"created_at": at}),
        (LedgerLeaf, {"case_id": case_id, "leaf_sha256": leaf}),
        (OutboxEvent, _event(decided)),
    ]


def _granted(decided: Decided) -> list[database.Row]:
    if decided.licence is None:
        return []
    form = decided.form
    guard = {"matter": MATTER, "uscc": form["uscc"], "county": form["county"], "case_id": decided.case_id}
    return [decided.licence, (FilingGuard, guard)]


def _event(decided: Decided) -> dict[str, Any]:
    kind, event_id = "cn.peer.case.decided.v1", uuid4()
    payload = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": MATTER,
        "type": kind,
        "time": decided.at.isoformat(),
        "data": {"case_id": str(decided.case_id), "outcome": decided.outcome},
    }
    return {"id": event_id, "type": kind, "payload": payload, "created_at": decided.at}
