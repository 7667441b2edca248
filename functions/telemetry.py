"""Telemetry: the one logger and the one way to count, the same for every function.

Log lines are JSON with UTC times; `correlation_id` follows a request from the API to the last queue. A line names codes
and ids, never values: no name, number, phone or address of a person, and no traceback, which could quote one.
"""

from functools import cache

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Miaoban"


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
