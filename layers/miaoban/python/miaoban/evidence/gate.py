"""The gate (闸门) of a source that is asked: its quota and its circuit breaker in one state that all functions share.

The state is one item, written with its version, so that whoever admits a call has seen all calls admitted before. Clocks that
differ by less than a tenth of the quota's window change nothing; one that is wrong by more delays or hastens some calls, and
never closes a source for longer than it says: a moment that lies beyond what could have been written is pulled back.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from miaoban.catalogue.asking import Asking, Quota
from miaoban.models import Frozen

WINDOWS: Final = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
PARTS: Final = 10
LONGEST_OPEN: Final = timedelta(minutes=15)
"""Openings that follow each other double up to this, unless the source's own `open_seconds` is longer."""
LONGEST_ASKED: Final = timedelta(hours=1)
"""What a source asks for (Retry-After) is granted up to this."""
LEASE: Final = timedelta(seconds=5)
"""Beyond its timeout, how long a probe may be under way before another may be sent in its place."""

_DOUBLINGS: Final = 12
_ZERO: Final = timedelta(0)

Model = TypeVar("Model", bound=Frozen)


class State(StrEnum):
    """Closed lets calls through, open lets none, half-open waits for the one call that tries the source."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Calls(Frozen):
    """How many calls were admitted within a tenth of the window from this moment."""

    since: datetime
    count: int


class Gate(Frozen):
    """The state of a source's gate.

    `until` ends what `wait` began: an opening, the lease of a probe, or the probation of a source that is asked again.
    `failures` are those not yet made good, `trips` the openings since the source was last steady, `turn` counts probes;
    `claim` is who wrote it.
    """

    source: str
    state: State = State.CLOSED
    calls: tuple[Calls, ...] = ()
    failures: int = 0
    trips: int = 0
    turn: int = 0
    until: datetime | None = None
    wait: timedelta = _ZERO
    claim: str | None = None


class Admission(NamedTuple):
    """The gate after a request for a call, which is granted unless it says when to ask again."""

    gate: Gate
    retry_at: datetime | None = None

    @property
    def granted(self) -> bool:
        """Whether the call may be made; `gate.turn` goes into its outcome."""
        return self.retry_at is None


class Outcome(NamedTuple):
    """What came of a call that was admitted in this turn; `retry_after` is what the source asked for."""

    turn: int
    ok: bool
    retry_after: timedelta | None = None


def admit(gate: Gate, asking: Asking, now: datetime) -> Admission:
    """Ask for one call; write the gate if it changed, before the call is made."""
    gate = _recent(_pulled_back(gate, now), asking.quota, now)
    if gate.state is not State.CLOSED and gate.until is not None and now < gate.until:
        return Admission(gate, gate.until)
    room_at = _room_at(gate.calls, asking.quota)
    if room_at is not None:
        return Admission(gate, room_at)
    admitted = gate if gate.state is State.CLOSED else _probing(gate, asking, now)
    return Admission(_changed(admitted, calls=_counted(gate.calls, asking.quota, now)))


def settled(gate: Gate, asking: Asking, outcome: Outcome, now: datetime) -> Gate:
    """The gate after a call; what comes too late to tell of the source as it is now changes nothing."""
    gate = _pulled_back(gate, now)
    if gate.state is State.OPEN:
        return _prolonged(gate, outcome, now)
    if outcome.turn != gate.turn:
        return gate
    return _succeeded(gate, asking, now) if outcome.ok else _failed(gate, asking, outcome, now)


def _succeeded(gate: Gate, asking: Asking, now: datetime) -> Gate:
    """A success makes one failure good; that of a probe begins the probation, as long as the last opening."""
    if gate.state is State.HALF_OPEN:
        probation = _planned(asking, gate.trips)
        return _changed(gate, state=State.CLOSED, failures=0, until=now + probation, wait=probation)
    failures = max(gate.failures - 1, 0)
    if gate.until is not None and now >= gate.until:
        return _changed(gate, failures=failures, trips=0, until=None, wait=_ZERO)
    return _changed(gate, failures=failures)


def _failed(gate: Gate, asking: Asking, outcome: Outcome, now: datetime) -> Gate:
    asked = _asked(outcome)
    failures = gate.failures + 1
    if gate.state is State.HALF_OPEN or failures >= asking.breaker.failures:
        trips = gate.trips + 1
        return _opened(_changed(gate, failures=0, trips=trips), max(_planned(asking, trips), asked), now)
    counted = _changed(gate, failures=failures)
    return _opened(counted, asked, now) if asked else counted


def _opened(gate: Gate, wait: timedelta, now: datetime) -> Gate:
    return _changed(gate, state=State.OPEN, until=now + wait, wait=wait)


def _prolonged(gate: Gate, outcome: Outcome, now: datetime) -> Gate:
    """Calls that were under way as the gate opened may still bring a longer wish of the source."""
    asked = _asked(outcome)
    longer = bool(asked) and (gate.until is None or now + asked > gate.until)
    return _opened(gate, asked, now) if longer else gate


def _probing(gate: Gate, asking: Asking, now: datetime) -> Gate:
    lease = timedelta(seconds=asking.timeout_seconds) + LEASE
    return _changed(gate, state=State.HALF_OPEN, turn=gate.turn + 1, until=now + lease, wait=lease)


def _planned(asking: Asking, trips: int) -> timedelta:
    first = timedelta(seconds=asking.breaker.open_seconds)
    return min(first * (1 << min(max(trips - 1, 0), _DOUBLINGS)), max(LONGEST_OPEN, first))


def _asked(outcome: Outcome) -> timedelta:
    return min(max(outcome.retry_after or _ZERO, _ZERO), LONGEST_ASKED)


def _pulled_back(gate: Gate, now: datetime) -> Gate:
    """The gate with its moments as they can be: what was written had happened by now, whatever clock it was written with."""
    calls = tuple(call if call.since <= now else _changed(call, since=now) for call in gate.calls)
    return _changed(gate, calls=calls, until=gate.until and min(gate.until, now + gate.wait))


def _recent(gate: Gate, quota: Quota, now: datetime) -> Gate:
    """The gate without the calls that count no more."""
    kept = _kept(quota)
    return _changed(gate, calls=tuple(call for call in gate.calls if now < call.since + kept))


def _kept(quota: Quota) -> timedelta:
    """How long calls count: the window, the part in which they are counted together, and a part for clocks that differ."""
    window = WINDOWS[quota.per]
    return window + 2 * window / PARTS


def _room_at(calls: tuple[Calls, ...], quota: Quota) -> datetime | None:
    """When one more call is within the quota, None if it is now."""
    left = sum(call.count for call in calls)
    if left < quota.n:
        return None
    for call in sorted(calls, key=lambda call: call.since):
        left -= call.count
        if left < quota.n:
            return call.since + _kept(quota)
    return None


def _counted(calls: tuple[Calls, ...], quota: Quota, now: datetime) -> tuple[Calls, ...]:
    if calls and now < calls[-1].since + WINDOWS[quota.per] / PARTS:
        return (*calls[:-1], _changed(calls[-1], count=calls[-1].count + 1))
    return (*calls, Calls(since=now, count=1))


def _changed(model: Model, **update: object) -> Model:
    return model.model_copy(update=update)
