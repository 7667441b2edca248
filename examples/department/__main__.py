"""The simulated department as a program, until it is interrupted.

Usage: python -m examples.department [--port N] [--asker SPKI] [--queue URL]
"""

import argparse
import base64
import json
from collections.abc import Sequence
from functools import partial

from examples.department.http_source import HttpSource
from examples.department.register import Register
from examples.department.worker import Worker
from tools.department import SAMPLES, client, deployed, send

SOURCE, DEPARTMENT, KEYS = "legal-person-base", "market-regulation", {"enterprise": ("uscc",)}


def sample_register() -> Register:
    """A register with the enterprises of the samples."""
    register = Register(DEPARTMENT, SOURCE, KEYS)
    for record in json.loads(SAMPLES.read_text(encoding="utf-8"))["records"]:
        if record["source"] == SOURCE and record.get("kind") in KEYS:
            register.put(record["kind"], record["values"])
    return register


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer over HTTP, and from the ask queue where one is given."""
    given = _parser().parse_args(arguments)
    asker = base64.b64decode(given.asker) if given.asker else None
    with HttpSource(sample_register(), asker, given.port) as source:
        print(json.dumps({"endpoint": source.endpoint, "public_key": source.public_key}), flush=True)
        try:
            _serve(source, given.queue)
        except KeyboardInterrupt:
            return


def _serve(source: HttpSource, queue: str | None) -> None:
    if queue is None:
        source.stopped.wait()
        return
    outputs = deployed()
    worker = Worker(source.register, partial(send, outputs))
    while not source.stopped.is_set():
        worker.control = source.control
        worker.work(client(outputs.get("Endpoint", "")), queue)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.department", description="a department that is asked")
    parser.add_argument("--port", type=int, default=0, help="where to listen on the loopback (default: any free port)")
    parser.add_argument("--asker", metavar="SPKI", help="who may ask: a key of /v1/keys, base64 (default: everybody)")
    parser.add_argument("--queue", metavar="URL", help="the ask queue to work, on the deployed local cloud")
    return parser


if __name__ == "__main__":
    main()
