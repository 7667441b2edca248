"""Regions (区划) of a matter: what each adds to what all share, inherited by everything below it.

Name, code, basis and type are the same at all four levels (四级四同); a region names organs and places and shortens limits.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field as Declared

from miaoban.calendar import Limit
from miaoban.identifiers import IdentifierError, RegionCode
from miaoban.models import Frozen


class Organ(Frozen):
    """The authority that receives and decides in one region."""

    region: str
    place: str
    name: str
    uscc: str
    department: str


class TimeLimit(Limit):
    """A limit and the event from which it runs."""

    start: Literal["submission", "notice", "task"]


class Varying(Limit):
    """A limit that answers of the situation shorten: `by` says for a question and an answer how many of the unit it is."""

    by: Mapping[str, Mapping[str, Annotated[int, Declared(ge=0, le=9999)]]] = Declared(
        default_factory=dict, exclude_if=lambda by: not by
    )

    def on(self, answers: Mapping[str, str]) -> Self:
        """The limit on some answers; the shortest, if several of them shorten it."""
        told = (shorter.get(answers.get(question, "")) for question, shorter in self.by.items())
        return self.model_copy(update={"n": min([self.n, *(n for n in told if n is not None)]), "by": {}})


class VaryingTimeLimit(Varying, TimeLimit):
    """A limit that answers shorten, and the event from which it runs."""


class Limits(Frozen):
    """The matter's time limits: to decide, to correct, to wait for a source, to review by a person.

    `statutory` is the law's own limit to decide, when it sets one.
    """

    promised: VaryingTimeLimit
    correction: TimeLimit
    wait: TimeLimit
    review: VaryingTimeLimit
    statutory: VaryingTimeLimit | None = None


class ShorterLimits(Frozen):
    """The limits that a region shortens."""

    promised: VaryingTimeLimit | None = None
    review: VaryingTimeLimit | None = None

    def given(self) -> dict[str, VaryingTimeLimit]:
        """The limits that are set, by name."""
        return {name: limit for name, limit in (("promised", self.promised), ("review", self.review)) if limit is not None}


class Place(Frozen):
    """Where people go, when it is open, and whom they call."""

    name: str
    address: str
    hours: str
    phone: str


Setting = bool | int | float | str | tuple[str, ...]


class Parameter(Frozen):
    """What no national rule fixes: its default, which regions may replace by their own, and what the default rests on."""

    label: str
    value: Setting
    source: str


class Overlay(Frozen):
    """What one region adds to a matter (实施清单); `parameters` replace the matter's defaults."""

    organs: tuple[Organ, ...] = ()
    limits: ShorterLimits = ShorterLimits()
    parameters: Mapping[str, Setting] = Declared(default_factory=dict)
    places: tuple[Place, ...] = ()


def nearest(organs: Iterable[Organ], region: str) -> Organ | None:
    """The organ of the region itself, or of the nearest region above it; None when none of them has one."""
    by_region = {organ.region: organ for organ in organs}
    if region in by_region:
        return by_region[region]
    found = [by_region[code] for code in _holding(by_region, region)]
    return found[-1] if found else None


def overlays_of(regions: Mapping[str, Overlay], region: str) -> tuple[Overlay, ...]:
    """The overlays that hold in a region, the widest first."""
    return tuple(regions[code] for code in _holding(regions, region))


def _holding(codes: Iterable[str], region: str) -> list[str]:
    """Those of the codes whose region holds this one, the widest first; none for what is no region."""
    try:
        here = RegionCode(region)
    except IdentifierError:
        return []
    return sorted((code for code in codes if RegionCode(code).contains(here)), key=lambda code: RegionCode(code).level)
