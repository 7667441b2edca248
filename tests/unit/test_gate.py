"""The gate of a source: its quota whatever the interleaving, its breaker whatever the source does, clocks that differ."""

from datetime import timedelta
from itertools import pairwise
from typing import Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miaoban.catalogue.asking import Asking, Breaker, Quota
from miaoban.evidence.gate import LEASE, LONGEST_ASKED, LONGEST_OPEN, WINDOWS, Gate, Outcome, State, admit, settled
from tests.kit import NOW

SECOND: Final = timedelta(seconds=1)
FRESH: Final = Gate(source="population-base")
LATER: Final = timedelta(days=1)


def asking(n: int = 1000, per: Literal["second", "minute", "hour"] = "minute", failures: int = 3, rest: int = 30) -> Asking:
    breaker = Breaker(failures=failures, open_seconds=rest)
    return Asking(timeout_seconds=2, attempts=2, quota=Quota(n=n, per=per), breaker=breaker)


def fail(gate: Gate, rules: Asking, after: timedelta = timedelta(), retry_after: timedelta | None = None) -> Gate:
    """Admit a call and let it fail, so long after NOW."""
    admission = admit(gate, rules, NOW + after)
    assert admission.granted
    return settled(admission.gate, rules, Outcome(admission.gate.turn, ok=False, retry_after=retry_after), NOW + after)


def opened(rules: Asking) -> Gate:
    gate = FRESH
    for _ in range(rules.breaker.failures):
        gate = fail(gate, rules)
    assert gate.state is State.OPEN
    return gate


@given(
    n=st.integers(1, 6),
    per=st.sampled_from(["second", "minute", "hour"]),
    moves=st.lists(st.tuples(st.integers(0, 3), st.floats(0, 0.4)), min_size=1, max_size=120),
    skews=st.lists(st.floats(-0.049, 0.049), min_size=4, max_size=4),
)
def test_no_window_holds_more_calls_than_the_quota(
    n: int, per: Literal["second", "minute", "hour"], moves: list[tuple[int, float]], skews: list[float]
) -> None:
    """Four functions, each with its own clock (within a tenth of the window of each other), in any order and pace."""
    window, gate, passed, calls = WINDOWS[per], FRESH, timedelta(), []
    for function, pause in moves:
        passed += window * pause
        admission = admit(gate, asking(n, per), NOW + passed + window * skews[function])
        gate = admission.gate
        if admission.granted:
            calls.append(passed)
    for begun in calls:
        assert sum(begun <= call < begun + window for call in calls) <= n


@given(n=st.integers(1, 50), pauses=st.lists(st.floats(0, 30), max_size=60))
def test_a_refused_call_is_granted_at_the_moment_it_is_told(n: int, pauses: list[float]) -> None:
    gate, now = FRESH, NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        admission = admit(gate, asking(n), now)
        gate = admission.gate
        if admission.retry_at is not None:
            assert now < admission.retry_at <= now + WINDOWS["minute"] * 1.2
            assert admit(gate, asking(n), admission.retry_at).granted
    assert len(gate.calls) <= 13, "the state stays small however many calls it counts"


@pytest.mark.parametrize("n", [1, 7, 50])
def test_who_always_asks_gets_most_of_the_quota(n: int) -> None:
    gate, granted = FRESH, 0
    for tick in range(3600):
        admission = admit(gate, asking(n), NOW + tick * SECOND)
        gate, granted = admission.gate, granted + admission.granted
    assert 60 * n * 0.8 <= granted <= 60 * n


Step = tuple[str, float, bool, float | None]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["admit", "settle"]),
        st.floats(0, 400),
        st.booleans(),
        st.none() | st.floats(-5, 10_000),
    ),
    max_size=80,
)


@given(steps=STEPS, skew=st.floats(-3600, 3600), rest=st.integers(1, 3600))
def test_it_is_never_stuck(steps: list[Step], skew: float, rest: int) -> None:
    """Whatever happened, and however wrong the clock was that wrote it: after the longest opening a call is granted."""
    rules, gate, now = asking(rest=rest), FRESH, NOW
    for number, (what, pause, ok, asked) in enumerate(steps):
        now += timedelta(seconds=pause)
        read = now + timedelta(seconds=skew if number % 2 else 0)
        if what == "admit":
            gate = admit(gate, rules, read).gate
        else:
            after = None if asked is None else timedelta(seconds=asked)
            gate = settled(gate, rules, Outcome(gate.turn, ok, after), read)
    gate = admit(gate, rules, now).gate
    assert admit(gate, rules, now + max(LONGEST_OPEN, LONGEST_ASKED, timedelta(seconds=rest))).granted


@given(steps=STEPS)
def test_one_probe_at_a_time(steps: list[Step]) -> None:
    """From the grant of a probe until it is settled, or its lease is over, nothing else is granted."""
    rules, gate, now = asking(failures=1), fail(FRESH, asking(failures=1)), NOW
    lease_end = None
    for what, pause, ok, _ in steps:
        now += timedelta(seconds=pause)
        under_way = gate.state is State.HALF_OPEN and lease_end is not None and now < lease_end
        if what == "admit":
            admission = admit(gate, rules, now)
            assert not (under_way and admission.granted)
            if admission.granted and admission.gate.state is State.HALF_OPEN:
                lease_end = now + timedelta(seconds=rules.timeout_seconds) + LEASE
            gate = admission.gate
        else:
            gate = settled(gate, rules, Outcome(gate.turn, ok), now)


def test_a_probe_that_succeeds_closes_the_gate_and_one_that_fails_opens_it_for_longer() -> None:
    rules = asking()
    gate = opened(rules)
    assert not admit(gate, rules, NOW + 29 * SECOND).granted
    probe = admit(gate, rules, NOW + 30 * SECOND)
    assert (probe.granted, probe.gate.state) == (True, State.HALF_OPEN)
    well = settled(probe.gate, rules, Outcome(probe.gate.turn, ok=True), NOW + 31 * SECOND)
    assert well.state is State.CLOSED
    ill = settled(probe.gate, rules, Outcome(probe.gate.turn, ok=False), NOW + 31 * SECOND)
    assert (ill.state, ill.wait) == (State.OPEN, timedelta(seconds=60))


def test_a_probe_that_never_came_back_is_replaced_and_its_late_word_ignored() -> None:
    rules = asking()
    lost = admit(opened(rules), rules, NOW + 30 * SECOND).gate
    second = admit(lost, rules, NOW + 30 * SECOND + LEASE + 2 * SECOND)
    assert second.granted
    late = settled(second.gate, rules, Outcome(lost.turn, ok=True), NOW + 40 * SECOND)
    assert late.state is State.HALF_OPEN, "the second probe is still under way"


def test_calls_from_before_the_opening_neither_close_nor_prolong_it() -> None:
    rules = asking()
    gate = opened(rules)
    assert settled(gate, rules, Outcome(0, ok=True), NOW + SECOND) == gate
    assert settled(gate, rules, Outcome(0, ok=False), NOW + SECOND) == gate


def test_failures_between_successes_open_the_gate_only_when_they_are_most() -> None:
    rules, gate = asking(), FRESH
    for ok in [False, True] * 20:
        gate = settled(gate, rules, Outcome(gate.turn, ok=ok), NOW)
    assert gate.state is State.CLOSED
    for ok in [False, False, True] * 3:
        gate = settled(gate, rules, Outcome(gate.turn, ok=ok), NOW)
    assert gate.state is State.OPEN


@pytest.mark.parametrize(
    ("asked", "expected", "reason"),
    [
        (None, None, "one failure of three, and no wish"),
        (timedelta(seconds=90), 90, "the source's wish is granted at once"),
        (timedelta(seconds=0), None, "it may be asked at once"),
        (timedelta(seconds=-9), None, "a date that has passed"),
        (timedelta(days=3), 3600, "up to the longest"),
    ],
)
def test_retry_after(asked: timedelta | None, expected: int | None, reason: str) -> None:
    gate = fail(FRESH, asking(), retry_after=asked)
    assert (gate.state is State.OPEN) == (expected is not None), reason
    if expected is not None:
        assert not admit(gate, asking(), NOW + (expected - 1) * SECOND).granted, reason
        assert admit(gate, asking(), NOW + expected * SECOND).granted, reason


def test_the_longest_wish_of_the_calls_under_way_counts() -> None:
    rules = asking()
    gate = fail(FRESH, rules, retry_after=SECOND)
    gate = settled(gate, rules, Outcome(0, ok=False, retry_after=60 * SECOND), NOW)
    gate = settled(gate, rules, Outcome(0, ok=False, retry_after=5 * SECOND), NOW)
    assert not admit(gate, rules, NOW + 59 * SECOND).granted


def flapping(rules: Asking, up: timedelta, hours: int) -> list[timedelta]:
    """The moments at which a source is asked that answers for so long after each probe, and then fails, asked each second."""
    gate, answers_until, calls = opened(rules), timedelta(), []
    for tick in range(hours * 3600):
        passed = tick * SECOND
        admission = admit(gate, rules, NOW + passed)
        gate = admission.gate
        if not admission.granted:
            continue
        calls.append(passed)
        if gate.state is State.HALF_OPEN:
            answers_until = passed + up
        gate = settled(gate, rules, Outcome(gate.turn, ok=passed <= answers_until), NOW + passed)
    return calls


def test_a_flapping_source_is_not_hammered() -> None:
    calls = flapping(asking(), up=timedelta(), hours=6)
    gaps = [later - earlier for earlier, later in pairwise(calls) if later - earlier > 2 * SECOND]
    assert gaps[-1] == max(gaps) <= LONGEST_OPEN + 2 * SECOND, "openings grow, and not beyond the longest"
    assert gaps[-1] >= LONGEST_OPEN
    assert len(calls) < 6 * 3600 / 150, "four calls each quarter of an hour, in place of one a second"


def test_a_source_that_stays_well_starts_afresh() -> None:
    rules = asking()
    probe = admit(opened(rules), rules, NOW + 30 * SECOND).gate
    gate = settled(probe, rules, Outcome(probe.turn, ok=True), NOW + 30 * SECOND)
    soon = settled(gate, rules, Outcome(gate.turn, ok=True), NOW + 59 * SECOND)
    assert soon.trips == 1, "on probation as long as it was left alone"
    steady = settled(gate, rules, Outcome(gate.turn, ok=True), NOW + 60 * SECOND)
    assert (steady.trips, steady.until) == (0, None)


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=80), timedelta(minutes=5), timedelta(hours=2)])
def test_a_clock_that_is_ahead_closes_the_source_for_no_longer(ahead: timedelta) -> None:
    rules = asking()
    gate = FRESH
    for _ in range(3):
        gate = settled(gate, rules, Outcome(gate.turn, ok=False), NOW + ahead)
    assert (refused := admit(gate, rules, NOW)).retry_at == NOW + 30 * SECOND
    assert admit(refused.gate, rules, NOW + 30 * SECOND).granted


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=80), timedelta(minutes=5), timedelta(hours=2)])
def test_calls_counted_by_a_clock_that_is_ahead_count_no_longer(ahead: timedelta) -> None:
    rules = asking(n=1)
    gate = admit(FRESH, rules, NOW + ahead).gate
    refused = admit(gate, rules, NOW)
    assert refused.retry_at == NOW + WINDOWS["minute"] * 1.2
    assert admit(refused.gate, rules, refused.retry_at).granted


def test_calls_counted_by_a_slow_clock_count_for_a_fast_one_until_they_are_over() -> None:
    """Two calls counted together by a clock 4.9 % of the window behind, the second late in its part; read by one ahead."""
    rules, window = asking(n=2), WINDOWS["minute"]
    slow, fast = NOW - window * 0.049, NOW + window * 0.049
    gate = admit(admit(FRESH, rules, slow).gate, rules, slow + window * 0.09).gate
    assert not admit(gate, rules, fast + window * 1.05).granted, "the first is over, the second is not"
    assert admit(gate, rules, fast + window * 1.2).granted


def test_a_success_of_a_steady_source_changes_nothing_to_write() -> None:
    admitted = admit(FRESH, asking(), NOW).gate
    assert settled(admitted, asking(), Outcome(admitted.turn, ok=True), NOW + LATER) == admitted


def test_the_state_is_stored_as_it_is() -> None:
    gate = opened(asking())
    assert Gate.read(gate.text()) == gate
