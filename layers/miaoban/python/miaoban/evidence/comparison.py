"""Comparing a declared value with the held one: equal beyond writing habits, or not, and how near."""

from typing import Any, Final, Literal, NamedTuple

from miaoban.text import comparable

Method = Literal["name", "exact"]

THRESHOLD: Final = 1.0
"""The score from which two values are the same: what is only alike is for a person to judge."""
_ALIKE: Final = 0.99
"""The most that values get that are not the same."""


class Comparison(NamedTuple):
    """How two values compare: by which method, in which normal forms (None where they are equal as they stand), how near.

    `score` runs from 0 to 1, in hundredths.
    """

    method: Method
    forms: tuple[str, str] | None
    score: float

    @property
    def agrees(self) -> bool:
        """Whether the two mean the same."""
        return self.score >= THRESHOLD


def compare(declared: Any, held: Any, method: Method) -> Comparison:
    """Compare two values; `name` folds width, case, spaces and bracket forms (NFKC), `exact` nothing."""
    if declared == held:
        return Comparison(method, None, 1.0)
    if method == "exact" or not (isinstance(declared, str) and isinstance(held, str)):
        return Comparison(method, None, 0.0)
    forms = comparable(declared), comparable(held)
    return Comparison(method, forms, 1.0 if forms[0] == forms[1] else _likeness(*forms))


def agrees(declared: Any, held: Any, method: Method) -> bool:
    """Whether two values mean the same."""
    return compare(declared, held, method).agrees


def _likeness(one: str, other: str) -> float:
    """The share of letters that two texts have in common in their order, twice over both lengths (Indel)."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415  40 ms that only names that differ need

    return min(_ALIKE, round(Indel.normalized_similarity(one, other), 2))
