"""Releases: who may do what at which stage, and a state that is nothing but its events."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from miaoban.catalogue import releasing
from miaoban.catalogue.errors import FourEyesError, ReleaseError, ReleaseRefusedError, ReleaseStateError, ShadowMissingError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.publication import Pointer
from miaoban.catalogue.release import Activated, Drafted, Later, Release, ReleaseEvent, Stage, evolve, fold
from miaoban.catalogue.shadow_run import NAMED, Shadowed, Tally
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
    return fold(proposed(), releasing.confirm(proposed(), TWO, IN_FORCE, NOW, decided=False))


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
    "confirm": lambda release: releasing.confirm(release, TWO, IN_FORCE, NOW, decided=False),
    "confirm when due": lambda release: releasing.confirm(release, TWO, IN_FORCE, SOON, decided=False),
    "confirm alone": lambda release: releasing.confirm(release, ONE, IN_FORCE, NOW, decided=False),
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
        releasing.confirm(proposed(), TWO, newer, NOW, decided=False)


def test_a_withdrawn_release_needs_two_people_again() -> None:
    back = fold(published(), releasing.withdraw(published(), TWO, "再看看", NOW))
    assert (back.proposer, back.confirmer, back.base) == (None, None, None)
    with pytest.raises(ReleaseStateError, match="还没有人提出"):
        releasing.confirm(back, TWO, IN_FORCE, NOW, decided=False)
    assert fold(back, releasing.propose(back, TWO, IN_FORCE, NOW)).proposer == TWO


def tried(examined: int, base: int = 3, digest: str = DIGEST) -> Shadowed:
    """A shadow run, as a release keeps it."""
    return Shadowed(at=NOW, by=ONE, digest=digest, base=base, tally=Tally(examined=examined, same=examined))


SHADOWS = [
    (tried(7), True, [], "made over what was decided"),
    (None, True, None, "none, and there are decisions"),
    (tried(0), True, None, "made when nothing was decided yet"),
    (tried(7, base=2), True, None, "made against another version"),
    (tried(7, digest="sha256:9"), True, None, "made under another content"),
    (None, False, [0], "nothing decided: confirming states it"),
    (tried(0), False, [], "nothing decided, which is stated already"),
    (tried(0, base=2), False, [0], "stated of another version: stated anew"),
]


@pytest.mark.parametrize(("run", "decided", "stated", "reason"), SHADOWS, ids=[row[-1] for row in SHADOWS])
def test_nobody_confirms_without_a_shadow_run_over_what_was_decided(
    run: Shadowed | None,
    decided: bool,  # noqa: FBT001 (a column of the table)
    stated: list[int] | None,
    reason: str,
) -> None:
    release = evolve(proposed(), run) if run else proposed()
    if stated is None:
        with pytest.raises(ShadowMissingError, match=r"请先调用 POST /v1/releases/.*/shadow") as refusal:
            releasing.confirm(release, TWO, IN_FORCE, NOW, decided=decided)
        assert refusal.value.code == "shadow-missing", reason
        return
    events = releasing.confirm(release, TWO, IN_FORCE, NOW, decided=decided)
    assert [event.tally.examined for event in events if isinstance(event, Shadowed)] == stated, reason
    kept = fold(release, events).shadow
    assert kept is not None
    assert (kept.digest, kept.base) == (DIGEST, IN_FORCE.version)


def test_a_tally_adds_older_pages_and_names_so_many_cases() -> None:
    newest = Tally(examined=150, otherwise=150, cases=tuple(f"a{n}" for n in range(150)), until=LATER, newest="a0")
    older = Tally(
        examined=100, same=10, otherwise=80, unknown=5, cases=tuple(f"b{n}" for n in range(80)), until=NOW, newest="b0"
    )
    both = Tally().plus(newest).plus(older)
    assert (both.examined, both.same, both.otherwise, both.unknown) == (250, 10, 230, 5)
    assert (len(both.cases), both.cases[-1]) == (NAMED, f"b{NAMED - 151}")
    assert (both.until, both.newest) == (LATER, "a0")


@pytest.mark.parametrize(("pointer", "version", "reason"), [(None, 1, "the first"), (IN_FORCE, 4, "the next")])
def test_versions_count_from_what_is_in_force(pointer: Pointer | None, version: int, reason: str) -> None:
    release = fold(checked(), releasing.propose(checked(), ONE, pointer, NOW))
    events = releasing.confirm(release, TWO, pointer, SOON, decided=False)
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
