"""The errors of the catalogue.

FinalError
├── CatalogueError        a folder or a published text is wrong
│   └── FactError         a condition needs a fact that no form field and no source gives
├── ExpressionError       an expression does not compile, or answers neither true nor false
├── TableError            a decision table's cell cannot be read, or the table has no one answer
├── MatterNotFoundError   no such matter is in force
│   └── MatterRetiredError    the matter takes no new applications
├── ReleaseError
│   ├── ReleaseNotFoundError  there is no such release
│   ├── ReleaseStateError     the release is not at the stage at which this can be done
│   │   └── ShadowMissingError    past decisions have not been decided again under it
│   ├── ReleaseAlteredError   what is stored is not what was checked
│   └── FourEyesError         who proposed a release confirms it
├── EntryError            a guide item that is imported is wrong
├── EntryNotFoundError    there is no such guide item
├── SourceNotFoundError   no published matter uses such a source
├── SituationError        the answers do not make a situation
├── FormError             the form has problems, all of them listed
└── ReleaseRefusedError   checks stand against a release, all of them listed
"""

from collections.abc import Iterable
from typing import Self

from miaoban.errors import FinalError
from miaoban.models import Frozen


class CatalogueError(FinalError):
    """Raised when a matter or source text is wrong; the sentence names file, line and cure.

    `words` lead to the place in the file, from which `documents.located` tells the line when it is not yet known.
    """

    code = "catalogue-invalid"

    def __init__(self, sentence: str, file: str = "", words: Iterable[str] = (), line: int | None = None) -> None:
        self.sentence, self.file, self.words, self.line = sentence, file, tuple(words), line
        where = f"第 {line} 行，" if line else ""
        super().__init__(f"{file}：{where}{sentence}" if file else sentence)

    def at(self, line: int) -> Self:
        """The same error, with its line told."""
        return type(self)(self.sentence, self.file, self.words, line)


class FactError(CatalogueError):
    """Raised when an edition names a fact that no form field and no source gives."""

    code = "fact-without-source"


class ExpressionError(FinalError):
    """Raised when an expression does not compile, fails on its facts or answers neither true nor false."""

    code = "expression-invalid"


class TableError(FinalError):
    """Raised when a cell of a decision table is not in its grammar, or a table has no one answer for its facts."""

    code = "table-invalid"


class MatterNotFoundError(FinalError):
    """Raised when no version of a matter is in force."""

    code = "matter-not-found"


class MatterRetiredError(MatterNotFoundError):
    """Raised when a new application is made for a matter that has been retired."""

    code = "matter-retired"


class ReleaseError(FinalError):
    """The base of what stands in the way of a release."""

    code = "release-error"


class ReleaseNotFoundError(ReleaseError):
    """Raised when there is no release of this number."""

    code = "release-not-found"


class ReleaseStateError(ReleaseError):
    """Raised when a command does not fit the release's stage, or another version took effect meanwhile."""

    code = "release-state"


class ShadowMissingError(ReleaseStateError):
    """Raised when a release is to be confirmed whose matter has decisions, and no shadow run over them is kept with it."""

    code = "shadow-missing"


class ReleaseAlteredError(ReleaseError):
    """Raised when the stored content of a release has another digest than the one that was checked and confirmed."""

    code = "release-altered"


class FourEyesError(ReleaseError):
    """Raised when the steward who proposed a release would confirm it."""

    code = "four-eyes"


class EntryError(FinalError):
    """Raised when a line of an import is no guide item; the sentence says what is wrong with it, and the cure."""

    code = "entry-invalid"


class EntryNotFoundError(FinalError):
    """Raised when no guide item has a code."""

    code = "entry-not-found"


class SourceNotFoundError(FinalError):
    """Raised when no source of this code is published."""

    code = "source-not-found"


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


class ReleaseRefusedError(ProblemsError):
    """Raised when a release is to be published against which its checks have findings."""

    code = "release-refused"
