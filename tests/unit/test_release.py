"""Releases: who may do what at which stage, and a state that is nothing but its events."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from miaoban.catalogue import releasing
from miaoban.catalogue.errors import FourEyesError, ReleaseError, ReleaseRefusedError, ReleaseStateError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.publication import Pointer
from miaoban.catalogue.release import Activated, Drafted, Later, Release, ReleaseEvent, Stage, evolve, fold
from tests import kit

NOW = kit.NOW
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)
ONE, TWO = "steward-1", "steward-2"
DIGEST = "sha256:1"
FINDINGS = (
    Finding(code="example-fails", says="examples/x.yaml：不符"),
    Finding(code="basis-missing", says="matter.yaml：缺少"),
)
IN_FORCE = Pointer(matter=kit.GRAIN, version=3, digest="sha256:0", effective_from=NOW, release="r-0")


def drafted(*findings: Finding) -> Release:
    begun = Drafted(
        at=NOW, by=ONE, release="r-1", matter=kit.GRAIN, name="粮食收购企业备案", digest=DIGEST, effective_from=SOON
    )
    return fold(None, releasing.draft(begun, findings, 40))


def checked() -> Release:
    return drafted()


def proposed() -> Release:
    return fold(checked(), releasing.propose(checked(), ONE, IN_FORCE, NOW))


def published() -> Release:
    return fold(proposed(), releasing.confirm(proposed(), TWO, IN_FORCE, NOW))


def effective() -> Release:
    return fold(published(), releasing.activate(published(), IN_FORCE, LATER))


def retired() -> Release:
    return fold(effective(), releasing.retire(effective(), ONE, "停止办理", LATER))


STATES: dict[str, Release] = {
    "draft": drafted(*FINDINGS),
    "checked": checked(),
    "proposed": proposed(),
    "published": published(),
    "effective": effective(),
    "retired": retired(),
}

Command = Callable[[Release], tuple[Later, ...]]
COMMANDS: dict[str, Command] = {
    "propose": lambda release: releasing.propose(release, ONE, IN_FORCE, NOW),
    "confirm": lambda release: releasing.confirm(release, TWO, IN_FORCE, NOW),
    "confirm when due": lambda release: releasing.confirm(release, TWO, IN_FORCE, SOON),
    "confirm alone": lambda release: releasing.confirm(release, ONE, IN_FORCE, NOW),
    "withdraw": lambda release: releasing.withdraw(release, ONE, "再看看", NOW),
    "activate": lambda release: releasing.activate(release, IN_FORCE, SOON),
    "activate early": lambda release: releasing.activate(release, IN_FORCE, SOON - timedelta(seconds=1)),
    "supersede": lambda release: releasing.supersede(release, LATER),
    "retire": lambda release: releasing.retire(release, ONE, "停止办理", LATER),
}
NOTHING = ()
ALLOWED: dict[str, tuple[dict[str, Stage], type[ReleaseError] | tuple[()], str]] = {
    "propose": ({"checked": Stage.CHECKED}, ReleaseStateError, "what is checked, once"),
    "confirm": ({"proposed": Stage.PUBLISHED}, ReleaseStateError, "what is proposed, by another"),
    "confirm when due": ({"proposed": Stage.EFFECTIVE}, ReleaseStateError, "its date has come"),
    "confirm alone": ({}, ReleaseStateError, "four eyes"),
    "withdraw": ({"proposed": Stage.CHECKED, "published": Stage.CHECKED}, ReleaseStateError, "until it takes effect"),
    "activate": ({"published": Stage.EFFECTIVE}, NOTHING, "the watch may come late and twice"),
    "activate early": ({}, NOTHING, "never before its date"),
    "supersede": ({"effective": Stage.RETIRED}, NOTHING, "only what is in force ends by a newer one"),
    "retire": ({"effective": Stage.RETIRED}, ReleaseStateError, "only what is in force"),
}
TABLE = [
    (name, state, leads.get(state), otherwise, reason)
    for name, (leads, otherwise, reason) in ALLOWED.items()
    for state in STATES
    if (name, state) not in {("propose", "draft"), ("confirm alone", "proposed")}
]


@pytest.mark.parametrize("line", TABLE, ids=[f"{line[0]}, {line[1]}" for line in TABLE])
def test_a_command_at_a_stage(line: tuple[str, str, Stage | None, type[ReleaseError] | tuple[()], str]) -> None:
    name, state, leads, otherwise, reason = line
    release = STATES[state]
    if leads is not None:
        assert fold(release, COMMANDS[name](release)).stage is leads, reason
    elif isinstance(otherwise, tuple):
        assert COMMANDS[name](release) == (), reason
    else:
        with pytest.raises(otherwise, match=r"，.*请?") as refusal:
            COMMANDS[name](release)
        assert refusal.value.code == "release-state", reason


def test_four_eyes() -> None:
    with pytest.raises(FourEyesError, match="提出发布的人不能确认，请由另一名"):
        COMMANDS["confirm alone"](proposed())


def test_a_draft_with_findings_is_refused_with_all_of_them() -> None:
    with pytest.raises(ReleaseRefusedError) as refusal:
        COMMANDS["propose"](drafted(*FINDINGS))
    assert [problem.code for problem in refusal.value.problems] == ["example-fails", "basis-missing"]


def test_what_is_in_force_already_needs_no_release() -> None:
    same = IN_FORCE.model_copy(update={"digest": DIGEST})
    with pytest.raises(ReleaseStateError, match="第 3 版完全相同，无需发布"):
        releasing.propose(checked(), ONE, same, NOW)
    again = same.model_copy(update={"retired": "停止办理"})
    assert releasing.propose(checked(), ONE, again, NOW), "a retired matter may come back as it was"


def test_who_confirms_confirms_the_change_that_was_proposed() -> None:
    newer = IN_FORCE.model_copy(update={"version": 4})
    with pytest.raises(ReleaseStateError, match="另一个版本生效，请撤回后按最新版本重新提出"):
        releasing.confirm(proposed(), TWO, newer, NOW)


def test_a_withdrawn_release_needs_two_people_again() -> None:
    back = fold(published(), releasing.withdraw(published(), TWO, "再看看", NOW))
    assert (back.proposer, back.confirmer, back.base) == (None, None, None)
    with pytest.raises(ReleaseStateError, match="还没有人提出"):
        releasing.confirm(back, TWO, IN_FORCE, NOW)
    assert fold(back, releasing.propose(back, TWO, IN_FORCE, NOW)).proposer == TWO


@pytest.mark.parametrize(("pointer", "version", "reason"), [(None, 1, "the first"), (IN_FORCE, 4, "the next")])
def test_versions_count_from_what_is_in_force(pointer: Pointer | None, version: int, reason: str) -> None:
    release = fold(checked(), releasing.propose(checked(), ONE, pointer, NOW))
    events = releasing.confirm(release, TWO, pointer, SOON)
    assert [event.version for event in events if isinstance(event, Activated)] == [version], reason


@pytest.mark.parametrize("state", STATES)
def test_a_release_is_nothing_but_its_events(state: str) -> None:
    release = STATES[state]
    events: tuple[ReleaseEvent, ...] = release.history
    assert fold(None, events) == release
    assert Release.read(release.text()) == release


def test_a_release_begins_with_its_draft() -> None:
    with pytest.raises(ValueError, match="begins with its draft"):
        evolve(None, Activated(at=NOW, version=1))
    with pytest.raises(ValueError, match="no release"):
        fold(None, ())
