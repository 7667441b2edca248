"""Errors of canonical JSON.

FinalError
├── CanonicalError                 also a ValueError
└── JsonError                      also a ValueError
    ├── BodyTooLargeError
    ├── JsonSyntaxError
    ├── JsonDuplicateKeyError
    ├── JsonNumberError
    └── JsonDepthError
"""

from miaoban.errors import FinalError


class CanonicalError(FinalError, ValueError):
    """Raised when a value has no canonical JSON, or its digest cannot be computed here."""

    code = "canonical-invalid"


class JsonError(FinalError, ValueError):
    """Raised when a text is not the strict JSON that this package reads; the message is a Chinese sentence."""

    code = "json-invalid"


class BodyTooLargeError(JsonError):
    """Raised when a JSON text is longer than its limit."""

    code = "body-too-large"


class JsonSyntaxError(JsonError):
    """Raised when a text is not UTF-8, or not JSON."""


class JsonDuplicateKeyError(JsonError):
    """Raised when an object has the same key twice."""

    code = "json-duplicate-key"


class JsonNumberError(JsonError):
    """Raised when a number is NaN, infinite, or beyond the 2**53 - 1 that every JSON reader holds exactly."""

    code = "json-number"


class JsonDepthError(JsonError):
    """Raised when arrays and objects are nested too deeply."""

    code = "json-depth"
