"""The errors of evidence.

FinalError
├── MessageError                a department's message cannot be taken; it goes to quarantine with the reason
│   ├── SourceNotOwnedError     the sender does not own the source
│   ├── SourceNotPushedError    the source is asked, and this is no answer
│   └── RecordInvalidError      the record does not fit the schema of its kind
├── AnswerError                 a source's answer is none; asking again at once gives no other, its owner must see to it
│   ├── AnswerRedirectError     it sends us elsewhere
│   ├── AnswerNotJsonError      it is not JSON, such as an error page
│   ├── AnswerCharsetError      it is JSON in another encoding than UTF-8
│   ├── AnswerOversizedError    it is longer than an answer may be
│   ├── AnswerSignatureError    its signature or its digest is missing, wrong, or of another question
│   └── AnswerInvalidError      it does not fit the question, or the form of answers
└── QuestionRefusedError        the source answers, and refuses the question (4xx), or its address is refused here
RetryableError
├── SourceFaultError            a source does not answer now; the question may be asked again
│   ├── SourceUnreachableError  no connection, no valid certificate, or an answer that breaks off
│   ├── SourceTimeoutError      no whole answer in time
│   ├── SourceFailedError       it answers with its own failure (5xx)
│   └── SourceBusyError         it has enough questions for now (429, 503), and may say until when
└── SourceRestingError          its gate lets no call through now: the quota is used up, or the source is left alone
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from miaoban.catalogue.errors import Problem
from miaoban.errors import FinalError, RetryableError


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


class RecordQualityError(RecordInvalidError):
    """Raised when a record breaks a rule for which its kind sets records aside."""

    code = "record-quality"


class AnswerError(FinalError):
    """Raised when what a source answers is no answer to the question."""

    code = "answer-invalid"


class AnswerRedirectError(AnswerError):
    """Raised when a source answers with a redirect: none is ever followed."""

    code = "answer-redirect"


class AnswerNotJsonError(AnswerError):
    """Raised when an answer is not JSON, such as an error page sent with status 200."""

    code = "answer-not-json"


class AnswerCharsetError(AnswerError):
    """Raised when an answer is in another encoding than UTF-8."""

    code = "answer-charset"


class AnswerOversizedError(AnswerError):
    """Raised when an answer is longer than an answer may be."""

    code = "answer-oversized"


class AnswerSignatureError(AnswerError):
    """Raised when an answer's signature or digest is missing, wrong, or made for another question."""

    code = "answer-signature"


class AnswerInvalidError(AnswerError):
    """Raised when an answer is JSON, and not of the form that answers have, or about another record."""


class QuestionRefusedError(FinalError):
    """Raised when a source refuses a question (4xx), or may not be asked at its address."""

    code = "question-refused"


class SourceFaultError(RetryableError):
    """Raised when a source does not answer now; `retry_after` is how long it asks to be left alone."""

    code = "source-fault"

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceUnreachableError(SourceFaultError):
    """Raised when there is no connection, no valid certificate, or the answer breaks off."""

    code = "source-unreachable"


class SourceTimeoutError(SourceFaultError):
    """Raised when there is no whole answer in time, however it drips."""

    code = "source-timeout"


class SourceFailedError(SourceFaultError):
    """Raised when a source answers that it failed (5xx)."""

    code = "source-failed"


class SourceBusyError(SourceFaultError):
    """Raised when a source has enough questions for now (429 or 503)."""

    code = "source-busy"


class SourceRestingError(RetryableError):
    """Raised when a source's gate lets no call through before `retry_at`."""

    code = "source-resting"

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at
