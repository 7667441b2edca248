"""Errors of access.

FinalError
├── TokenError              token-invalid: not a token that we can read and verify
│   ├── TokenMissingError   token-missing: no bearer token at all
│   ├── TokenExpiredError   token-expired
│   ├── TokenEarlyError     token-early: not valid yet, or issued in the future
│   ├── TokenForeignError   token-foreign: another issuer, another audience, or a key that is not the issuer's
│   └── TokenClaimsError    token-claims: verified, but it does not say who may do what
└── ForbiddenError          forbidden
"""

from miaoban.errors import FinalError


class TokenError(FinalError):
    """Raised when a bearer token is malformed, oversized or badly signed; sign in again for a new one."""

    code = "token-invalid"


class TokenMissingError(TokenError):
    """Raised when a request carries no `Authorization: Bearer` header."""

    code = "token-missing"


class TokenExpiredError(TokenError):
    """Raised when a token is past its `exp`, clock skew included."""

    code = "token-expired"


class TokenEarlyError(TokenError):
    """Raised when a token's `nbf` or `iat` lies in the future, clock skew included."""

    code = "token-early"


class TokenForeignError(TokenError):
    """Raised when a token was made by another issuer, for another audience, or with a key that is not published."""

    code = "token-foreign"


class TokenClaimsError(TokenError):
    """Raised when a verified token lacks a claim that its roles need, or a claim has another type than agreed."""

    code = "token-claims"


class ForbiddenError(FinalError):
    """Raised when the policy does not permit the principal this action on this resource."""

    code = "forbidden"
