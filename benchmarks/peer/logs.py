"""The log: one line of JSON for each request, on standard output."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson


class JsonFormatter(logging.Formatter):
    """Writes a record and what was told beside it as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told: dict[str, Any] = getattr(record, "told", {})
        at = datetime.fromtimestamp(record.created, UTC)
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage(), "at": at}
        return orjson.dumps(line | told).decode()


def open_log() -> logging.Logger:
    """Return the application's log, which writes to standard output."""
    log, handler = logging.getLogger("peer"), logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    return log
