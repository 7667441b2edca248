"""The errors of deciding.

FinalError
├── ReceiptError             a file is no receipt, or not of the edition that it names
└── PersonalDecisionError    what a person decided is no decision of this matter; every problem is listed
"""

from miaoban.catalogue.errors import ProblemsError
from miaoban.errors import FinalError


class ReceiptError(FinalError):
    """Raised when a receipt file is not a receipt, or its matter's digest is not the one it names."""

    code = "receipt-invalid"


class PersonalDecisionError(ProblemsError):
    """Raised when a person names no conclusion that the matter has, or one where it has none."""

    code = "decision-invalid"
