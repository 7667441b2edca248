"""The errors of cases.

FinalError
├── CaseNotFoundError   there is no such case, or it is not for this person to know
├── CaseErasedError     the case was erased when its time was over
└── CaseStateError      the case is not in a state in which this can be done
    ├── CaseOpenError   a case for the same thing is still open
    └── OpinionsMissingError   departments have not given their opinions yet
"""

from miaoban.errors import FinalError


class CaseNotFoundError(FinalError):
    """Raised when a case does not exist, or must not be known to who asks."""

    code = "case-not-found"


class CaseErasedError(FinalError):
    """Raised when a case has been erased by its matter's rule."""

    code = "case-erased"


class CaseStateError(FinalError):
    """Raised when a command does not fit the case's status."""

    code = "case-state"


class CaseOpenError(CaseStateError):
    """Raised when a filing is sent while another for the same holder and place is still open."""

    code = "case-open"


class OpinionsMissingError(CaseStateError):
    """Raised when a person decides before the departments that were asked have given their opinions."""

    code = "opinions-missing"
