"""The errors of operations.

FinalError
├── KeyReusedError           an Idempotency-Key came again with another body
├── NotFoundError            there is no such thing, or it is not for this person to know
├── QuotaError               an approval would take more than is left
└── StandardsTooLargeError   the standards of materials do not fit into one item
RetryableError
└── BusyError                others changed the same data again and again
"""

from miaoban.errors import FinalError, RetryableError


class KeyReusedError(FinalError):
    """Raised when an Idempotency-Key comes again with another body."""

    code = "idempotency-key-reused"


class QuotaError(FinalError):
    """Raised when an approval would take more of a quota than is left, or nobody knows how much that is."""

    code = "quota-exceeded"


class NotFoundError(FinalError):
    """Raised when something does not exist, or must not be known to who asks."""

    code = "not-found"


class StandardsTooLargeError(FinalError):
    """Raised when the standards of materials are to be published and do not fit into one item."""

    code = "standards-too-large"


class BusyError(RetryableError):
    """Raised when a commit met newer data more often than it may be tried again."""

    code = "busy"
