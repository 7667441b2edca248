"""The errors of the HTTP face.

FinalError
├── RequestError         the body does not fit the operation; every problem is listed
├── KeyMissingError      an operation that writes came without an Idempotency-Key
└── PersonMissingError   who calls has no verified real-name identity
"""

from miaoban.catalogue.errors import ProblemsError
from miaoban.errors import FinalError


class RequestError(ProblemsError):
    """Raised when a body does not fit the operation."""

    code = "request-invalid"


class KeyMissingError(FinalError):
    """Raised when an operation that writes comes without a usable Idempotency-Key."""

    code = "idempotency-key-missing"


class PersonMissingError(FinalError):
    """Raised when an operation needs a real-name identity and the token has none."""

    code = "person-missing"
