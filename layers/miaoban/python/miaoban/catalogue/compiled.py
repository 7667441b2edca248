"""A matter compiled: the plans of all its situations, and how much it asks before and after exemption."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from miaoban.catalogue.answers import situations_of
from miaoban.catalogue.plans import MaterialPlan, Plan, Way, material_plan, parts_of, plan_of
from miaoban.catalogue.publication import Edition
from miaoban.models import Frozen


class Burden(Frozen):
    """Materials by how they are met: `before` is what the matter asks, `after` what is still handed in, now or later."""

    before: int
    spared: int
    carried: int
    handed: int
    later: int

    @property
    def after(self) -> int:
        """The materials that a person still brings."""
        return self.handed + self.later


@dataclass(frozen=True, eq=False, slots=True)
class Compiled:
    """An edition with the plans of all its materials and of each of its situations."""

    edition: Edition
    materials: tuple[MaterialPlan, ...]
    plans: tuple[Plan, ...]


def compile_edition(edition: Edition) -> Compiled:
    """Compile an edition; raises CatalogueError when it has too many situations."""
    answers, parts = situations_of(edition.matter), parts_of(edition)
    plans = tuple(plan_of(edition, given, parts) for given in answers)
    return Compiled(edition=edition, materials=tuple(parts.materials.values()), plans=plans)


def burden(edition: Edition) -> Burden:
    """How much a matter asks, over all its situations."""
    return counted(materials_of(edition))


def materials_of(edition: Edition) -> tuple[MaterialPlan, ...]:
    """Every material of a matter and how it is met, whatever the situation."""
    return tuple(material_plan(edition, code, material) for code, material in edition.matter.materials.items())


def counted(materials: Iterable[MaterialPlan]) -> Burden:
    """Materials counted by how they are met."""
    ways = Counter(material.way for material in materials)
    return Burden(
        before=ways.total(),
        spared=ways[Way.SPARED],
        carried=ways[Way.CARRIED],
        handed=ways[Way.HANDED],
        later=ways[Way.LATER],
    )
