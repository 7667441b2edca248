"""What people see of cases and licences: numbers masked, reasons in words, nothing that their work does not need."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from miaoban.case.case import Case, Status
from miaoban.catalogue.condition import Bases
from miaoban.catalogue.publication import Published
from miaoban.catalogue.regions import Organ
from miaoban.decision.conclusion import Concluded
from miaoban.decision.outcome import Direction
from miaoban.decision.verdict import Compared, Graded, Truth, Verdict
from miaoban.evidence.privacy import shown
from miaoban.licence.licence import Holder, Licence, LicenceStatus, Line
from miaoban.models import Frozen


class Reason(Frozen):
    """Why a case was not simply approved, on which article, and what would make it so."""

    condition: str
    title: str
    effect: str
    says: str
    cure: str
    basis: Bases
    missing: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    graded: tuple[Graded, ...] | None = None


class CaseView(Frozen):
    """A case as its applicant and the organ's officers see it; the day after `kept_until` it is erased."""

    case: str
    matter: str
    matter_name: str
    status: Status
    organ: Organ
    situation: Mapping[str, str]
    applicant: str | None = None
    form: Mapping[str, Any] | None = None
    reasons: tuple[Reason, ...]
    waiting_for: tuple[str, ...] = ()
    direction: Direction | None = None
    licence: str | None = None
    decided_by: str | None = None
    note: str | None = None
    conclusion: Concluded | None = None
    deadline: date | None = None
    kept_until: date | None = None
    opened_at: datetime
    updated_at: datetime


class LicenceView(Frozen):
    """A licence as its holder sees it, with the texts, and the link below the API's address, by which anyone can verify it."""

    number: str
    name: str
    status: LicenceStatus
    holder: Holder
    organ: str
    contents: tuple[Line, ...]
    statement: str | None = None
    issued_on: date
    valid_until: date | None = None
    ended_on: date | None = None
    successor: str | None = None
    code: str
    qr: str
    verification: str


def view(model: Frozen) -> dict[str, Any]:
    """A view as JSON values, without what is empty."""
    return model.model_dump(mode="json", exclude_none=True)


def reason(verdict: Verdict) -> Reason:
    """A verdict in words."""
    return Reason(
        condition=verdict.condition,
        title=verdict.title or "",
        effect=verdict.effect.value if verdict.effect else "unknown",
        says=_says(verdict),
        cure=verdict.cure or "",
        basis=verdict.basis,
        missing=verdict.missing,
        compared=verdict.compared,
        graded=verdict.graded,
    )


def _says(verdict: Verdict) -> str:
    if verdict.truth is Truth.UNKNOWN and verdict.effect is None:
        return f"{'、'.join(verdict.missing)}暂无可用数据，未能核验" if verdict.missing else "自动核验未能完成，需要人工核查"
    return verdict.says or ""


def case_view(case: Case, published: Published | None = None) -> CaseView:
    """A case in words; with its form where an edition is given to read it by."""
    return CaseView(
        case=case.id,
        matter=case.matter,
        matter_name=case.matter_name,
        status=case.status,
        organ=case.organ,
        situation=case.situation,
        applicant=case.party.name,
        form=shown(published.matter.fields, case.filled) if published else None,
        reasons=tuple(reason(verdict) for verdict in case.reasons),
        waiting_for=case.waiting_for,
        direction=case.direction,
        licence=case.licence,
        decided_by=case.decided_by,
        note=case.reason,
        conclusion=case.conclusion,
        deadline=case.deadline,
        kept_until=case.kept_until,
        opened_at=case.opened_at,
        updated_at=case.updated_at,
    )


def licence_view(licence: Licence, today: date) -> LicenceView:
    """A licence in words, as it stands today."""
    terms = licence.terms
    return LicenceView(
        number=licence.number,
        name=terms.name,
        status=licence.status_on(today),
        holder=terms.holder,
        organ=terms.organ.name,
        contents=terms.contents,
        statement=terms.statement,
        issued_on=terms.issued_on,
        valid_until=terms.valid_until,
        ended_on=licence.ended_on,
        successor=licence.successor,
        code=licence.code,
        qr=licence.qr,
        verification=f"/v1/public/licences/{licence.number}/{licence.code}",
    )
