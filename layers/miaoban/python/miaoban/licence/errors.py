"""The errors of licences.

FinalError
├── LicenceNotFoundError   there is no such licence, or number and code do not belong together
├── LicenceErasedError     the licence was erased with its case
├── LicenceStateError      the licence is not in a state in which this can be done
└── CredentialError        a credential or QR text is malformed, altered or signed by an unknown key
"""

from miaoban.errors import FinalError


class LicenceNotFoundError(FinalError):
    """Raised when no licence has this number, or the code does not belong to it."""

    code = "licence-not-found"


class LicenceErasedError(FinalError):
    """Raised when a licence has been erased with its case."""

    code = "licence-erased"


class LicenceStateError(FinalError):
    """Raised when a licence that is not in force is to be changed, or one without a holder to be made."""

    code = "licence-state"


class CredentialError(FinalError):
    """Raised when a credential cannot be read, was altered, or is signed by an unknown key."""

    code = "credential-invalid"
