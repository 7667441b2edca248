"""What may be done to a case, and what then happened: guards first, events after."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from miaoban.case.case import Case, Status
from miaoban.case.errors import CaseStateError, OpinionsMissingError
from miaoban.case.events import (
    Asked,
    CaseEvent,
    Corrected,
    Disputed,
    Handed,
    Judged,
    Opening,
    Opined,
    Submitted,
    Upheld,
    Withdrawn,
)
from miaoban.decision.facts import LAW_TIME
from miaoban.decision.outcome import Outcome

WORDS = {
    Status.APPROVED: "已办结（准予）",
    Status.REFUSED: "已办结（不予）",
    Status.REDIRECTED: "已办结（告知）",
    Status.WITHDRAWN: "已撤回",
    Status.CORRECTING: "待补正",
    Status.WAITING: "等待部门数据",
    Status.REVIEWING: "人工核查中",
}


def submit(opening: Opening, judged: Judged) -> tuple[CaseEvent, ...]:
    """Open a case and decide it."""
    return (Submitted(at=judged.at, opening=opening), judged)


def correct(case: Case, form: Mapping[str, Any], judged: Judged) -> tuple[CaseEvent, ...]:
    """Take the one correction and decide again; raises CaseStateError when none is asked for."""
    _require(case, "补正", Status.CORRECTING)
    return (Corrected(at=judged.at, form=form), judged)


def resume(case: Case, judged: Judged) -> tuple[CaseEvent, ...]:
    """Decide again because a source has spoken; nothing happens while the case waits for the same sources."""
    if case.status is not Status.WAITING or (judged.outcome is Outcome.WAITING and judged.waiting_for == case.waiting_for):
        return ()
    return (judged,)


def review(case: Case, judged: Judged) -> tuple[CaseEvent, ...]:
    """Take a person's decision; raises CaseStateError when the case is not with a person, OpinionsMissingError.

    Opinions that are missing are waited for, unless all of them are late and the decision says why it goes on without.
    """
    _require(case, "作出人工决定", Status.REVIEWING)
    today = judged.at.astimezone(LAW_TIME).date()
    early = [one for one in case.missing if one.deadline is not None and today <= one.deadline]
    if early:
        until = "、".join(f"{one.by}（期限到 {one.deadline}）" for one in early)
        raise OpinionsMissingError(f"{until}还没有出具意见，请等意见到齐以后再决定")
    if case.missing and judged.without is None:
        names = "、".join(one.by for one in case.missing)
        raise OpinionsMissingError(f"{names}逾期没有出具意见，请催办，或者在 without_opinions 中写明不再等待的理由")
    return (judged,)


def opine(case: Case, opined: Opined) -> tuple[CaseEvent, ...]:
    """Take a department's opinion; raises CaseStateError when the case is not with a person, or nothing is missing from it."""
    _require(case, "出具意见", Status.REVIEWING)
    if opined.department not in {one.department for one in case.missing}:
        raise CaseStateError("这个部门没有待出具的意见，请刷新任务列表")
    return (opined,)


def end_wait(case: Case, now: datetime, deadline: date | None, asked: tuple[Asked, ...] = ()) -> tuple[CaseEvent, ...]:
    """Hand a case to a person whose wait is over; nothing happens to any other."""
    if case.status is not Status.WAITING:
        return ()
    return (Handed(at=now, why="wait-ended", deadline=deadline, asked=asked),)


def lapse(case: Case, now: datetime) -> tuple[CaseEvent, ...]:
    """Treat a case as withdrawn whose correction did not come in time; nothing happens to any other."""
    if case.status is not Status.CORRECTING:
        return ()
    return (Withdrawn(at=now, why="correction-lapsed"),)


def ask_for_person(case: Case, now: datetime, deadline: date | None, asked: tuple[Asked, ...] = ()) -> tuple[CaseEvent, ...]:
    """Hand a case to a person at the applicant's wish (个人信息保护法 art. 24)."""
    _require(case, "转人工", Status.WAITING, Status.CORRECTING, Status.REFUSED)
    return (Handed(at=now, why="asked-for-person", deadline=deadline, asked=asked),)


def withdraw(case: Case, now: datetime, reason: str | None) -> tuple[CaseEvent, ...]:
    """Withdraw an open case."""
    _require(case, "撤回", Status.WAITING, Status.CORRECTING, Status.REVIEWING)
    return (Withdrawn(at=now, why="by-applicant", reason=reason),)


def dispute(case: Case, disputed: Disputed) -> tuple[CaseEvent, ...]:
    """Dispute a value, once at a time; raises CaseStateError for a case that was approved, led elsewhere or withdrawn."""
    _require(case, "提出异议", Status.WAITING, Status.CORRECTING, Status.REVIEWING, Status.REFUSED)
    if case.dispute is not None:
        raise CaseStateError("这个办件已经有一项异议在等部门答复，请等答复以后再提")
    return (disputed,)


def uphold(case: Case, upheld: Upheld) -> tuple[CaseEvent, ...]:
    """Uphold what is disputed; raises CaseStateError when nothing is."""
    if case.dispute is None:
        raise CaseStateError("这个办件没有待答复的异议，请刷新列表")
    return (upheld,)


def _require(case: Case, what: str, *statuses: Status) -> None:
    if case.status not in statuses:
        raise CaseStateError(f"办件现在的状态是“{WORDS[case.status]}”，不能{what}，请刷新后查看最新状态")
