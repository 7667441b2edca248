"""Connections to an address that was checked: no name is looked up again, no proxy asked, and nothing outlasts a deadline.

http.client alone: urllib3 costs 60 ms more of a cold start, and retries and redirects are what must not happen here.
"""

import io
import socket
import ssl
import time
from functools import cache

from miaoban.operations.destinations import Target

CONNECT_SECONDS = 5.0


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


def left(deadline: float) -> float:
    """Return the seconds until a deadline; raises TimeoutError when it is over."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the receiver took longer than it has")
    return seconds


def connected(target: Target, deadline: float) -> socket.socket:
    """Connect to the address of a target, over TLS for its name where it is secure; raises OSError."""
    sock = socket.create_connection((target.address, target.port), timeout=min(CONNECT_SECONDS, left(deadline)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two writes: 40 ms on an open line without
    if not target.secure:
        return sock
    try:
        sock.settimeout(left(deadline))
        return tls().wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


@cache
def tls() -> ssl.SSLContext:
    """The rules of TLS: the system's authorities, the name checked."""
    return ssl.create_default_context()
