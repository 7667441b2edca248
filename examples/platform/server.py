"""The platform over HTTP: it checks who hands up, keeps what it is given, and tells nodes of its digest tree."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from examples.department.http_source import genuine
from miaoban.memory.upper import MemoryUpper
from miaoban.operations.upper import Handed
from miaoban.web.signatures import Message


class Platform(MemoryUpper):
    """A context manager: it listens on the loopback while it lasts. `asker` is the public key of who may hand up (DER SPKI)."""

    def __init__(self, asker: bytes, port: int = 0) -> None:
        super().__init__()
        self.asker = asker
        self.requests: list[str] = []
        self._server = _Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Message, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status and the answer to a request."""
        if not genuine(request, body, self.asker):
            return 401, {}
        self.requests.append(request.path)
        said = json.loads(body)
        if request.path == "/items":
            self.take([Handed.model_validate(item) for item in said["items"]])
            return 200, {"taken": len(said["items"])}
        found = self.nodes(said["region"], said["day"], said["prefixes"])
        return 200, {"nodes": {prefix: node.model_dump(exclude_none=True) for prefix, node in found.items()}}


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, platform: Platform, port: int) -> None:
        self.platform = platform
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2
    server: _Server

    def handle(self) -> None:
        """Serve a connection; who calls may leave at any time."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def do_POST(self) -> None:
        """Take items, or tell nodes."""
        platform = self.server.platform
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, query = self.path.partition("?")
        fields = {name.lower(): value for name, value in self.headers.items()}
        if platform.down:
            self.close_connection = True
            return
        status, answer = platform.answer(Message(fields, "POST", fields.get("host", ""), path, query), body)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server calls it
        """Say nothing."""
