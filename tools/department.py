"""A department's system: puts messages on the deployed department queue, as demo and flow tests need them.

Usage: python -m tools.department send [FILE] [--part NAME]

FILE is JSON: a list of messages, or an object with such lists by name, of which NAME is sent (default: records). A message
is a CloudEvent, or in short {department, source}: a heartbeat, {..., kind, values}: a record, {..., withdrawn: true}. The
short ones get id, time and sequence as they are sent, so that what is sent last is newest.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from miaoban.errors import MiaobanError
from miaoban.evidence.wanted import HEARD, UPSERTED, WITHDRAWN
from miaoban.messages import batches, message_size
from tools.ministack import LOCAL, REGION, ROOT_KEY

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

OUTPUTS = LOCAL / "outputs.json"
SAMPLES = Path(__file__).parent / "samples" / "records.json"
QUEUE = "DepartmentQueueUrl"

Message = Mapping[str, Any]


class DepartmentError(RuntimeError):
    """Raised when there is no queue to send to, the queue took only some messages, or a file holds no messages."""


def send(outputs: Mapping[str, str], messages: Iterable[Message | str]) -> int:
    """Put messages on the department queue of a deployed stack and return how many; texts are sent as they are.

    Raises DepartmentError naming what was not taken. Outputs with an `Endpoint` mean the local cloud and its root user;
    without it region and credentials are the shell's.
    """
    texts = [text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in messages]
    if QUEUE not in outputs:
        raise DepartmentError(f"the stack has no output {QUEUE}; run make up first.")
    for batch in batches((text, message_size(text)) for text in texts):
        _send(client(outputs.get("Endpoint", "")), outputs[QUEUE], batch)
    return len(texts)


def examples(part: str = "records", path: Path = SAMPLES) -> list[Message]:
    """The messages of one part of a file, ready to be sent now; raises DepartmentError."""
    document = json.loads(path.read_text(encoding="utf-8"))
    found = document if isinstance(document, list) else document.get(part)
    if not isinstance(found, list):
        parts = ", ".join(name for name, value in document.items() if isinstance(value, list))
        raise DepartmentError(f"{path.name} has no part {part!r}; choose one of {parts}.")
    now = datetime.now(UTC)
    return [stamped(message, now, number) for number, message in enumerate(found)]


def stamped(short: Message, now: datetime, number: int = 0) -> Message:
    """The CloudEvent of a short message, the `number`th that is sent at `now`; a CloudEvent stays as it is."""
    if "specversion" in short:
        return short
    moment = now.isoformat()
    record = {"kind": short["kind"], "sequence": _sequence(now, number), "values": short["values"]} if "kind" in short else {}
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": f"/departments/{short['department']}",
        "type": _type(short),
        "time": moment,
        "datacontenttype": "application/json",
        "data": {"source": short["source"], "issued_at": moment, **record},
    }


def _sequence(now: datetime, number: int) -> int:
    """Milliseconds since 1970: it grows from run to run, and within a run by the message's place."""
    return int(now.timestamp() * 1000) + number


def _type(short: Message) -> str:
    if "kind" not in short:
        return HEARD
    return WITHDRAWN if short.get("withdrawn") else UPSERTED


def deployed(path: Path = OUTPUTS) -> dict[str, str]:
    """The outputs of the stack on the local cloud; raises DepartmentError."""
    if not path.is_file():
        raise DepartmentError("the local cloud is not running; run make up first.")
    outputs: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return outputs


@cache
def client(endpoint: str) -> "SQSClient":
    """Return a client of the local cloud at this endpoint, or of AWS if there is none."""
    if not endpoint:
        return boto3.client("sqs")
    local = boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)
    return local.client("sqs", endpoint_url=endpoint)


def _send(queue: "SQSClient", url: str, batch: list[str]) -> None:
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {"Id": str(number), "MessageBody": text} for number, text in enumerate(batch)
    ]
    failed = queue.send_message_batch(QueueUrl=url, Entries=entries).get("Failed", [])
    if failed:
        raise DepartmentError(f"the queue did not take {len(failed)} of {len(batch)} messages: {failed[0]['Code']}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Send and return 0; on an error say so in one sentence and return 1."""
    given = _parser().parse_args(arguments)
    try:
        number = send(deployed(), examples(given.part, given.file))
    except (DepartmentError, MiaobanError, OSError, ValueError) as error:
        print(f"department: {error}", file=sys.stderr)
        return 1
    print(f"sent {number} messages")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.department", description="send messages to the department queue")
    parser.add_argument("verb", choices=["send"])
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, default=SAMPLES, help="JSON file (default: the samples)")
    parser.add_argument("--part", metavar="NAME", default="records", help="which list of the file (default: records)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
