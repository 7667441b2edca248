"""The errors of the catalogue.

FinalError
├── CatalogueError        a folder or a published text is wrong
├── ExpressionError       an expression does not compile, or answers neither true nor false
├── MatterNotFoundError   no such matter is in force
├── EntryError            a guide item that is imported is wrong
├── EntryNotFoundError    there is no such guide item
├── SituationError        the answers do not make a situation
└── FormError             the form has problems, all of them listed
"""

from collections.abc import Iterable

from miaoban.errors import FinalError
from miaoban.models import Frozen


class CatalogueError(FinalError):
    """Raised when a matter or source text is wrong; the sentence names file, place and cure."""

    code = "catalogue-invalid"


class ExpressionError(FinalError):
    """Raised when an expression does not compile, fails on its facts or answers neither true nor false."""

    code = "expression-invalid"


class MatterNotFoundError(FinalError):
    """Raised when no version of a matter is in force."""

    code = "matter-not-found"


class EntryError(FinalError):
    """Raised when a line of an import is no guide item; the sentence says what is wrong with it, and the cure."""

    code = "entry-invalid"


class EntryNotFoundError(FinalError):
    """Raised when no guide item has a code."""

    code = "entry-not-found"


class Problem(Frozen):
    """One thing wrong in what was sent: where (JSON pointer), a stable code, a Chinese sentence with the cure."""

    pointer: str
    code: str
    message: str


class ProblemsError(FinalError):
    """The base of errors that list several problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(problem.message for problem in self.problems))


class SituationError(ProblemsError):
    """Raised when the answers to the matter's questions are missing, unknown or not asked for."""

    code = "situation-invalid"


class FormError(ProblemsError):
    """Raised when a form does not fit its fields."""

    code = "form-invalid"
