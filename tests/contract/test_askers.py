"""Asking a source: the fake and the web adapter keep one contract; what only HTTP can get wrong follows."""

import base64
import json
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Protocol

import pytest

from examples.department import Fault, HttpSource, Register
from examples.department.http_source import CONTROL, PATH
from functions.networks import resolve
from miaoban.catalogue.asking import Asking, Breaker, Quota
from miaoban.errors import MiaobanError
from miaoban.evidence import errors
from miaoban.evidence.inquiry import Answered, Asker, Question
from miaoban.memory import MemoryAsker, MemorySigner
from miaoban.operations.destinations import Gate
from miaoban.web import pinned
from miaoban.web.asking import WebAsker
from miaoban.web.lines import AGE_SECONDS, IDLE_SECONDS, KEPT, Lines
from tests import kit
from tests.certificates import certificate

SOURCE, KIND, KEYS = "population-base", "person", {"person": ("number",)}
VALUES = {"number": kit.REPRESENTATIVE[1], "name": kit.REPRESENTATIVE[0]}
LOOPBACK = Gate(resolve, ("127.0.0.0/8",))
QUICK = 0.4
"""Seconds for a source that will not answer in time."""


def question(number: str = VALUES["number"], request: str = "0123456789ABCDEF") -> Question:
    return Question(
        source=SOURCE, kind=KIND, key={"number": number}, purpose="decide", case="211281-20260302-3K7M2P9Q", request_id=request
    )


def rules(endpoint: str | None = None, key: str | None = None) -> Asking:
    quota, breaker = Quota(n=9, per="second"), Breaker(failures=9, open_seconds=1)
    return Asking(endpoint=endpoint, timeout_seconds=5, attempts=1, quota=quota, breaker=breaker, public_key=key)


class Place(Protocol):
    """Where a question goes, by the fake or over HTTP."""

    def ask(self, question: Question, seconds: float = 5) -> Answered: ...
    def put(self, values: Mapping[str, Any]) -> None: ...
    def fault(self, fault: Fault) -> None: ...


@dataclass
class Memory:
    asker: MemoryAsker

    def ask(self, question: Question, seconds: float = 5) -> Answered:
        return self.asker.ask(question, rules(), seconds)

    def put(self, values: Mapping[str, Any]) -> None:
        self.asker.put(SOURCE, KIND, ("number",), values)

    def fault(self, fault: Fault) -> None:
        self.asker.fault = FAULTS[fault]("simulated")


@dataclass
class Web:
    source: HttpSource
    asker: Asker
    lines: Lines

    def ask(self, question: Question, seconds: float = 5, asking: Asking | None = None) -> Answered:
        return self.asker.ask(question, asking or rules(self.source.endpoint, self.source.public_key), seconds)

    def put(self, values: Mapping[str, Any]) -> None:
        self.source.register.put(KIND, values)

    def fault(self, fault: Fault) -> None:
        self.source.fault(fault, seconds=2)


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def web(clock: Callable[[], float] = time.monotonic) -> Iterator[Web]:
    signer, lines = MemorySigner(kit.issuing_key()), Lines(clock)
    register = Register("public-security", SOURCE, KEYS)
    register.put(KIND, VALUES)
    with HttpSource(register, asker=signer.public_key()) as source:
        yield Web(source, WebAsker(LOOPBACK, signer, lines, now), lines)
        lines.close()


@pytest.fixture(params=["memory", "http"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "http":
        with web() as found:
            yield found
    else:
        memory = Memory(MemoryAsker(now))
        memory.put(VALUES)
        yield memory


FAULTS: dict[Fault, type[MiaobanError]] = {
    Fault.DOWN: errors.SourceUnreachableError,
    Fault.TRUNCATED: errors.SourceUnreachableError,
    Fault.SLOW: errors.SourceTimeoutError,
    Fault.LATE: errors.SourceTimeoutError,
    Fault.SLOW_DRIP: errors.SourceTimeoutError,
    Fault.FAILED: errors.SourceFailedError,
    Fault.BUSY: errors.SourceBusyError,
    Fault.BUSY_RETRY_AFTER: errors.SourceBusyError,
    Fault.REDIRECT: errors.AnswerRedirectError,
    Fault.ERROR_PAGE: errors.AnswerNotJsonError,
    Fault.WRONG_CHARSET: errors.AnswerCharsetError,
    Fault.HUGE: errors.AnswerOversizedError,
    Fault.WRONG_SIGNATURE: errors.AnswerSignatureError,
    Fault.UNSIGNED: errors.AnswerSignatureError,
    Fault.OTHER_RECORD: errors.AnswerInvalidError,
}


def test_an_answer(place: Place) -> None:
    begun = now()
    answered = place.ask(question())
    assert (answered.found, answered.values) == (True, VALUES)
    assert begun <= answered.fetched_at <= now()
    assert answered.digest.startswith("sha256:")
    assert answered.sequence >= 1


def test_there_is_none(place: Place) -> None:
    answered = place.ask(question("211202199001019024"))
    assert (answered.found, answered.values) == (False, {})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_apart_and_does_not_last(place: Place, fault: Fault) -> None:
    place.fault(fault)
    begun = time.monotonic()
    with pytest.raises(MiaobanError) as raised:
        place.ask(question(), QUICK)
    assert type(raised.value) is FAULTS[fault]
    assert time.monotonic() - begun < 2 * QUICK
    assert VALUES["number"] not in str(raised.value)
    if isinstance(place, Web):
        place.source.fault()
        assert place.ask(question()).found, "and the line is fit for use again"


@pytest.fixture
def asked() -> Iterator[Web]:
    with web() as found:
        yield found


def test_every_fault_is_played_or_is_of_another_kind(asked: Web) -> None:
    assert set(Fault) - set(FAULTS) == {Fault.REPLAYED, Fault.FLAPPING, Fault.DOUBLE, Fault.HANG_UP}
    assert asked.source.questions == []


def test_what_is_sent(asked: Web) -> None:
    asked.ask(question())
    assert asked.source.questions == [
        {
            "source": SOURCE,
            "kind": KIND,
            "key": {"number": VALUES["number"]},
            "purpose": "decide",
            "case": "211281-20260302-3K7M2P9Q",
            "request_id": "0123456789ABCDEF",
        }
    ]


def test_a_source_that_does_not_know_our_key_refuses(asked: Web) -> None:
    asked.source.asker = asked.source.signer.public_key()
    with pytest.raises(errors.QuestionRefusedError, match="401"):
        asked.ask(question())


def test_an_old_answer_does_not_answer_a_new_question(asked: Web) -> None:
    asked.ask(question())
    asked.source.register.withdraw(KIND, VALUES)
    asked.source.fault(Fault.REPLAYED)
    with pytest.raises(errors.AnswerSignatureError):
        asked.ask(question(request="FEDCBA9876543210"))


def test_an_answer_of_another_key_is_none(asked: Web) -> None:
    other = base64.b64encode(MemorySigner(kit.issuing_key()).public_key()).decode()
    with pytest.raises(errors.AnswerSignatureError):
        asked.ask(question(), asking=rules(asked.source.endpoint, other))


@pytest.mark.parametrize(("key", "reason"), [("!!", "no base64"), ("AAAA", "no key")])
def test_a_key_that_is_none_verifies_nothing(asked: Web, key: str, reason: str) -> None:
    with pytest.raises(errors.AnswerSignatureError):
        asked.ask(question(), asking=rules(asked.source.endpoint, key))
    assert reason


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (None, None, "without a key an answer needs no signature"),
        (Fault.UNSIGNED, None, "nor a digest"),
        (Fault.TRUNCATED, errors.SourceUnreachableError, "it must be whole"),
        (Fault.OTHER_RECORD, errors.AnswerInvalidError, "and about the record"),
    ],
)
def test_a_source_without_a_key(asked: Web, fault: Fault | None, error: type[MiaobanError] | None, reason: str) -> None:
    asked.source.fault(fault)
    asking = rules(asked.source.endpoint)
    if error is None:
        assert asked.ask(question(), asking=asking).found, reason
    else:
        with pytest.raises(error):
            asked.ask(question(), asking=asking)


@pytest.mark.parametrize(("seconds", "expected"), [(120.0, timedelta(seconds=120)), (0.0, None), (9e9, timedelta(days=1))])
def test_what_a_busy_source_asks_for(asked: Web, seconds: float, expected: timedelta | None) -> None:
    asked.source.fault(Fault.BUSY_RETRY_AFTER, seconds)
    with pytest.raises(errors.SourceBusyError) as busy:
        asked.ask(question())
    assert busy.value.retry_after == expected


def test_a_flapping_source_answers_every_second_question(asked: Web) -> None:
    asked.source.fault(Fault.FLAPPING)
    for _ in range(2):
        with pytest.raises(errors.SourceUnreachableError):
            asked.ask(question())
        assert asked.ask(question()).found


def test_a_source_with_no_address_or_one_inside_is_not_asked(asked: Web) -> None:
    asker = WebAsker(Gate(resolve), MemorySigner(kit.issuing_key()), asked.lines, now)
    for asking in (rules(), rules(asked.source.endpoint), rules("https://169.254.169.254/latest")):
        with pytest.raises(errors.QuestionRefusedError):
            asker.ask(question(), asking, 1)
    assert asked.source.connections == 0


def test_nobody_listens(asked: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(errors.SourceUnreachableError):
        asked.ask(question(), asking=rules(f"http://127.0.0.1:{port}/"))


def plainly(source: HttpSource, path: str, body: str) -> int:
    """POST something without a signature, and return the status."""
    connection = HTTPConnection("127.0.0.1", source.port)
    connection.request("POST", path, body)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"kind": "other", "key": {}}', '{"kind": "person", "key": {"number": "1"}}'])
def test_the_simulated_source_refuses_what_is_no_signed_question(asked: Web, body: str) -> None:
    assert plainly(asked.source, PATH, body) == 401
    asked.source.asker = None
    assert plainly(asked.source, PATH, body) == 400
    assert asked.source.questions == []


def test_a_control_call_sets_the_fault(asked: Web) -> None:
    assert plainly(asked.source, CONTROL, json.dumps({"fault": "failed"})) == 200
    with pytest.raises(errors.SourceFailedError):
        asked.ask(question())


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_line_is_kept_between_questions_for_a_while() -> None:
    clock = Seconds()
    with web(clock) as asked:
        for _ in range(5):
            asked.ask(question())
        assert asked.source.connections == 1
        clock.now += IDLE_SECONDS
        asked.ask(question())
        assert asked.source.connections == 2, "idle too long"
        for _ in range(int(AGE_SECONDS / IDLE_SECONDS) + 2):
            clock.now += IDLE_SECONDS - 1
            asked.ask(question())
        assert asked.source.connections == 3, "too old, though never idle"


def kept(asked: Web) -> list[socket.socket]:
    """The sockets of the lines that are kept."""
    return [line.sock for line in asked.lines._kept.values()]


def test_a_line_that_the_source_has_closed_is_not_used(asked: Web) -> None:
    asked.source.fault(Fault.HANG_UP)
    for number in range(3):
        assert asked.ask(question()).found
        assert asked.source.connections == number + 1
        closed, _, _ = select.select(kept(asked), [], [], 5)
        assert len(closed) == 1


def test_a_line_sends_at_once_and_few_are_kept(asked: Web) -> None:
    gate = Gate(lambda _host, _port: ("127.0.0.1",), ("127.0.0.0/8",))
    asker = WebAsker(gate, MemorySigner(kit.issuing_key()), asked.lines, now)
    for number in range(KEPT + 2):
        asker.ask(question(), rules(f"http://source-{number}.example:{asked.source.port}/records", asked.source.public_key), 5)
    assert len(kept(asked)) == KEPT
    assert all(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for line in kept(asked))


def test_an_answer_sent_twice_is_never_the_answer_to_the_next_question(asked: Web) -> None:
    """Without a key the line is not kept; with one, a stray answer is refused, and the next question has a line of its own."""
    asked.source.fault(Fault.DOUBLE)
    for asking in (rules(asked.source.endpoint), rules(asked.source.endpoint, asked.source.public_key)):
        for number in range(6):
            asked.put({**VALUES, "name": f"{asking.public_key}-{number}"})
            try:
                answered = asked.ask(question(request=f"0123456789ABCDE{number}"), asking=asking)
            except errors.AnswerSignatureError:
                assert asking.public_key is not None
            else:
                assert answered.values["name"] == f"{asking.public_key}-{number}"


HOST = "population.example"


@pytest.mark.parametrize(
    ("trusted", "host", "reason"),
    [
        (True, HOST, None),
        (True, "other.example", "a certificate for another name"),
        (False, HOST, "a certificate that nobody vouches for"),
    ],
)
def test_a_line_over_tls_is_for_the_name_and_is_kept(
    *, trusted: bool, host: str, reason: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate(HOST, tmp_path / "certificate.pem")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
    pinned.tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    gate = Gate(lambda _host, _port: ("127.0.0.1",), ("127.0.0.0/8",))
    lines, register = Lines(), Register("public-security", SOURCE, KEYS)
    register.put(KIND, VALUES)
    with HttpSource(register, tls=context) as source:
        asker = WebAsker(gate, MemorySigner(kit.issuing_key()), lines, now)
        asking = rules(f"https://{host}:{source.port}/records", source.public_key)
        if reason is None:
            assert all(asker.ask(question(), asking, 5).found for _ in range(3))
            assert source.connections == 1
        else:
            with pytest.raises(errors.SourceUnreachableError):
                asker.ask(question(), asking, 5)
            assert source.questions == [], reason
        lines.close()
    pinned.tls.cache_clear()


def test_the_address_is_checked_again_for_a_line_that_is_open(asked: Web) -> None:
    asked.ask(question())
    moved = WebAsker(
        Gate(lambda _host, _port: ("10.0.0.1",), ("127.0.0.0/8",)), MemorySigner(kit.issuing_key()), asked.lines, now
    )
    with pytest.raises(errors.QuestionRefusedError):
        moved.ask(question(), rules(asked.source.endpoint), 1)
    assert len(asked.source.questions) == 1
