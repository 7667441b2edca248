"""Judging: the event that a ruling makes of a case, by machine or by a person."""

from datetime import date

from miaoban.case.events import Judged
from miaoban.decision.outcome import Outcome
from miaoban.decision.receipt import MACHINE
from miaoban.operations.gathering import waited
from miaoban.operations.licensing import Licensed, license_
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services, deadline


def licensed(services: Services, ruling: Ruling) -> Licensed | None:
    """The licence that an approval brings; None for every other outcome."""
    return license_(services, ruling) if ruling.receipt.outcome is Outcome.APPROVED else None


def judged(ruling: Ruling, licence: Licensed | None) -> Judged:
    """What was decided, and until when something may still come."""
    decision, receipt = ruling.decision, ruling.receipt
    waiting = receipt.outcome is Outcome.WAITING
    return Judged(
        at=ruling.facts.now,
        by=receipt.decided_by,
        outcome=receipt.outcome,
        reasons=decision.reasons,
        waiting_for=decision.waiting_for if waiting else (),
        waiting_on=waited(ruling.gathered, decision.waiting_for) if waiting else (),
        direction=decision.direction if receipt.decided_by == MACHINE else None,
        licence=licence.number if licence else None,
        valid_until=licence.valid_until if licence else None,
        receipt=ruling.receipt_digest,
        reason=receipt.reason,
        conclusion=receipt.conclusion,
        deadline=_deadline(ruling),
        filled=ruling.form,
    )


def _deadline(ruling: Ruling) -> date | None:
    limits = ruling.filing.published.matter.limits_in(ruling.filing.organ.region)
    running = {Outcome.CORRECTING: limits.correction, Outcome.WAITING: limits.wait, Outcome.REVIEWING: limits.review}
    limit = running.get(ruling.receipt.outcome)
    return deadline(ruling.facts.now, limit) if limit else None
