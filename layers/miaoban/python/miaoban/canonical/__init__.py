"""JSON with one form and one meaning: `canonical` and `digest` write it (RFC 8785), `parse` reads it strictly."""

from miaoban.canonical.errors import (
    BodyTooLargeError,
    CanonicalError,
    JsonDepthError,
    JsonDuplicateKeyError,
    JsonError,
    JsonNumberError,
    JsonSyntaxError,
)
from miaoban.canonical.reading import DEFAULT_LIMIT, MAX_DEPTH, parse
from miaoban.canonical.writing import Algorithm, canonical, canonical_text, digest, digest_of

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_DEPTH",
    "Algorithm",
    "BodyTooLargeError",
    "CanonicalError",
    "JsonDepthError",
    "JsonDuplicateKeyError",
    "JsonError",
    "JsonNumberError",
    "JsonSyntaxError",
    "canonical",
    "canonical_text",
    "digest",
    "digest_of",
    "parse",
]
