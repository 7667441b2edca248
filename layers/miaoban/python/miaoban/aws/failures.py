"""What a service answered, as the errors of the ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from miaoban.errors import MiaobanError
from miaoban.ports import OversizedError, QueueMissingError, RefusedError, UnavailableError

THROTTLED = frozenset(
    {
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "KMSInternalException",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
_REFUSED = frozenset({"ValidationException", "ValidationError"})
_NO_QUEUE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_SERVER_FAULT = 500


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Raise the errors of the ports for those of botocore; what has no translation keeps its type and gains a note."""
    try:
        yield
    except (UnreachableError, HTTPClientError) as error:
        raise UnavailableError(f"{operation} 没有得到响应，请稍后重试") from error
    except ClientError as error:
        failure = failure_of(error, operation)
        if failure is None:
            error.add_note(f"while calling {operation}")
            raise
        raise failure from error


def may_pass(error: ClientError) -> bool:
    """Whether a service that said no may say yes in a moment: it throttled, or failed itself."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"].get("Code", "") in THROTTLED or status >= _SERVER_FAULT


def failure_of(error: ClientError, operation: str) -> MiaobanError | None:
    """Return the port's error for a service's answer, or None if the ports know none."""
    code = error.response["Error"].get("Code", "")
    if may_pass(error):
        return UnavailableError(f"{operation} 繁忙（{code}），请稍后重试")
    if code in _NO_QUEUE:
        return QueueMissingError("没有这个队列，请核对队列名称，或者先建立队列")
    if code in _REFUSED:
        return refusal(operation, error.response["Error"].get("Message", ""))
    return None


def refusal(operation: str, message: str) -> OversizedError | RefusedError:
    """Return the error for a request that the service calls invalid: too large, or ill-formed."""
    if "size" in message.lower():
        return OversizedError(f"{operation} 的内容超过服务允许的大小，请拆分或缩减")
    return RefusedError(f"{operation} 的请求不合规：{message}")
