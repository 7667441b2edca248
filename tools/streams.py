"""Streams after a restart: ministack saves how far each consumer has read, but not the records, so it would skip new ones."""

import json
from pathlib import Path

POSITIONS = "dynamodb_stream_positions"


def rewind(state: Path) -> None:
    """Let every consumer of a stream begin again with what is written from now on."""
    path = state / "lambda.json"
    if not path.is_file():
        return
    saved = json.loads(path.read_text(encoding="utf-8"))
    if saved.get("payload", {}).pop(POSITIONS, None) is not None:
        path.write_text(json.dumps(saved), encoding="utf-8")
