"""Cases: every command in every status, and a state that is nothing but its events."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from miaoban.case import commands
from miaoban.case.case import OPEN, Case, Status, evolve, fold
from miaoban.case.errors import CaseOpenError, CaseStateError
from miaoban.case.events import CaseEvent, Handed, Judged, Opening, Party, Submitted, WaitedRecord, Withdrawn
from miaoban.decision.outcome import Outcome
from miaoban.evidence.privacy import Private
from tests import kit

LATER = kit.NOW + timedelta(hours=1)
DEADLINE = date(2026, 3, 5)
OPENING = Opening(
    case="211281-20260302-00000001",
    matter=kit.GRAIN,
    matter_name="粮食收购企业备案",
    version=1,
    edition="sha256:0",
    organ=kit.edition().matter.all_organs[0],
    situation={"kind": "first"},
    party=Party(owner="o", name="甄示例", number=Private(pseudonym="p", masked="2112**********9019", sealed="s")),
    form={"uscc": "91211281MAXX000158"},
)
WAITED = (WaitedRecord(source="legal-person-base", key="k"),)


def judged(outcome: Outcome, *waiting_for: str, at: Any = kit.NOW) -> Judged:
    waits = WAITED if waiting_for else ()
    return Judged(
        at=at, by="machine", outcome=outcome, waiting_for=waiting_for, waiting_on=waits, receipt="r", deadline=DEADLINE
    )


def case(status: Status) -> Case:
    if status is Status.WITHDRAWN:
        return fold(case(Status.WAITING), commands.withdraw(case(Status.WAITING), kit.NOW, "不办了"))
    waits = ("甲库",) if status is Status.WAITING else ()
    return fold(None, commands.submit(OPENING, judged(Outcome(status.value), *waits)))


REFUSED = "refused"
"""The command is refused with a sentence; nothing happens."""
NOTHING = "nothing"
"""A message that came late or twice: nothing happens, nobody is told."""

Command = Callable[[Case], tuple[CaseEvent, ...]]
COMMANDS: dict[str, Command] = {
    "correct": lambda case: commands.correct(case, {"uscc": "x"}, judged(Outcome.APPROVED, at=LATER)),
    "resume": lambda case: commands.resume(case, judged(Outcome.APPROVED, at=LATER)),
    "resume in vain": lambda case: commands.resume(case, judged(Outcome.WAITING, "甲库", at=LATER)),
    "resume, next source": lambda case: commands.resume(case, judged(Outcome.WAITING, "乙库", at=LATER)),
    "review": lambda case: commands.review(case, judged(Outcome.REFUSED, at=LATER)),
    "end wait": lambda case: commands.end_wait(case, LATER, DEADLINE),
    "lapse": lambda case: commands.lapse(case, LATER),
    "ask for person": lambda case: commands.ask_for_person(case, LATER, DEADLINE),
    "withdraw": lambda case: commands.withdraw(case, LATER, "不办了"),
}
ALLOWED: dict[str, tuple[dict[Status, Status], str, str]] = {
    "correct": ({Status.CORRECTING: Status.APPROVED}, REFUSED, "only what was asked for"),
    "resume": ({Status.WAITING: Status.APPROVED}, NOTHING, "records arrive late and twice"),
    "resume in vain": ({}, NOTHING, "still the same wait"),
    "resume, next source": ({Status.WAITING: Status.WAITING}, NOTHING, "it now waits for another"),
    "review": ({Status.REVIEWING: Status.REFUSED}, REFUSED, "a person decides what lies with a person"),
    "end wait": ({Status.WAITING: Status.REVIEWING}, NOTHING, "the watch may come late"),
    "lapse": ({Status.CORRECTING: Status.WITHDRAWN}, NOTHING, "the watch may come late"),
    "ask for person": (
        {Status.WAITING: Status.REVIEWING, Status.CORRECTING: Status.REVIEWING, Status.REFUSED: Status.REVIEWING},
        REFUSED,
        "a refusal by machine too (个人信息保护法 art. 24)",
    ),
    "withdraw": (
        {Status.WAITING: Status.WITHDRAWN, Status.CORRECTING: Status.WITHDRAWN, Status.REVIEWING: Status.WITHDRAWN},
        REFUSED,
        "while it is open",
    ),
}
TABLE = [
    (name, status, leads.get(status), otherwise, reason)
    for name, (leads, otherwise, reason) in ALLOWED.items()
    for status in Status
]


@pytest.mark.parametrize(("name", "status", "leads_to", "otherwise", "reason"), TABLE)
def test_every_command_in_every_status(name: str, status: Status, leads_to: Status | None, otherwise: str, reason: str) -> None:
    before = case(status)
    if leads_to is not None:
        after = fold(before, COMMANDS[name](before))
        assert (after.status, after.updated_at) == (leads_to, LATER), reason
        assert after.events > before.events
    elif otherwise == NOTHING:
        assert COMMANDS[name](before) == (), reason
    else:
        with pytest.raises(CaseStateError, match=f"办件现在的状态是“{commands.WORDS[status]}”.*请"):
            pytest.fail(f"{COMMANDS[name](before)} accepted: {reason}")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_comes_twice_changes_nothing_more(name: str) -> None:
    for status in Status:
        once = _tried(name, case(status))
        assert _tried(name, once) == once, status


def _tried(name: str, before: Case) -> Case:
    try:
        events = COMMANDS[name](before)
    except CaseStateError:
        return before
    return fold(before, events) if events else before


def test_a_wait_resumed_twice_for_the_same_source_writes_once() -> None:
    waiting = case(Status.WAITING)
    other = judged(Outcome.WAITING, "乙库", at=LATER)
    moved = fold(waiting, commands.resume(waiting, other))
    assert commands.resume(moved, other) == ()


def test_a_case_is_its_events() -> None:
    opened = case(Status.CORRECTING)
    events = commands.correct(opened, {"uscc": "new"}, judged(Outcome.REVIEWING, at=LATER))
    after = fold(opened, events)
    assert after.form == {"uscc": "new"}
    assert (after.corrected, after.events, after.receipts) == (True, 4, 2)
    assert (after.opened_at, after.updated_at) == (kit.NOW, LATER)
    assert fold(None, [*commands.submit(OPENING, judged(Outcome.CORRECTING)), *events]) == after


def test_a_handed_case_waits_for_nobody_but_a_person() -> None:
    handed = fold(case(Status.WAITING), commands.end_wait(case(Status.WAITING), LATER, DEADLINE))
    assert (handed.status, handed.waiting_on, handed.deadline) == (Status.REVIEWING, (), DEADLINE)
    assert handed.reason == "wait-ended"


def test_a_withdrawn_case_keeps_the_reason_and_no_deadline() -> None:
    gone = case(Status.WITHDRAWN)
    assert (gone.reason, gone.deadline, gone.waiting_on, gone.is_open) == ("不办了", None, (), False)
    lapsed = fold(case(Status.CORRECTING), commands.lapse(case(Status.CORRECTING), LATER))
    assert lapsed.reason == "correction-lapsed"


def test_open_and_closed() -> None:
    assert {status for status in Status if case(status).is_open} == set(OPEN)
    assert set(Status) - OPEN == {Status.APPROVED, Status.REFUSED, Status.REDIRECTED, Status.WITHDRAWN}
    assert issubclass(CaseOpenError, CaseStateError)


@pytest.mark.parametrize("event", [judged(Outcome.APPROVED), Handed(at=kit.NOW, why="wait-ended")])
def test_a_case_begins_with_its_submission(event: CaseEvent) -> None:
    with pytest.raises(ValueError, match="begins with its submission"):
        evolve(None, event)
    with pytest.raises(ValueError, match="no events"):
        fold(None, ())


EVENTS = [
    Submitted(at=kit.NOW, opening=OPENING),
    judged(Outcome.WAITING, "甲库"),
    *commands.correct(case(Status.CORRECTING), {"uscc": "x"}, judged(Outcome.APPROVED)),
    Handed(at=kit.NOW, why="asked-for-person", deadline=DEADLINE),
    Withdrawn(at=kit.NOW, why="by-applicant", reason="不办了"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.kind))
def test_an_event_is_read_back_as_it_was_written(event: CaseEvent) -> None:
    assert TypeAdapter[CaseEvent](CaseEvent).validate_json(event.text()) == event


@pytest.mark.parametrize("status", Status)
def test_a_case_is_read_back_as_it_was_written(status: Status) -> None:
    assert Case.read(case(status).text()) == case(status)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(COMMANDS)), max_size=8))
def test_whatever_is_tried_the_history_tells_the_state(names: list[str]) -> None:
    """Any row of commands, refused ones included, leaves a case that its events alone give again."""
    events: list[CaseEvent] = list(commands.submit(OPENING, judged(Outcome.WAITING, "甲库")))
    now = fold(None, events)
    for name in names:
        try:
            more = COMMANDS[name](now)
        except CaseStateError:
            continue
        events += more
        now = fold(now, more)
    assert fold(None, events) == now
    assert now.events == len(events)
    assert now.receipts == sum(isinstance(event, Judged) for event in events)
