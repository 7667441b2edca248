"""What can be wrong with a department's answer over HTTP, on demand."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

JSON: Final = "application/json"
HUGE: Final = 1024 * 1024
PAGE: Final = "<!doctype html><title>系统维护中</title><h1>系统维护中，请稍后再试</h1>".encode()


class Fault(StrEnum):
    """The faults; `late` and `double` are those of the queue's worker too, as is `down`."""

    DOWN = "down"
    SLOW = "slow"
    SLOW_DRIP = "slow-drip"
    ERROR_PAGE = "error-page"
    FAILED = "failed"
    WRONG_SIGNATURE = "wrong-signature"
    UNSIGNED = "unsigned"
    REPLAYED = "replayed"
    OTHER_RECORD = "other-record"
    BUSY = "busy"
    BUSY_RETRY_AFTER = "busy-retry-after"
    REDIRECT = "redirect"
    WRONG_CHARSET = "wrong-charset"
    HUGE = "huge"
    TRUNCATED = "truncated"
    HANG_UP = "hang-up"
    FLAPPING = "flapping"
    LATE = "late"
    DOUBLE = "double"


class Control(NamedTuple):
    """What is wrong now; `seconds` are those of slow, slow-drip, late and Retry-After."""

    fault: Fault | None = None
    seconds: float = 1.0


class Response(NamedTuple):
    """An HTTP response."""

    fields: Mapping[str, str]
    body: bytes
    status: int = 200

    @property
    def raw(self) -> bytes:
        """The bytes of it."""
        fields = {"content-length": str(len(self.body)), **self.fields}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 {self.status} Simulated\r\n{head}\r\n".encode() + self.body


class Script(NamedTuple):
    """How a response goes out: chunks with pauses before and between them, and whether the connection closes then."""

    chunks: tuple[bytes, ...]
    before: float = 0
    between: float = 0
    close: bool = False


class Moment(NamedTuple):
    """What a fault may use: the answer as it should be, the one before it, and its number."""

    answer: Response
    control: Control
    before: Response | None = None
    number: int = 0


def script(moment: Moment) -> Script:
    """How the answer goes out, by what is wrong now."""
    spoilt = _SPOILT.get(moment.control.fault) if moment.control.fault else None
    return spoilt(moment) if spoilt else _sent(moment.answer)


def _sent(response: Response) -> Script:
    return Script((response.raw,))


def _down(_: Moment) -> Script:
    return Script((), close=True)


def _flapping(moment: Moment) -> Script:
    """It answers every second question."""
    return _sent(moment.answer) if moment.number % 2 else Script((), close=True)


def _dripped(moment: Moment) -> Script:
    raw = moment.answer.raw
    return Script(tuple(raw[place : place + 1] for place in range(len(raw))), between=moment.control.seconds / 20)


def _wrong_signature(moment: Moment) -> Script:
    fields = dict(moment.answer.fields)
    label, _, signature = fields["signature"].partition("=")
    return _sent(moment.answer._replace(fields={**fields, "signature": f"{label}=:{signature[1:-1][::-1].strip('=')}==:"}))


def _unsigned(moment: Moment) -> Script:
    return _sent(moment.answer._replace(fields={"content-type": JSON}))


def _wrong_charset(moment: Moment) -> Script:
    body = moment.answer.body.decode().encode("gb18030")
    return _sent(Response({"content-type": f"{JSON}; charset=GB18030"}, body))


def _truncated(moment: Moment) -> Script:
    return Script((moment.answer.raw[:-9],), close=True)


def _hung_up(moment: Moment) -> Script:
    """It answers, and closes the connection without having said so."""
    return _sent(moment.answer)._replace(close=True)


def _page(_: Moment) -> Script:
    return _sent(Response({"content-type": "text/html; charset=utf-8"}, PAGE))


def _busy(fields: Mapping[str, str]) -> Script:
    return _sent(Response({"content-type": JSON, **fields}, b"{}", 429))


_SPOILT: Final[Mapping[Fault, Callable[[Moment], Script]]] = {
    Fault.DOWN: _down,
    Fault.SLOW: lambda moment: _sent(moment.answer)._replace(before=moment.control.seconds),
    Fault.LATE: lambda moment: _sent(moment.answer)._replace(before=moment.control.seconds),
    Fault.SLOW_DRIP: _dripped,
    Fault.ERROR_PAGE: _page,
    Fault.FAILED: lambda _: _sent(Response({"content-type": "text/html"}, PAGE, 500)),
    Fault.WRONG_SIGNATURE: _wrong_signature,
    Fault.UNSIGNED: _unsigned,
    Fault.REPLAYED: lambda moment: _sent(moment.before or moment.answer),
    Fault.BUSY: lambda _: _busy({}),
    Fault.BUSY_RETRY_AFTER: lambda moment: _busy({"retry-after": str(int(moment.control.seconds))}),
    Fault.REDIRECT: lambda _: _sent(Response({"location": "http://169.254.169.254/latest/"}, b"", 302)),
    Fault.WRONG_CHARSET: _wrong_charset,
    Fault.HUGE: lambda _: _sent(Response({"content-type": JSON}, b'{"x":"' + b"x" * HUGE + b'"}')),
    Fault.TRUNCATED: _truncated,
    Fault.HANG_UP: _hung_up,
    Fault.FLAPPING: _flapping,
    Fault.DOUBLE: lambda moment: Script((moment.answer.raw, moment.answer.raw)),
}
