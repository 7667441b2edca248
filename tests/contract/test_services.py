"""A service called without a client: the same answers as botocore's own client gets, and what happens when the line is bad."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple
from unittest import mock

import pytest
from botocore.exceptions import ClientError, HTTPClientError, NoCredentialsError, NoRegionError
from botocore.session import get_session

from miaoban.aws.calling import ATTEMPTS, DYNAMODB, KMS, SECRETS, SQS, Dialect, Service
from miaoban.aws.lines import Line, connected
from tests.contract.resources import connect, service

GET = {"TableName": "nowhere", "Key": {"pk": {"S": "办件"}}}
NOT_FOUND = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
OK = (200, b'{"ok": "\xe5\xa5\xbd"}')


class Request(NamedTuple):
    """What the server was sent."""

    headers: dict[str, str]
    body: bytes


class Server(NamedTuple):
    """Where it is, and what it was sent."""

    endpoint: str
    seen: list[Request]


@contextmanager
def answering(*answers: tuple[int, bytes] | None, keep: bool = True) -> Iterator[Server]:
    """Serve these answers in order; None hangs up instead, and so does every answer unless connections are to be kept."""
    left, seen = list(answers), list[Request]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            seen.append(Request(dict(self.headers.items()), self.rfile.read(int(self.headers["content-length"]))))
            answer = left.pop(0)
            if answer is not None:
                self.send_response(answer[0])
                self.send_header("content-length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])
            self.close_connection = answer is None or not keep

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{server.server_port}", seen)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def calling(endpoint: str) -> Iterator[Service]:
    """A service that hangs up when it is no longer needed: the server serves one connection at a time."""
    found = service(DYNAMODB, endpoint)
    yield found
    found.close()


def test_a_request_names_its_operation_and_is_signed() -> None:
    with answering(OK) as server, calling(server.endpoint) as dynamodb:
        assert dynamodb.call("GetItem", GET) == {"ok": "好"}
    (request,) = server.seen
    assert request.headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert request.headers["Content-Type"] == "application/x-amz-json-1.0"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target" in request.headers["Authorization"]
    assert json.loads(request.body) == GET


Answers = list[tuple[int, bytes] | None]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([(500, b"{}")], "the service failed"),
        ([(503, b"<html>busy</html>")], "something before it failed, and did not say so in JSON"),
        ([(400, b'{"__type": "x#ThrottlingException"}')], "too much at once"),
        ([None], "it hung up without an answer"),
        ([(200, b"<html>")], "an answer that is none"),
        ([(500, b"{}"), None], "twice, and differently"),
    ],
)
def test_what_may_pass_is_tried_again_with_the_same_words(answers: Answers, reason: str) -> None:
    with answering(*answers, OK) as server, calling(server.endpoint) as dynamodb:
        assert dynamodb.call("GetItem", GET) == {"ok": "好"}, reason
    assert len({request.body for request in server.seen}) == 1
    assert len(server.seen) == len(answers) + 1


def test_it_is_tried_three_times_and_no_more() -> None:
    with answering(*[(500, b'{"message": "busy"}')] * ATTEMPTS) as server, calling(server.endpoint) as dynamodb:
        with pytest.raises(ClientError, match="busy") as raised:
            dynamodb.call("GetItem", GET)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    with answering(*[None] * ATTEMPTS) as server, calling(server.endpoint) as dynamodb, pytest.raises(HTTPClientError):
        dynamodb.call("GetItem", GET)
    assert len(server.seen) == ATTEMPTS


def test_a_no_is_final_and_keeps_what_the_service_said() -> None:
    said = {"__type": "a.b#TransactionCanceledException", "Message": "no", "CancellationReasons": [{"Code": "None"}]}
    with (
        answering((400, json.dumps(said).encode())) as server,
        calling(server.endpoint) as dynamodb,
        pytest.raises(ClientError) as raised,
    ):
        dynamodb.call("TransactWriteItems", {})
    assert raised.value.response["Error"] == {"Code": "TransactionCanceledException", "Message": "no"}
    assert raised.value.response["CancellationReasons"] == [{"Code": "None"}]
    assert len(server.seen) == 1


def test_a_connection_that_was_closed_meanwhile_costs_no_attempt() -> None:
    with answering(*[OK] * 5, keep=False) as server, calling(server.endpoint) as dynamodb:
        for _ in range(5):
            assert dynamodb.call("GetItem", GET) == {"ok": "好"}
    assert len(server.seen) == 5


def test_listeners_hear_of_every_call_once() -> None:
    heard: list[str] = []
    with answering((500, b""), OK) as server, calling(server.endpoint) as dynamodb:
        dynamodb.listeners.append(lambda operation, _: heard.append(operation))
        dynamodb.call("GetItem", GET)
    assert heard == ["GetItem"]


REFUSED: list[tuple[Dialect, str, str, dict[str, Any]]] = [
    (DYNAMODB, "GetItem", "get_item", GET),
    (KMS, "GetPublicKey", "get_public_key", {"KeyId": "alias/nowhere"}),
    (SECRETS, "GetSecretValue", "get_secret_value", {"SecretId": "nowhere"}),
]


@pytest.mark.xdist_group("ministack")
@pytest.mark.parametrize(("dialect", "operation", "method", "asked"), REFUSED, ids=[row[0].service for row in REFUSED])
def test_a_no_is_the_error_that_the_client_raises(
    ministack: str, dialect: Dialect, operation: str, method: str, asked: dict[str, Any]
) -> None:
    def code(act: Callable[[], object]) -> tuple[str, int]:
        with pytest.raises(ClientError) as raised:
            act()
        return raised.value.response["Error"]["Code"], raised.value.response["ResponseMetadata"]["HTTPStatusCode"]

    client = connect(dialect.service, ministack)
    own = service(dialect, ministack)
    assert code(lambda: own.call(operation, asked)) == code(lambda: getattr(client, method)(**asked))


@pytest.mark.xdist_group("ministack")
def test_a_wrong_secret_is_refused(ministack: str) -> None:
    session = get_session()
    session.set_config_variable("region", "us-east-1")
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "wrong")
    with pytest.raises(ClientError) as raised:
        Service(SQS, session, ministack).call("ListQueues", {})
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


NOTHING = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"}


def line(region: str | None, environment: dict[str, str]) -> Line:
    """The line to DynamoDB in this environment and no other."""
    with mock.patch.dict("os.environ", NOTHING | environment, clear=True):
        session = get_session()
        session.set_config_variable("region", region)
        return connected("dynamodb", session)


KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
PLACES = [
    ("eu-west-1", {}, "https://dynamodb.eu-west-1.amazonaws.com", "the public regions"),
    ("cn-north-1", {}, "https://dynamodb.cn-north-1.amazonaws.com.cn", "China has a suffix of its own"),
    ("cn-north-1", {"AWS_ENDPOINT_URL": "http://local:1/"}, "http://local:1", "the local cloud"),
    ("cn-north-1", {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "http://b"}, "http://b", "one service apart"),
]


@pytest.mark.parametrize(("region", "environment", "endpoint", "reason"), PLACES, ids=[row[3] for row in PLACES])
def test_the_endpoint_is_the_environments_or_the_regions(
    region: str, environment: dict[str, str], endpoint: str, reason: str
) -> None:
    assert line(region, KEYS | environment).endpoint == endpoint, reason


def test_without_a_region_or_credentials_the_error_says_so() -> None:
    with pytest.raises(NoRegionError):
        line(None, KEYS)
    with pytest.raises(NoCredentialsError):
        line("eu-west-1", {})
