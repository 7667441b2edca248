"""What a function writes to its log: lines and counts, wherever the logger was made."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from logging import StreamHandler

from functions.telemetry import logger


@contextmanager
def captured(service: str) -> Iterator[io.StringIO]:
    """Collect all that the function of this name prints or logs."""
    written = io.StringIO()
    with redirect_stdout(written):
        handler = logger(service).registered_handler
        assert isinstance(handler, StreamHandler)
        handler.setStream(written)
        try:
            yield written
        finally:
            handler.setStream(sys.__stdout__)
