"""The outbox on SQS: messages to one standard queue, in batches of ten."""

from collections.abc import Iterable, Mapping
from typing import Any

from miaoban.aws.calling import SQS, Caller, service
from miaoban.aws.failures import translated
from miaoban.aws.pacing import rounds
from miaoban.messages import batches, check_delay, message_size
from miaoban.ports import RefusedError, UnavailableError


class SqsOutbox:
    """Sends to the queue of this URL. Needs the right SendMessage."""

    def __init__(self, queue_url: str, caller: Caller | None = None) -> None:
        self._queue = queue_url
        self._sqs = caller or service(SQS)

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Send texts after `delay` seconds; all are checked before the first is sent.

        Raises RefusedError or OversizedError for a message that no queue takes, UnavailableError when some were not
        taken after several rounds: sending all again is safe, for consumers meet duplicates.
        """
        check_delay(delay)
        sized = [(text, message_size(text)) for text in messages]
        for batch in batches(sized):
            self._send(batch, delay)

    def _send(self, batch: list[str], delay: int) -> None:
        waiting = dict(enumerate(batch))
        for _ in rounds():
            entries = [{"Id": str(number), "MessageBody": text, "DelaySeconds": delay} for number, text in waiting.items()]
            with translated("SendMessageBatch"):
                answer = self._sqs.call("SendMessageBatch", {"QueueUrl": self._queue, "Entries": entries})
            failed = answer.get("Failed", [])
            _refuse(failed)
            waiting = {int(entry["Id"]): waiting[int(entry["Id"])] for entry in failed}
            if not waiting:
                return
        raise UnavailableError("消息队列繁忙，部分消息未能发出，请稍后重试")


def _refuse(failed: Iterable[Mapping[str, Any]]) -> None:
    for entry in failed:
        if entry["SenderFault"]:
            raise RefusedError(f"消息队列拒收（{entry['Code']}），请检查消息内容")
