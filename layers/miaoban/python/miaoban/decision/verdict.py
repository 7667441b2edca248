"""Verdicts: what became of each condition."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from miaoban.canonical import canonical_text
from miaoban.catalogue.condition import Bases, Effect, Grade
from miaoban.evidence.comparison import Method
from miaoban.models import CLOSED, given


class Truth(StrEnum):
    """The three values of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A declared value beside the held one, and how the two were compared (see `evidence.comparison`).

    `forms` are the normal forms, declared and held, where the values are not equal as they stand. Receipts of the first
    schema know neither method nor score.
    """

    __pydantic_config__ = CLOSED

    field: str
    label: str
    declared: Any = None
    held: Any = None
    agrees: bool
    method: Method | None = None
    forms: tuple[str, str] | None = None
    score: float | None = None
    threshold: float | None = None

    def document(self) -> dict[str, Any]:
        """The pair as plain JSON values, without what is not known."""
        told = {
            "field": self.field,
            "label": self.label,
            "declared": self.declared,
            "held": self.held,
            "agrees": self.agrees,
            "method": self.method,
            "forms": self.forms and [*self.forms],
            "score": self.score,
            "threshold": self.threshold,
        }
        return given(told)


@dataclass(frozen=True, slots=True)
class Graded:
    """A value of the form that is less sure than a condition demands."""

    __pydantic_config__ = CLOSED

    field: str
    label: str
    demanded: Grade
    grade: Grade

    def document(self) -> dict[str, Any]:
        """The two grades as plain JSON values."""
        return {"field": self.field, "label": self.label, "demanded": self.demanded, "grade": self.grade}


@dataclass(frozen=True)
class Verdict:
    """What became of one condition; words for people only where it does not hold. A `hint` can flag and no more."""

    __pydantic_config__ = CLOSED

    condition: str
    basis: Bases
    truth: Truth
    effect: Effect | None = None
    missing: tuple[str, ...] = ()
    title: str | None = None
    says: str | None = None
    cure: str | None = None
    compared: tuple[Compared, ...] = ()
    graded: tuple[Graded, ...] | None = None
    defect: str | None = None
    hint: bool = False

    @cached_property
    def canonical(self) -> str:
        """The canonical JSON of `document()`, made once where the same verdict is given again."""
        return canonical_text(self.document())

    def document(self) -> dict[str, Any]:
        """The verdict as plain JSON values, without what is empty."""
        bases = [{"law": basis.law, "article": basis.article} for basis in self.basis]
        told = {
            "condition": self.condition,
            "basis": bases[0] if len(bases) == 1 else bases,
            "truth": self.truth.value,
            "effect": self.effect and self.effect.value,
            "missing": [*self.missing],
            "title": self.title,
            "says": self.says,
            "cure": self.cure,
            "compared": [pair.document() for pair in self.compared],
            "graded": self.graded and [one.document() for one in self.graded],
            "defect": self.defect,
            "hint": self.hint,
        }
        return given(told)
