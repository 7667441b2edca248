"""A POST to a real receiver on the loopback: what is sent, what is pinned, what ends it."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from functions.networks import resolve
from miaoban.operations.courier import Answer, UnreachableError, signed
from miaoban.operations.destinations import DestinationError, Gate, Target
from miaoban.web import pinned
from miaoban.web.posting import post
from tests.certificates import certificate

HOST = "exchange.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[socket.socket], None]


@contextmanager
def receiver(serve: Serve) -> Iterator[int]:
    """Run a receiver for one connection; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def one() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    serve(connection)
                except OSError:
                    return

        thread = threading.Thread(target=one)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.close()
            thread.join()


def request_of(connection: socket.socket) -> bytes:
    """Read a whole request."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(4096)
    head, _, body = read.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(4096)
    return head + b"\r\n\r\n" + body


def answering(answer: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    return serve


def target(port: int, *, secure: bool = False, host: str = HOST) -> Target:
    return Target(secure=secure, host=host, port=port, path="/hook?a=b", address="127.0.0.1")


def test_what_is_sent_verifies() -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(request_of(connection))
        connection.sendall(OK)

    secret, body = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", '{"id":"事件"}'
    with receiver(serve) as port:
        answer = post(target(port), body.encode(), signed("e-1", body, [secret], datetime.now(UTC)))
    assert answer == Answer(200)
    head, _, sent = seen[0].partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
    assert line == "POST /hook?a=b HTTP/1.1"
    assert headers["host"] == f"{HOST}:{port}", "the name is said, though the address is what was connected to"
    assert (headers["connection"], headers["user-agent"]) == ("close", "Miaoban-Webhooks/1")
    assert Webhook(secret).verify(sent, headers) == {"id": "事件"}


@pytest.mark.parametrize(
    ("answer", "expected", "reason"),
    [
        (OK, Answer(200), "taken"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204), "taken, nothing to say"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 200_000, Answer(200), "a long answer is not read to its end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", Answer(200), "the status stands though the body breaks off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Answer(200), "the same, in broken chunks"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n", Answer(302), "a redirect is an answer"),
        (b"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\n\r\n", Answer(429, "120"), "asks for time"),
        (b"HTTP/1.1 410 Gone\r\n\r\n", Answer(410), "wants no more"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answer(200), "a provisional answer is passed over"),
    ],
)
def test_answers(answer: bytes, expected: Answer, reason: str) -> None:
    with receiver(answering(answer)) as port:
        assert post(target(port), b"{}", {}) == expected, reason


def drip(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(b"H")
        time.sleep(0.05)


def drip_headers(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for place in range(100):
        connection.sendall(f"x-{place}: y\r\n".encode())
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (lambda connection: connection.recv(1), "no answer at all"),
        (lambda _: time.sleep(0.6), "silence"),
        (drip, "an answer that drips"),
        (drip_headers, "headers that drip"),
        (answering(b"not HTTP\r\n\r\n"), "another protocol"),
        (answering(b"HTTP/1.1 abc\r\n\r\n"), "a status that is none"),
        (answering(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n"), "too many headers"),
        (answering(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000), "a header too long"),
    ],
)
def test_no_answer_in_time(serve: Serve, reason: str) -> None:
    with receiver(serve) as port:
        begun = time.monotonic()
        with pytest.raises(UnreachableError):
            post(target(port), b"{}", {}, seconds=0.4)
    assert time.monotonic() - begun < 3, reason


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnreachableError):
        post(target(port), b"{}", {})


def test_the_resolver_and_the_gate() -> None:
    assert set(resolve("127.0.0.1", 443)) == {"127.0.0.1"}
    assert Gate(resolve, ("127.0.0.0/8",)).target("http://127.0.0.1:9000/").address == "127.0.0.1"
    for disguised in ("https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::1]/"):
        with pytest.raises(DestinationError):
            Gate(resolve).target(disguised)


@pytest.fixture(scope="module")
def trusted_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for HOST that signs itself, with its key."""
    return certificate(HOST, tmp_path_factory.mktemp("tls") / "certificate.pem")


def over_tls(certificate: Path, names: list[str | None]) -> Serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            request_of(secure)
            secure.sendall(OK)

    return serve


@pytest.mark.parametrize(
    ("trusted", "host", "answered", "reason"),
    [
        (True, HOST, True, "the name's own certificate, at the address that was checked"),
        (True, "other.example", False, "a certificate for another name"),
        (False, HOST, False, "a certificate that nobody vouches for"),
    ],
)
def test_tls_is_for_the_name(
    *, trusted: bool, host: str, answered: bool, reason: str, trusted_certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted_certificate))
    pinned.tls.cache_clear()
    names: list[str | None] = []
    with receiver(over_tls(trusted_certificate, names)) as port:
        if answered:
            assert post(target(port, secure=True, host=host), b"{}", {}) == Answer(200), reason
        else:
            with pytest.raises(UnreachableError):
                post(target(port, secure=True, host=host), b"{}", {})
    assert names == [host], reason
    pinned.tls.cache_clear()
