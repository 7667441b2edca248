"""The errors of evidence.

FinalError
└── MessageError              a department's message cannot be taken; it goes to quarantine with the reason
    ├── SourceNotOwnedError   the sender does not own the source
    ├── SourceNotPushedError  the source is asked, and this is no answer
    └── RecordInvalidError    the record does not fit the schema of its kind
"""

from collections.abc import Iterable

from miaoban.catalogue.errors import Problem
from miaoban.errors import FinalError


class MessageError(FinalError):
    """Raised when a department message is malformed, oversized or of an unknown type, source or kind."""

    code = "message-invalid"

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class SourceNotOwnedError(MessageError):
    """Raised when a department writes to a source of another department."""

    code = "source-not-owned"


class SourceNotPushedError(MessageError):
    """Raised when a department pushes to a source that is asked: only what answers a question over its queue is taken."""

    code = "source-not-pushed"


class RecordInvalidError(MessageError):
    """Raised when a record's values do not fit the fields of its kind."""

    code = "record-invalid"
