"""Verdicts: what became of each condition."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from miaoban.canonical import canonical_text
from miaoban.catalogue.matter import Basis, Effect
from miaoban.models import CLOSED, Frozen


class Truth(StrEnum):
    """The three values of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A declared value beside the held one."""

    __pydantic_config__ = CLOSED

    field: str
    label: str
    declared: Any = None
    held: Any = None
    agrees: bool


class Verdict(Frozen):
    """What became of one condition; words for people only where it does not hold. A `hint` can flag and no more."""

    condition: str
    basis: Basis
    truth: Truth
    effect: Effect | None = None
    missing: tuple[str, ...] = ()
    title: str | None = None
    says: str | None = None
    cure: str | None = None
    compared: tuple[Compared, ...] = ()
    defect: str | None = None
    hint: bool = False

    @cached_property
    def canonical(self) -> str:
        """The canonical JSON of the verdict, without what is empty."""
        return canonical_text(self.model_dump(mode="json", exclude_none=True))
