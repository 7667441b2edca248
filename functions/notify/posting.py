"""One POST to an address that was checked: no name is looked up again, no redirect followed, no proxy asked.

http.client alone: urllib3 costs 60 ms more of a cold start, and retries and redirects are what must not happen here.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from functools import cache
from http.client import HTTPConnection, HTTPException

from miaoban.operations.courier import Answer, UnreachableError
from miaoban.operations.destinations import Target

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
BODY_BYTES = 1024
AGENT = "Miaoban-Webhooks/1"


class Timed(io.RawIOBase):
    """A socket as a file whose reads together end at a deadline, however slowly the other side drips."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # what sockets fill
        """Read some bytes; raises TimeoutError at the deadline."""
        self._sock.settimeout(left(self._deadline))
        return self._sock.recv_into(buffer)


class Pinned:
    """What http.client uses of a socket."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        """Send; raises TimeoutError at the deadline."""
        self._sock.settimeout(left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the side to read from."""
        return io.BufferedReader(Timed(self._sock, self._deadline))

    def close(self) -> None:
        """Leave closing to who opened the socket."""


def post(target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float = TOTAL_SECONDS) -> Answer:
    """Send one POST and return the status; raises UnreachableError (see `Post`), at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        with _connected(target, deadline) as sock:
            return _exchange(Pinned(sock, deadline), target, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        # ValueError: an answer that http.client can not make sense of.
        raise UnreachableError(f"回调地址没有应答（{type(error).__name__}）") from error


def left(deadline: float) -> float:
    """Return the seconds until a deadline; raises TimeoutError when it is over."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the receiver took longer than it has")
    return seconds


def _connected(target: Target, deadline: float) -> socket.socket:
    sock = socket.create_connection((target.address, target.port), timeout=CONNECT_SECONDS)
    if not target.secure:
        return sock
    try:
        sock.settimeout(left(deadline))
        return _tls().wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(pinned: Pinned, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = pinned
    given = {**headers, "host": target.authority, "user-agent": AGENT, "connection": "close"}
    connection.request("POST", target.path, body=body, headers=given)
    with connection.getresponse() as answer:
        retry_after = answer.headers.get("retry-after")
        _drain(answer)
        return Answer(answer.status, retry_after)


def _drain(answer: io.BufferedIOBase) -> None:
    """Let the receiver finish a short answer; the status stands, whatever comes after it."""
    try:
        answer.read(BODY_BYTES)
    except (OSError, HTTPException, ValueError):
        return
