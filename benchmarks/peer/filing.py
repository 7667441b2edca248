"""Deciding one filing: load, evaluate, plan the rows, write, answer."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from benchmarks.peer import database, rules
from benchmarks.peer.errors import IdempotencyConflictError
from benchmarks.peer.forms import Answer, GrainFiling, Outcome, Reason
from benchmarks.peer.keys import Keys, canonical, digest
from benchmarks.peer.models import Licence
from benchmarks.peer.receipt import receipt_of
from benchmarks.peer.rows import Decided, rows_of
from benchmarks.peer.vault import Vault

MATTER: Final = "grain-purchase-filing"
BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Service:
    """What filings are decided with."""

    database: database.Database
    keys: Keys
    vault: Vault


@dataclass(frozen=True, slots=True)
class Submission:
    """An application as it came: the form, the digest of its bytes, who sent it, under which idempotency key."""

    form: GrainFiling
    body_sha256: str
    account: str
    key: str

    def wanted(self, agent: str) -> dict[str, str]:
        """Return what to load by, given the agent's pseudonym."""
        form = self.form
        names = {"uscc": form.uscc, "county": form.county, "matter": MATTER, "agent": agent}
        return names | {"account": self.account, "key": self.key}


async def submit(service: Service, submission: Submission) -> bytes:
    """Decide and write, or give an earlier answer again; a lost race on a unique index is decided once more."""
    try:
        return await _attempt(service, submission)
    except IntegrityError:
        return await _attempt(service, submission)


async def _attempt(service: Service, submission: Submission) -> bytes:
    form = _protected(submission.form, service.vault)
    async with service.database.transaction() as transaction:
        loaded = await transaction.load(submission.wanted(form["agent"]["number"]["pseudonym"]))
        if loaded.earlier_answer is not None:
            return _again(loaded, submission)
        decided = _decide(loaded, service.keys, submission, form)
        answer = decided.answer.model_dump_json()
        kept = {"account": submission.account, "key": submission.key, "body_sha256": submission.body_sha256}
        await transaction.write(rows_of(decided, kept | {"answer": answer, "created_at": decided.at}))
    return answer.encode()


def _protected(form: GrainFiling, vault: Vault) -> dict[str, Any]:
    """The form as it is stored: every personal number protected."""
    values = form.model_dump(mode="json")
    values["agent"]["number"] = vault.protect("111", form.agent.number)
    values["contact_phone"] = vault.protect("mobile", form.contact_phone)
    for site in values["sites"]:
        if site["phone"] is not None:
            site["phone"] = vault.protect("mobile", site["phone"])
    return values


def _again(loaded: database.Loaded, submission: Submission) -> bytes:
    if loaded.earlier_body != submission.body_sha256 or loaded.earlier_answer is None:
        raise IdempotencyConflictError("同一 Idempotency-Key 不能用于不同的申请")
    return loaded.earlier_answer.encode()


def _decide(loaded: database.Loaded, keys: Keys, submission: Submission, form: dict[str, Any]) -> Decided:
    case_id, at = uuid4(), datetime.now(BEIJING)
    verdicts = rules.evaluate(submission.form, loaded.records, at.date())
    outcome = rules.outcome_of(verdicts)
    receipt = receipt_of(case_id, loaded.records, verdicts, outcome, form, at)
    licence = _licence(keys, form, case_id, at) if outcome is Outcome.APPROVED else None
    answer = Answer(
        case_id=str(case_id),
        outcome=outcome,
        reasons=_reasons(verdicts),
        licence_number=licence[1]["number"] if licence else None,
        receipt_sha256=digest(receipt),
    )
    return Decided(case_id, at, MATTER, submission.account, form, outcome, receipt, answer, licence)


def _reasons(verdicts: list[rules.Verdict]) -> list[Reason]:
    failed = [(verdict, verdict.failure) for verdict in verdicts if verdict.failure]
    return [Reason(condition=v.condition, **v.basis._asdict(), **failure._asdict()) for v, failure in failed]


def _licence(keys: Keys, form: dict[str, Any], case_id: UUID, at: datetime) -> database.Row:
    number = f"LSBA{form['county']}{at:%Y%m%d}{secrets.token_hex(4).upper()}"
    shown = ("uscc", "enterprise_name", "legal_representative", "county", "warehouses", "grains")
    sites = [site | {"phone": site["phone"] and site["phone"]["masked"]} for site in form["sites"]]
    credential = canonical(
        {name: form[name] for name in shown}
        | {"sites": sites, "number": number, "issued_at": at.isoformat(), "issuer": rules.ORGANS[form["county"]]}
        | {"notice": "备案凭证，非行政许可"}
    )
    row = {"number": number, "case_id": case_id, "credential": credential.decode(), "issued_at": at}
    return Licence, row | {"signature": keys.sign(credential)}
