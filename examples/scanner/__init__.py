"""A simulated scanner: it speaks the protocol of ClamAV's daemon, and finds the EICAR test file."""

import socket
import socketserver
import threading
from typing import BinaryIO, Final, Literal, Self

EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
COMMAND: Final = b"zINSTREAM\0"

Fault = Literal["closes", "error", "hangs"]
"""What may be wrong with it: it ends without an answer, answers that it could not scan, or never answers."""


class Clamd:
    """Listens until it is closed; with a fault, it fails as told."""

    def __init__(self, port: int = 0) -> None:
        self.fault: Fault | None = None
        self.scanned = 0
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Talk)
        self._server.clamd = self
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        """Listen for the time of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Listen no more."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    clamd: Clamd


class _Talk(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Server

    def handle(self) -> None:
        """Take one file and answer."""
        clamd = self.server.clamd
        data = _file(self.request.makefile("rb"))
        if data is None or clamd.fault == "closes":
            return
        if clamd.fault == "hangs":
            clamd.closing.wait()
            return
        clamd.scanned += 1
        self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0" if clamd.fault == "error" else _answer(data))


def _file(lines: BinaryIO) -> bytes | None:
    read = lines.read
    if read(len(COMMAND)) != COMMAND:
        return None
    parts = []
    while size := int.from_bytes(read(4), "big"):
        parts.append(read(size))
    return b"".join(parts)


def _answer(data: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
