"""Errors of the peer: PeerError <- TokenError, IdempotencyConflictError, ServerError, LoadError."""


class PeerError(Exception):
    """Base of the peer's errors."""


class TokenError(PeerError):
    """Raised when a bearer token is missing, forged, expired or meant for somebody else."""


class IdempotencyConflictError(PeerError):
    """Raised when an Idempotency-Key comes again with another body."""


class ServerError(PeerError):
    """Raised when PostgreSQL or uvicorn cannot be found or does not start."""


class LoadError(PeerError):
    """Raised when a load is too small to measure, or an answer under it is not the expected one."""
