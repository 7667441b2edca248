"""The receipt: what a decision rested on, in canonical JSON."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from benchmarks.peer import rules
from benchmarks.peer.forms import Outcome
from benchmarks.peer.keys import canonical

VERSION: Final = "2026.1"
HELD: Final = ("enterprise_name", "legal_representative")
"""The form's values that the register can confirm."""


def receipt_of(
    case_id: UUID,
    records: rules.Records,
    verdicts: list[rules.Verdict],
    outcome: Outcome,
    form: dict[str, Any],
    at: datetime,
) -> bytes:
    """Write down a decision with its facts, their sources, the grade of each value, and each verdict with its article."""
    return canonical(
        {
            "case": str(case_id),
            "version": VERSION,
            "form": _comparable(form),
            "facts": _facts(records),
            "provenance": {name: _grade(name, value, records.person) for name, value in form.items()},
            "verdicts": [_verdict(verdict) for verdict in verdicts],
            "outcome": str(outcome),
            "decided_at": at.isoformat(),
        }
    )


def _comparable(form: dict[str, Any]) -> dict[str, Any]:
    """The form with pseudonyms in the place of personal numbers."""
    sites = [site | {"phone": site["phone"] and site["phone"]["pseudonym"]} for site in form["sites"]]
    agent = form["agent"] | {"number": form["agent"]["number"]["pseudonym"]}
    return form | {"agent": agent, "contact_phone": form["contact_phone"]["pseudonym"], "sites": sites}


def _facts(records: rules.Records) -> dict[str, Any]:
    person = records.person
    held = None if person is None else asdict(person) | {"updated_at": person.updated_at.isoformat()}
    until = records.authorised_until
    return {
        "legal-person-base": held,
        "enterprise-authorisations": until and {"valid_until": until.isoformat()},
        "abnormal-operations": {"listed": records.abnormal},
        "filings": {"held": records.filed},
    }


def _grade(name: str, value: Any, person: rules.LegalPerson | None) -> str:
    if person is None or name not in HELD:
        return "D"
    return "A" if rules.same(value, {"enterprise_name": person.name}.get(name, person.legal_representative)) else "D"


def _verdict(verdict: rules.Verdict) -> dict[str, Any]:
    told = {"condition": verdict.condition, "basis": verdict.basis._asdict(), "holds": verdict.failure is None}
    return told if verdict.failure is None else {**told, "effect": str(verdict.failure.effect), "says": verdict.failure.says}
