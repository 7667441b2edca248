"""The worker on the department's ask queue: it reads requests (CloudEvents) and replies with ordinary record messages."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from examples.department.faults import Control, Fault
from examples.department.register import Register
from tools.department import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH: Final = 10


class Worker:
    """Replies from a register; `send` puts messages on the department queue, such as `tools.department.send`."""

    def __init__(self, register: Register, send: Callable[[Iterable[Message]], object]) -> None:
        self.register, self.send = register, send
        self.control = Control()
        self._held: list[Message] = []

    def take(self, requests: Iterable[str]) -> None:
        """Reply to requests: not at all when down, twice when double, only when `release` is called when late."""
        replies = [self.reply(json.loads(text)) for text in requests]
        if self.control.fault is Fault.DOWN:
            return
        if self.control.fault is Fault.LATE:
            self._held += replies
        else:
            self.send(replies * (2 if self.control.fault is Fault.DOUBLE else 1))

    def release(self) -> None:
        """Send the replies that are late."""
        held, self._held = self._held, []
        self.send(held)

    def reply(self, request: Mapping[str, Any]) -> Message:
        """The record message that answers a request; where there is no record, that it is withdrawn."""
        asked = request["data"]
        return {**self.register.message(asked["kind"], asked["key"]), "correlation": request["id"]}

    def work(self, client: "SQSClient", queue: str, seconds: int = 20) -> int:
        """Take one batch of requests from a queue, waiting so long for the first, and return how many there were."""
        found = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=BATCH, WaitTimeSeconds=seconds).get("Messages", [])
        self.take(message["Body"] for message in found)
        for message in found:
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(found)
