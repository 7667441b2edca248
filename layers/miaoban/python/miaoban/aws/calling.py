"""Calls of AWS services over their JSON protocol, on kept connections, tried again when that may help.

What is delicate is botocore's: credentials, signatures, error types. What its clients do besides for every call
(rules, hooks and models read anew) takes more processor time than a decision, and their making a fifth of a cold start;
`docs/architecture.md` has the figures. Source: AWS JSON 1.0 and 1.1 protocols (Smithy 2.0), Signature Version 4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from botocore.exceptions import ClientError, HTTPClientError
from pydantic_core import from_json, to_json

from miaoban.aws.failures import may_pass
from miaoban.aws.lines import Line, connected, session
from miaoban.aws.pacing import rounds

if TYPE_CHECKING:
    from botocore.session import Session
    from urllib3 import BaseHTTPResponse

ATTEMPTS = 3
_OK = 200

Parameters = Mapping[str, Any]
Listener = Callable[[str, Parameters], None]


class Caller(Protocol):
    """What the adapters ask of a service."""

    def call(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Call an operation, as `Service.call` does."""


class Dialect(NamedTuple):
    """How a service is spoken to: its name in endpoints and signatures, the prefix of its operations, the JSON version."""

    service: str
    prefix: str
    version: str


DYNAMODB = Dialect("dynamodb", "DynamoDB_20120810", "1.0")
EVENTS = Dialect("events", "AWSEvents", "1.1")
KMS = Dialect("kms", "TrentService", "1.1")
SECRETS = Dialect("secretsmanager", "secretsmanager", "1.1")
SQS = Dialect("sqs", "AmazonSQS", "1.0")


@dataclass
class Service:
    """One service, in the region, with the credentials and at the endpoint of the session: the environment's, if none is given.

    `listeners` are told of every call before it is sent.
    """

    dialect: Dialect
    session: "Session | None" = None
    endpoint: str | None = None
    listeners: list[Listener] = field(default_factory=list)

    def call(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Call an operation; parameters and answer are JSON values in the service's own words, bytes as base64.

        Raises botocore's HTTPClientError when there is no answer, and ClientError when the service says no; silence,
        throttling and faults of the service are tried three times. A call that must not happen twice carries a token.
        """
        for listener in self.listeners:
            listener(operation, parameters)
        body = to_json(parameters)
        for attempt in rounds(ATTEMPTS):
            try:
                return self._answered(operation, self._sent(operation, body))
            except (HTTPClientError, ClientError) as error:
                final = isinstance(error, ClientError) and not may_pass(error)
                if final or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt answers or raises")

    def close(self) -> None:
        """Let the kept connections go; the next call makes new ones."""
        self._line.pool.close()
        del self._line

    def _sent(self, operation: str, body: bytes) -> "BaseHTTPResponse":
        from urllib3.exceptions import HTTPError  # noqa: PLC0415  60 ms: only who calls pays

        headers = self._line.signed(
            f"{self.dialect.prefix}.{operation}", f"application/x-amz-json-{self.dialect.version}", body
        )
        try:
            return self._line.pool.urlopen("POST", "/", body=body, headers=headers, redirect=False, assert_same_host=False)
        except HTTPError as error:
            raise HTTPClientError(error=error) from error

    def _answered(self, operation: str, response: "BaseHTTPResponse") -> dict[str, Any]:
        try:
            answer: dict[str, Any] = from_json(response.data) if response.data else {}
        except ValueError as error:
            if response.status == _OK:
                raise HTTPClientError(error=error) from error
            answer = {}
        if response.status == _OK:
            return answer
        raise ClientError(_refusal(response, answer), operation)  # type: ignore[arg-type]

    @cached_property
    def _line(self) -> Line:
        return connected(self.dialect.service, self.session or session(), self.endpoint)


@cache
def service(dialect: Dialect) -> Service:
    """The process's one service of a dialect."""
    return Service(dialect)


def _refusal(response: "BaseHTTPResponse", answer: Parameters) -> dict[str, Any]:
    """What the service said, in the shape of botocore's parsed errors; members of its own (CancellationReasons) stay."""
    kind = str(answer.get("__type") or response.headers.get("x-amzn-errortype") or response.status)
    code = kind.rpartition("#")[2].partition(":")[0]
    said = str(answer.get("message") or answer.get("Message") or "")
    told = {"HTTPStatusCode": response.status, "RequestId": response.headers.get("x-amzn-requestid", "")}
    return {**answer, "Error": {"Code": code, "Message": said}, "ResponseMetadata": told}
