"""Errors of the identifiers.

FinalError
└── IdentifierError    also a ValueError
"""

from miaoban.errors import FinalError


class IdentifierError(FinalError, ValueError):
    """Raised when a text is not the identifier it claims to be; its Chinese sentence holds no full personal number."""

    code = "identifier-invalid"
