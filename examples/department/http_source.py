"""The department's source over HTTP: it checks who asks, answers what its register holds, and signs what it says."""

import base64
import json
import ssl
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec

from examples.department.faults import JSON, Control, Fault, Moment, Response, Script, script
from examples.department.register import Register
from miaoban.licence.suites import suite_of, verifies
from miaoban.memory import MemorySigner
from miaoban.web.fields import Covered, FieldError, byte_sequences, encoded, inputs
from miaoban.web.signatures import ALGORITHMS, ANSWER, QUESTION, Message, base, content_digest

PATH = "/records"
CONTROL = "/control"


class HttpSource:
    """A context manager: it listens on the loopback while it lasts, over TLS if it is given the rules.

    `asker` is the public key of who may ask, DER SubjectPublicKeyInfo; without one it answers everybody. Without a `signer`
    it makes a key of its own.
    """

    def __init__(
        self,
        register: Register,
        asker: bytes | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        signer: MemorySigner | None = None,
    ) -> None:
        self.register, self.asker = register, asker
        self.signer = signer or MemorySigner(ec.generate_private_key(ec.SECP256R1()))
        self.control = Control()
        self.questions: list[dict[str, Any]] = []
        self.connections = 0
        self.stopped = threading.Event()
        self._before: Response | None = None
        self._server = _Server(self, port)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def endpoint(self) -> str:
        """Where it is asked, without TLS."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.server_port

    @property
    def public_key(self) -> str:
        """The key that its answers verify with: SPKI in base64, as a source's `public_key` is given."""
        return base64.b64encode(self.signer.public_key()).decode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fault(self, fault: Fault | None = None, seconds: float = 1.0) -> None:
        """Let something be wrong from now on, or nothing."""
        self.control = Control(fault, seconds)

    def answer(self, request: Message, body: bytes) -> Script:
        """How to answer a request: 401 for who may not ask, 400 for what is no question, or is signed by nobody."""
        if self.asker is not None and not genuine(request, body, self.asker):
            return _refusal(401)
        try:
            question = json.loads(body)
            answer = self._signed(request, self._found(question))
        except (ValueError, KeyError, TypeError):  # FieldError is a ValueError
            return _refusal(400)
        played = script(Moment(answer, self.control, self._before, len(self.questions)))
        self.questions.append(question)
        self._before = answer
        return played

    def _found(self, question: dict[str, Any]) -> bytes:
        told = dict(self.register.find(question["kind"], question["key"]))
        if self.control.fault is Fault.OTHER_RECORD:
            told["values"] = {**told["values"], **dict.fromkeys(question["key"], "another")}
        return json.dumps(told, ensure_ascii=False).encode()

    def _signed(self, request: Message, body: bytes) -> Response:
        """An answer whose signature covers its status, type and digest, and the digest of the question."""
        fields = {"content-type": JSON, "content-digest": content_digest(body)}
        covered = " ".join(map(str, ANSWER))
        text = f'({covered});created={int(time.time())};keyid="{self.signer.key_id}";alg="{ALGORITHMS[self.signer.suite]}"'
        signature = self.signer.sign(base(Covered(ANSWER, {}, text), Message(fields, status=200), request).encode())
        return Response({**fields, "signature-input": f"source={text}", "signature": f"source={encoded(signature)}"}, body)


def _refusal(status: int) -> Script:
    return Script((Response({"content-type": JSON}, b"{}", status).raw,))


def genuine(request: Message, body: bytes, key: bytes) -> bool:
    """Whether a question is whole and signed by the key of who may ask."""
    try:
        covered = next(iter(inputs(request.value("signature-input")).values()))
        signature = next(iter(byte_sequences(request.value("signature")).values()))
        text = base(covered, request)
    except FieldError:
        return False
    whole = request.fields.get("content-digest") == content_digest(body) and set(QUESTION) <= set(covered.components)
    return whole and verifies(suite_of(key), key, text.encode(), signature)


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, source: HttpSource, port: int) -> None:
        self.source = source
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2
    server: _Server

    def setup(self) -> None:
        self.server.source.connections += 1
        super().setup()

    def handle(self) -> None:
        """Serve a connection; who asks may leave at any time."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Answer a question, or take a control call: {"fault": "slow", "seconds": 3}."""
        source = self.server.source
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == CONTROL:
            given = json.loads(body)
            source.fault(Fault(given["fault"]) if given.get("fault") else None, given.get("seconds", 1.0))
            self._play(Script((Response({"content-type": JSON}, b"{}").raw,)))
            return
        path, _, query = self.path.partition("?")
        fields = {name.lower(): value for name, value in self.headers.items()}
        self._play(source.answer(Message(fields, "POST", fields.get("host", ""), path, query), body))

    def _play(self, script: Script) -> None:
        self.close_connection = script.close
        stopped = self.server.source.stopped
        if script.before and stopped.wait(script.before):
            return
        for chunk in script.chunks:
            try:
                self.wfile.write(chunk)
            except OSError:
                self.close_connection = True
                return
            if script.between and stopped.wait(script.between):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server calls it
        """Say nothing: a test reads what it asked for."""
