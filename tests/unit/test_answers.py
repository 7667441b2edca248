"""Responses of a source as they come over the wire: an answer, or what it is instead."""

import io
from http.client import HTTPException, HTTPResponse

import pytest

from miaoban.errors import MiaobanError
from miaoban.evidence.inquiry import LIMIT
from miaoban.web.answers import heard
from tests.kit import NOW

JSON = "content-type: application/json"


class Wire:
    """A socket that has received this."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


def response(status: str, *fields: str, body: bytes = b"{}") -> HTTPResponse:
    head = "".join(f"{field}\r\n" for field in (f"HTTP/1.1 {status}", f"content-length: {len(body)}", *fields))
    found = HTTPResponse(Wire(f"{head}\r\n".encode() + body))  # type: ignore[arg-type]  # what it uses of a socket
    found.begin()
    return found


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ((JSON,), "UTF-8 unless another is said"),
        (('Content-Type: Application/JSON; Charset="UTF-8"',), "as it may be written"),
        ((JSON, "content-encoding: identity"), "not coded, and says so"),
    ],
)
def test_an_answer(fields: tuple[str, ...], reason: str) -> None:
    told = heard("s", response("200 OK", *fields, "x-two: a", "X-Two: b", body=b"x" * LIMIT), NOW)
    assert (len(told.body), told.fields["x-two"], told.keep) == (LIMIT, "a, b", True), reason


def test_a_line_that_the_source_will_close_is_not_good_for_another_question() -> None:
    assert not heard("s", response("200 OK", JSON, "connection: close"), NOW).keep


@pytest.mark.parametrize(
    ("found", "code", "reason"),
    [
        (response("200 OK"), "answer-not-json", "no type"),
        (response("200 OK", "content-type: text/html"), "answer-not-json", "an error page"),
        (response("200 OK", "content-type: text/json"), "answer-not-json", "another type"),
        (response("200 OK", JSON, "content-encoding: gzip"), "answer-not-json", "a bomb, for all we know"),
        (response("200 OK", f"{JSON}; charset=gb18030"), "answer-charset", "another encoding"),
        (response("200 OK", JSON, body=b"x" * (LIMIT + 1)), "answer-oversized", "a byte too many"),
        (response("204 No Content", JSON, body=b""), "answer-not-json", "nothing is no answer"),
        (response("206 Partial Content", JSON), "answer-not-json", "a part is none"),
        (response("301 Moved", "location: https://elsewhere.example/"), "answer-redirect", "for good"),
        (response("307 Temporary", "location: http://10.0.0.1/"), "answer-redirect", "for now"),
        (response("304 Not Modified"), "answer-redirect", "nobody asked whether it changed"),
        (response("400 Bad"), "question-refused", "it does not understand"),
        (response("401 Unauthorized"), "question-refused", "it does not know us"),
        (response("404 Not Found"), "question-refused", "not the same as no record"),
        (response("500 Error"), "source-failed", "its own failure"),
        (response("502 Bad Gateway", "content-type: text/html"), "source-failed", "that of its gateway"),
        (response("503 Unavailable"), "source-busy", "closed for now"),
        (response("429 Too Many"), "source-busy", "too often"),
    ],
)
def test_what_is_no_answer(found: HTTPResponse, code: str, reason: str) -> None:
    with pytest.raises(MiaobanError) as raised:
        heard("s", found, NOW)
    assert raised.value.code == code, reason


def test_an_answer_that_breaks_off_is_none() -> None:
    found = response("200 OK", JSON, body=b'{"found": true}')
    found.fp.truncate(9)
    with pytest.raises(HTTPException):
        heard("s", found, NOW)
