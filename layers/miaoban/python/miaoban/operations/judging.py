"""Judging: the event that a ruling makes of a case, by machine or by a person."""

from datetime import date
from typing import Final

from miaoban.case.events import Judged, WaitedRecord
from miaoban.decision.outcome import Outcome
from miaoban.decision.receipt import MACHINE
from miaoban.operations.consulting import consulted
from miaoban.operations.gathering import waited
from miaoban.operations.licensing import Licensed, license_
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services, deadline
from miaoban.operations.uploads import waited as waited_files

_RUNNING: Final = {Outcome.CORRECTING: "correction", Outcome.WAITING: "wait", Outcome.REVIEWING: "review"}
"""The limit that runs while a case is open."""


def licensed(services: Services, ruling: Ruling) -> Licensed | None:
    """The licence that an approval brings; None for every other outcome."""
    return license_(services, ruling) if ruling.receipt.outcome is Outcome.APPROVED else None


def judged(ruling: Ruling, licence: Licensed | None, without: str | None = None) -> Judged:
    """What was decided, until when something may still come, and perhaps why it was decided without late opinions."""
    decision, receipt, last = ruling.decision, ruling.receipt, _deadline(ruling)
    waiting, reviewing = receipt.outcome is Outcome.WAITING, receipt.outcome is Outcome.REVIEWING
    return Judged(
        at=ruling.facts.now,
        by=receipt.decided_by,
        outcome=receipt.outcome,
        reasons=decision.reasons,
        waiting_for=decision.waiting_for if waiting else (),
        waiting_on=_waited(ruling) if waiting else (),
        direction=decision.direction if receipt.decided_by == MACHINE else None,
        licence=licence.number if licence else None,
        valid_until=licence.valid_until if licence else None,
        receipt=ruling.receipt_digest,
        reason=receipt.reason,
        conclusion=receipt.conclusion,
        deadline=last,
        filled=ruling.form,
        asked=consulted(ruling.filing, ruling.form, ruling.facts.now, last) if reviewing else (),
        without=without,
    )


def _waited(ruling: Ruling) -> tuple[WaitedRecord, ...]:
    names, uploads = ruling.decision.waiting_for, ruling.facts.uploads or {}
    return (*waited(ruling.gathered, names), *waited_files(ruling.files, uploads, names))


def _deadline(ruling: Ruling) -> date | None:
    name = _RUNNING.get(ruling.receipt.outcome)
    if name is None:
        return None
    filing = ruling.filing
    limits = filing.situation.limits(filing.published.matter.limits_in(filing.organ.region), ruling.form)
    return deadline(ruling.facts.now, getattr(limits, name))
