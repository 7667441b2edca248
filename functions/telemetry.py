"""Telemetry: the one logger and the one way to count, the same for every function.

Log lines are JSON with UTC times; `correlation_id` follows a request from the API to the last queue. A line names codes
and ids, never values: no name, number, phone or address of a person, and no traceback, which could quote one.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import PurePath

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from miaoban.errors import RetryableError

NAMESPACE = "Miaoban"
OURS = frozenset({"miaoban", "functions"})


class BrokenError(Exception):
    """Raised at an entry's edge in the place of what nobody foresaw: Lambda writes its words down, so it has none."""


@cache
def logger(service: str) -> Logger:
    """Return the logger of a function, under the function's name."""
    return Logger(service=service, utc=True, use_rfc3339=True)


def count(service: str, name: str, number: int = 1, **dimensions: str) -> None:
    """Publish one CloudWatch count through the log (EMF), by service and the dimensions given: few values, never persons."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=service)
    for dimension, value in dimensions.items():
        metrics.add_dimension(name=dimension, value=value)
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    metrics.flush_metrics()


@contextmanager
def edge(service: str) -> Iterator[None]:
    """An entry's edge where Lambda is to try again: what broke is logged by kind and place, and raised without its words."""
    try:
        yield
    except RetryableError:
        raise
    except Exception as error:  # noqa: BLE001 (the edge: Lambda logs and tries again, and must not quote)
        logger(service).error("broken", extra=failure(error))
        raise BrokenError(type(error).__name__) from None


def failure(error: Exception) -> dict[str, str]:
    """What may be logged of a failure: its type, our line that met it, a service's operation and code; never its words."""
    frames = [(PurePath(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [f"{path.parent.name}/{path.name}:{line}" for path, line in frames if OURS & set(path.parts)]
    answer = getattr(error, "response", None)
    parts = {
        "error": type(error).__name__,
        "where": ours[-1] if ours else "",
        "operation": str(getattr(error, "operation_name", "")),
        "reason": str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else "",
    }
    return {name: part for name, part in parts.items() if part}
