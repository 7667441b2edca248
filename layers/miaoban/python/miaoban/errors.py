"""The root of the error tree. Each capability draws its own branch in its own `errors.py`.

    Exception
    └── MiaobanError          everything this package raises on purpose; carries a stable `code`
        ├── RetryableError    the same call may succeed later: back off and try again
        └── FinalError        the same call will always fail: correct the input or tell a person

A message is one sentence that says what is wrong, where, and the cure. Sentences that reach applicants are Chinese.
"""


class MiaobanError(Exception):
    """Raised for every failure that this package foresees; `code` is stable, in kebab case, and safe to publish."""

    code: str = "miaoban-error"


class RetryableError(MiaobanError):
    """Raised when the same call may succeed later, such as when a source is throttled or times out."""

    code = "retryable-error"


class FinalError(MiaobanError):
    """Raised when the same call can never succeed, such as when the input is malformed."""

    code = "final-error"
