"""Asking a source through its gate: attempts, pauses, and the one state that all functions share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from miaoban.catalogue.asking import Asking, Breaker, Quota
from miaoban.errors import MiaobanError
from miaoban.evidence import errors
from miaoban.evidence.gate import Gate, State
from miaoban.evidence.inquiry import Answered, Question, read_reply
from miaoban.memory import MemoryAsker, MemoryStore
from miaoban.operations import keys
from miaoban.operations.inquire import Desk, inquire
from miaoban.ports import ConflictError, UnavailableError
from miaoban.storage import Commit
from tests import kit

SECOND = timedelta(seconds=1)
SOURCE, KIND = "population-base", "person"
VALUES = {"number": kit.REPRESENTATIVE[1], "name": kit.REPRESENTATIVE[0]}
ASKING = Asking(timeout_seconds=2, attempts=3, quota=Quota(n=100, per="minute"), breaker=Breaker(failures=3, open_seconds=30))


def question(number: str = VALUES["number"], request: str = "0123456789ABCDEF") -> Question:
    return Question(
        source=SOURCE, kind=KIND, key={"number": number}, purpose="decide", case="211281-20260302-3K7M2P9Q", request_id=request
    )


@dataclass
class World:
    """A source that fails as planned (each fault once, None is an answer), and a clock that pauses move."""

    faults: tuple[MiaobanError | None, ...] = ()
    takes: timedelta = timedelta()
    asking: Asking = ASKING
    clock: kit.Clock = field(default_factory=kit.Clock)
    pauses: list[float] = field(default_factory=list)
    given: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = MemoryAsker(self.clock)
        self.source.put(SOURCE, KIND, ("number",), VALUES, sequence=7)
        self.services = kit.services(clock=self.clock)
        self._left: Iterator[MiaobanError | None] = iter(self.faults)

    def ask(self, question: Question, asking: Asking, seconds: float) -> Answered:
        self.given.append(seconds)
        self.clock.now += self.takes
        self.source.fault = next(self._left, None)
        return self.source.ask(question, asking, seconds)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.now += timedelta(seconds=seconds)

    def inquire(self, asked: Question | None = None) -> Answered:
        return inquire(Desk(self.services, self, self.pause, lambda: 1.0), asked or question(), self.asking)

    @property
    def gate(self) -> Gate:
        return Gate.read(self.services.store.read([keys.gate(SOURCE)])[keys.gate(SOURCE)].body)


def down() -> errors.SourceFaultError:
    return errors.SourceUnreachableError("down")


def busy(seconds: float | None) -> errors.SourceFaultError:
    return errors.SourceBusyError("busy", None if seconds is None else timedelta(seconds=seconds))


def test_an_answer() -> None:
    world = World()
    answered = world.inquire()
    assert (answered.found, answered.values, answered.sequence) == (True, VALUES, 7)
    assert (answered.issued_at, answered.fetched_at) == (kit.NOW, kit.NOW)
    assert not world.inquire(question("211202199001019024")).found
    assert sum(call.count for call in world.gate.calls) == 2


@pytest.mark.parametrize(
    ("faults", "pauses", "error", "reason"),
    [
        ((down(), None), [0.2], None, "a fault of the moment"),
        ((down(), down(), None), [0.2, 0.4], None, "pauses grow"),
        ((busy(None), None), [0.2], None, "busy, without a wish"),
        ((busy(1), None), [1.0], None, "a wish that fits into the time"),
        ((busy(60),), [], errors.SourceBusyError, "a wish beyond it: whoever asks later will know"),
        ((errors.SourceFailedError("500"), None), [0.2], None, "its own failure"),
        ((errors.AnswerNotJsonError("html"), None), [], errors.AnswerNotJsonError, "asking at once gives no other answer"),
        ((errors.AnswerSignatureError("forged"), None), [], errors.AnswerSignatureError, "nor here"),
        ((errors.QuestionRefusedError("404"), None), [], errors.QuestionRefusedError, "it does not want the question"),
        ((UnavailableError("kms"), None), [], UnavailableError, "a failure on this side is not the source's"),
    ],
)
def test_attempts(
    faults: tuple[MiaobanError | None, ...], pauses: list[float], error: type[MiaobanError] | None, reason: str
) -> None:
    world = World(faults)
    if error is None:
        assert world.inquire().found, reason
    else:
        with pytest.raises(error):
            world.inquire()
    assert world.pauses == pytest.approx(pauses), reason
    assert sum(call.count for call in world.gate.calls) == len(pauses) + 1, "each attempt is admitted"


@pytest.mark.parametrize(
    ("error", "failures", "reason"),
    [
        (errors.AnswerNotJsonError("html"), 1, "an error page is a fault of the source"),
        (errors.QuestionRefusedError("404"), 0, "who refuses is there"),
        (UnavailableError("kms"), 0, "not the source's fault"),
    ],
)
def test_what_counts_as_a_failure_of_the_source(error: MiaobanError, failures: int, reason: str) -> None:
    world = World((error,))
    with pytest.raises(type(error)):
        world.inquire()
    assert world.gate.failures == failures, reason


def test_no_attempt_begins_when_the_time_is_over() -> None:
    world = World((down(),) * 9, takes=timedelta(seconds=3.5))
    with pytest.raises(errors.SourceUnreachableError):
        world.inquire()
    assert world.given == pytest.approx([2, 2]), "six seconds for three attempts: after seven there is none"


def test_the_last_attempt_gets_what_is_left() -> None:
    world = World((busy(5), None))
    assert world.inquire().found
    assert world.given == pytest.approx([2, 1])


def test_an_open_gate_spares_the_source_and_then_lets_one_try() -> None:
    world = World((down(),) * 3)
    with pytest.raises(errors.SourceUnreachableError):
        world.inquire()
    assert world.gate.trips == 1
    with pytest.raises(errors.SourceRestingError) as resting:
        world.inquire()
    assert len(world.source.questions) == 3
    world.clock.now = resting.value.retry_at
    assert world.inquire().found
    assert world.gate.state is State.CLOSED


def test_an_attempt_that_opens_the_gate_is_not_followed_by_another() -> None:
    world = World((down(),) * 9, asking=ASKING.model_copy(update={"breaker": Breaker(failures=1, open_seconds=30)}))
    with pytest.raises(errors.SourceUnreachableError):
        world.inquire()
    assert len(world.source.questions) == 1


def test_the_quota_is_one_for_all() -> None:
    world = World(asking=ASKING.model_copy(update={"quota": Quota(n=2, per="minute")}))
    other = World(asking=world.asking, clock=world.clock)
    other.services = world.services
    world.inquire()
    other.inquire()
    for each in (world, other):
        with pytest.raises(errors.SourceRestingError):
            each.inquire()


@dataclass
class Rival(MemoryStore):
    """A store in which, before each commit of the first so many, another function gets in between."""

    meddle: Callable[[], object] = lambda: None
    times: int = 1

    def __post_init__(self) -> None:
        super().__init__()

    def commit(self, commit: Commit) -> None:
        if self.times > 0:
            self.times -= 1
            self.meddle()
        super().commit(commit)


def test_two_that_admit_at_the_same_moment_are_counted_twice() -> None:
    world, other = World(), World()
    store = Rival(meddle=other.inquire)
    world.services = other.services = kit.services(store=store, clock=world.clock)
    assert world.inquire().found
    assert sum(call.count for call in world.gate.calls) == 2, "the same words at the same moment are two calls"


class Contended(MemoryStore):
    """A store that others write to all the time, after so many commits."""

    left = 3

    def commit(self, commit: Commit) -> None:
        if self.left == 0:
            raise ConflictError(())
        self.left -= 1
        super().commit(commit)


def test_an_answer_is_not_lost_because_the_gate_is_contended() -> None:
    world = World((down(), None))
    world.services = kit.services(store=Contended(), clock=world.clock)
    assert world.inquire().found
    assert world.gate.failures == 1, "the success could not be told"


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ("<html></html>", "answer-not-json", "an error page"),
        ('{"found": true, "found": false}', "answer-not-json", "a key twice has two meanings"),
        ("[]", "answer-invalid", "no object"),
        ('{"found": false, "sequence": 1}', "answer-invalid", "no time"),
        ('{"found": false, "sequence": 1, "issued_at": "2026-03-02T10:00:00"}', "answer-invalid", "a time without its zone"),
        ('{"found": false, "sequence": 0, "issued_at": "2026-03-02T10:00:00Z"}', "answer-invalid", "sequences begin at 1"),
        ('{"found": false, "sequence": 1, "issued_at": "2026-03-02T10:00:00Z", "x": 1}', "answer-invalid", "unknown"),
        ('{"found": false, "sequence": 1, "issued_at": "2026-03-02T10:00:00Z", "values": {"a": 1}}', "answer-invalid", "both"),
        (
            '{"found": true, "sequence": 1, "issued_at": "2026-03-02T10:00:00Z", "values": {"number": "211202199001019024"}}',
            "answer-invalid",
            "another person's record",
        ),
    ],
)
def test_what_is_no_answer(body: str, code: str, reason: str) -> None:
    with pytest.raises(errors.AnswerError) as refused:
        read_reply(question(), body.encode())
    assert refused.value.code == code, reason
    assert VALUES["number"] not in str(refused.value)
